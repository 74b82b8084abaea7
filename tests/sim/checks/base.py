"""What all checkers share."""

from __future__ import annotations

from typing import Any


class Violation(AssertionError):
    """An invariant does not hold."""

    def __init__(self, check: str, text: str) -> None:
        super().__init__(f"{check}: {text}")
        self.check = check
        self.step = -1


def same(left: Any, right: Any) -> bool:
    """Equal, an empty text being no text."""
    return (left if left != "" else None) == (right if right != "" else None)


def asked_of(value: Any, op: str) -> Any:
    """What the log should say of a wish, in the log's form."""
    if op == "command":
        if value["name"] == "recall":
            return {"recall": True}
        signed: dict[str, list[str]] = {}
        for name, versions in value["signs"]:
            signed.setdefault(name, []).extend(versions.split(","))
        return {"submit": [[name, versions] for name, versions in signed.items()]}
    if op in ("append", "resolve"):
        return value
    return [value if value is not None else None]
