"""Writes what the client must know from the server's own tables, as TypeScript constants."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from server.foundation.problems import all_codes

HEADER = "// Made by `gemba openapi --client`; do not edit.\n"


def constants(values: Mapping[str, Any]) -> str:
    """Return a TypeScript module with one constant for each name."""
    lines = [HEADER]
    for name, value in values.items():
        text = orjson.dumps(_plain(value), option=orjson.OPT_INDENT_2).decode()
        lines.append(f"export const {name} = {text} as const;\n")
    return "\n".join(lines)


def problems() -> str:
    """Return problems.ts: every code with its status."""
    codes = {name: code.status for name, code in sorted(all_codes().items())}
    kind = "\nexport type ProblemCode = keyof typeof PROBLEMS;\n"
    return constants({"PROBLEMS": codes}) + kind


def constants_of(module: object) -> dict[str, Any]:
    """Return the public constants of a module that JSON can hold."""
    return {
        name: value
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and _is_plain(value)
    }


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files, each only when it says something new: an unchanged one triggers no build."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(_plain(inner) for inner in value)
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value


def _is_plain(value: Any) -> bool:
    try:
        orjson.dumps(_plain(value))
    except TypeError:
        return False
    return True
