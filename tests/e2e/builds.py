"""A later build of the client, made of today's: every file has another name, and the worker's list their hashes."""

import hashlib
import re
import shutil
from base64 import b64encode
from pathlib import Path

from tests.e2e.phone import ROOT

ENTRY = re.compile(r"\{[^{}]*sha384-[^{}]*\}")
MARK = '<html data-build="later"'


def copy_of_today(folder: Path) -> Path:
    """The built client in a folder of the story."""
    shutil.copytree(ROOT / "pwa/dist", folder)
    return folder


def later_build(dist: Path) -> None:
    """Puts a later build in the place of the one that is served; the old files are gone, as after an upgrade."""
    renamed = {
        path.name: path.stem[:-1] + ("A" if path.stem[-1] != "A" else "B") + path.suffix
        for path in (dist / "assets").iterdir()
    }
    for path in [*dist.glob("assets/*"), *dist.glob("*.html"), dist / "sw.js"]:
        text = path.read_text("utf-8")
        for was, now in renamed.items():
            text = text.replace(was, now)
        if path.name == "index.html":
            text = text.replace("<html", MARK)
        path.write_text(text, "utf-8")
    for was, now in renamed.items():
        (dist / "assets" / was).rename(dist / "assets" / now)
    worker = dist / "sw.js"
    worker.write_text(ENTRY.sub(lambda found: _entry(found[0], dist), worker.read_text("utf-8")), "utf-8")


def _entry(text: str, dist: Path) -> str:
    (url,) = re.findall(r"url[\"']?:[\"'`]([^\"'`]+)", text)
    data = (dist / url).read_bytes()
    text = re.sub(r"sha384-[A-Za-z0-9+/=]+", "sha384-" + b64encode(hashlib.sha384(data).digest()).decode(), text)
    revision = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return re.sub(r"(revision[\"']?:[\"'`])[0-9a-f]+", rf"\g<1>{revision}", text)


def spoil_a_file(dist: Path) -> None:
    """One file is cut off on the server: its hash is no longer that of the worker's list."""
    victim = max((dist / "assets").glob("main-*.js"))
    victim.write_bytes(victim.read_bytes()[:-100])


def spoil_the_worker(dist: Path) -> None:
    """The worker itself is cut in half: no program any more."""
    worker = dist / "sw.js"
    text = worker.read_text("utf-8")
    worker.write_text(text[: len(text) // 2] + "(((", "utf-8")
