"""What no linter knows about this house. Each failure says what to do instead."""

import ast
import json
import os
import re
import struct
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINES_MAX = 400
CODE = (".py", ".ts", ".svelte", ".css", ".mjs", ".cjs", ".js", ".sh")
CJK = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z\u3400-\u9fff]{2,}")
# Content, not interface: the invented plant speaks both languages, and so does the test cast.
# sync/text.py holds alphabets; the app's name in the manifest is read before any language is chosen.
CONTENT = ("server/demo", "server/foundation/locales", "tests/", "bench/", "sync/text.py", "pwa/vite.config.ts")
# Names that are the same in every language.
SAME_EVERYWHERE = {"Gemba", "MES", "HR", "5S"}

SYNC_MAY_IMPORT = {
    "__future__", "abc", "base64", "bisect", "collections", "collections.abc", "dataclasses", "difflib", "enum", "functools",
    "hashlib", "itertools", "json", "math", "re", "types", "typing", "unicodedata",
}  # fmt: skip


def tracked(*endings: str) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    return [ROOT / name for name in listing if name.endswith(endings) and (ROOT / name).is_file()]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def words(folder: str) -> dict[str, dict[str, str]]:
    """Messages by language, merged from the parts of every room."""
    out: dict[str, dict[str, str]] = {}
    for language in ("zh-CN", "en"):
        merged: dict[str, str] = {}
        for part in sorted((ROOT / folder / language).glob("*.json")):
            for key, text in json.loads(part.read_text("utf-8")).items():
                if not key.startswith("$"):
                    assert key not in merged, f"{key} stands in two parts of {language}: keep it in one room"
                    merged[key] = text
        out[language] = merged
    return out


def locales() -> dict[str, dict[str, str]]:
    folder = ROOT / "server/foundation/locales"
    return {language: json.loads((folder / f"{language}.json").read_text("utf-8")) for language in ("zh-CN", "en")}


def test_no_source_file_is_longer_than_four_hundred_lines():
    long = {short(path): n for path in tracked(*CODE) if (n := len(path.read_text("utf-8").splitlines())) > LINES_MAX}
    assert not long, f"split by what they are about, not by number: {long}"


def test_the_core_imports_only_what_is_on_its_list():
    wrong = []
    for path in sorted((ROOT / "sync").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            wrong += [
                f"{short(path)} imports {n}" for n in names if n not in SYNC_MAY_IMPORT and n.split(".")[0] != "sync"
            ]
    assert not wrong, f"sync/ gets time, chance and storage as arguments: {wrong}"


@pytest.mark.parametrize("folder", ["pwa/messages/parts"])
def test_every_message_exists_in_both_languages_with_the_same_blanks(folder):
    both = words(folder)
    zh, en = both["zh-CN"], both["en"]
    assert len(zh) > 100, "no messages found"
    assert set(zh) == set(en), f"only in one language: {sorted(set(zh) ^ set(en))}"
    empty = [key for key in zh if not str(zh[key]).strip() or not str(en[key]).strip()]
    assert not empty, f"empty messages: {empty}"
    blanks = {
        key: (sorted(_blanks(zh[key])), sorted(_blanks(en[key]))) for key in zh if _blanks(zh[key]) != _blanks(en[key])
    }
    assert not blanks, f"the two languages fill different blanks: {blanks}"


def test_the_server_speaks_both_languages_with_the_same_keys():
    both = locales()
    assert set(both["zh-CN"]) == set(both["en"]), sorted(set(both["zh-CN"]) ^ set(both["en"]))


def _blanks(text: object) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text if isinstance(text, str) else json.dumps(text)))


def test_every_problem_code_has_a_sentence_on_server_and_phone_in_both_languages():
    import server.app  # noqa: F401  the composition root knows every room's codes
    from server.foundation import problems

    codes = sorted(str(code) for code in problems.all_codes())
    assert len(codes) > 10, "the registry looks empty"
    missing = [
        f"{where} {language}: problem_{code}"
        for where, both in (
            ("server/foundation/locales", locales()),
            ("pwa/messages/parts", words("pwa/messages/parts")),
        )
        for language, messages in both.items()
        for code in codes
        if f"problem_{code}" not in messages
    ]
    assert not missing, f"write what is so and what to do: {missing}"


def test_no_python_file_holds_words_that_a_screen_shows():
    wrong = []
    for path in tracked(".py"):
        if short(path).startswith(CONTENT) or short(path).startswith(("migrations/", "scripts/")):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CJK.search(node.value):
                wrong.append(f"{short(path)}:{node.lineno} {node.value[:30]!r}")
    assert not wrong, f"words live in locales/ or pwa/messages: {wrong}"


def test_no_screen_holds_words_of_its_own():
    wrong = []
    for path in tracked(".svelte"):
        for line, text in _visible(path.read_text("utf-8")):
            if WORD.search(text) and text.strip() not in SAME_EVERYWHERE:
                wrong.append(f"{short(path)}:{line} {text.strip()[:40]!r}")
    for path in tracked(".ts", ".svelte"):
        if ".test." in path.name or path.name.startswith("fake-") or short(path).startswith(CONTENT):
            continue
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            code = re.sub(r"//.*|/\*.*?\*/|^\s*\*.*|<!--.*?-->", "", line)
            if CJK.search(code):
                wrong.append(f"{short(path)}:{n} {code.strip()[:40]!r}")
    assert not wrong, f"words live in pwa/messages/parts: {wrong}"


def _visible(source: str) -> list[tuple[int, str]]:
    """Text nodes and spoken attributes of a Svelte template, each with its line."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match.group())

    spaces = r"&(?:nbsp|ensp|thinsp);"
    markup = re.sub(rf"<script.*?</script>|<style.*?</style>|<!--.*?-->|{spaces}", blank, source, flags=re.S)
    for _ in range(6):  # innermost braces first
        markup = re.sub(r"\{[^{}]*\}", blank, markup)
    spoken = re.finditer(r'\s(?:aria-label|title|placeholder|alt|label)="([^"]+)"', markup)
    found = [(markup[: m.start()].count("\n") + 1, m.group(1)) for m in spoken]
    # Attribute values and arrow functions are gone, so a '<' opens a tag and the next '>' ends it.
    text = re.sub(r"<[^>]*>", blank, markup, flags=re.S)
    return found + [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]


def test_every_setting_is_documented():
    from server.foundation.settings import Settings

    page = (ROOT / "docs/settings.md").read_text("utf-8")
    missing = [name for name in Settings.__dataclass_fields__ if f"GEMBA_{name.upper()}" not in page]
    assert not missing, f"run make generate: {missing}"


def test_every_link_in_the_documents_leads_somewhere():
    broken = []
    for path in tracked(".md"):
        text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S)
        targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
        for target in targets:
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                broken.append(f"{short(path)} -> {target}")
    assert not broken, broken


def test_no_lock_names_a_registry():
    lock = (ROOT / "pwa/package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock, "set omit-lockfile-registry-resolved in pwa/.npmrc and make the lock again"
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text("utf-8")
        assert "://" not in text, f"{short(path)} names a host"
        assert "--index-url" not in text, f"{short(path)} names a registry"
        assert "--hash=sha256:" in text, f"{short(path)} has no hashes"


def test_no_answer_ever_clears_a_phones_storage():
    wrong = [
        short(path)
        for path in tracked(".py", ".ts", ".svelte")
        if short(path).startswith(("server/", "pwa/src/"))
        and re.search(r"Clear-Site-Data", path.read_text("utf-8"), re.I)
    ]
    assert not wrong, f"it deletes the outbox: {wrong}"


def test_every_picture_that_the_manifest_names_lies_where_the_build_takes_it_from():
    config = (ROOT / "pwa/vite.config.ts").read_text("utf-8")
    named = re.findall(r"src: '([^']+\.png)', sizes: '(\d+)x(\d+)'", config)
    assert len(named) > 5, "no pictures found in pwa/vite.config.ts"
    wrong = []
    for name, width, height in named:
        file = ROOT / "pwa/public" / name
        size = struct.unpack(">II", file.read_bytes()[16:24]) if file.is_file() else None
        if size != (int(width), int(height)):
            wrong.append(f"{name} should be {width}x{height}, is {size}")
    assert not wrong, f"make shots makes screenshots, pwa/scripts/icons.mjs icons: {wrong}"


def test_the_makefile_explains_every_command_of_the_readme():
    listed = set(re.findall(r"^([a-z0-9-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), flags=re.M))
    for name in ("README.md", "README.zh-CN.md"):
        used = set(re.findall(r"\bmake ([a-z][a-z-]+)\b", (ROOT / name).read_text("utf-8")))
        assert used <= listed, f"{name} names commands that do not exist: {sorted(used - listed)}"


def test_both_readmes_have_the_same_chapters():
    counts = {
        name: re.findall(r"^##+ ", (ROOT / name).read_text("utf-8"), flags=re.M)
        for name in ("README.md", "README.zh-CN.md")
    }
    assert len(counts["README.md"]) == len(counts["README.zh-CN.md"]), "one language has a chapter that the other lacks"


@pytest.mark.parametrize(
    ("said", "given", "port"),
    [
        ({}, [], "8080"),
        ({"PORT": "9002"}, [], "9002"),
        ({"PORT": "9002", "GEMBA_PORT": "9001"}, [], "9001"),
        ({"GEMBA_PORT": "9001"}, ["PORT=9000"], "9000"),
    ],
)
def test_the_demo_starts_on_the_port_that_was_asked_for(said: dict[str, str], given: list[str], port: str) -> None:
    plain = {k: v for k, v in os.environ.items() if k not in ("PORT", "GEMBA_PORT", "MAKEFLAGS", "MAKEOVERRIDES")}
    would = subprocess.run(
        ["make", "--dry-run", "run", *given], cwd=ROOT, env=plain | said, check=True, capture_output=True, text=True
    )
    assert f'scripts/run.sh "{port}"' in would.stdout
