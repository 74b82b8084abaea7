"""The built client, served from one folder: the shell, its hashed assets, its service worker."""

import gzip
import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from flask import Blueprint, Response, current_app, request
from werkzeug.routing import PathConverter
from werkzeug.security import safe_join

from server.foundation.headers import GZIP_FROM_BYTES, content_policy
from server.foundation.problems import NOT_ALLOWED, NOT_FOUND, Problem
from server.foundation.settings import settings_of

SHELL: Final = "index.html"
WORKER: Final = "sw.js"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
# By hand: the machine's own table differs from one to the next.
MEDIA_TYPES: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
}
_ZIPPED: Final = frozenset({".html", ".js", ".mjs", ".css", ".json", ".webmanifest", ".svg", ".txt"})
doors = Blueprint("site", __name__)


class ScreenPath(PathConverter):
    """Any path but the API's: an unknown door there is a problem, never the shell."""

    regex = "(?!api/)[^/].*?"


class Asset(NamedTuple):
    """One file in memory, plain and zipped; `policy`: what a page of ours allows of itself."""

    plain: bytes
    zipped: bytes | None
    etag: str
    policy: str | None


@lru_cache(maxsize=512)
def _read(path: Path, modified_ns: int) -> Asset:
    plain = path.read_bytes()
    zipped = None
    if path.suffix in _ZIPPED and len(plain) > GZIP_FROM_BYTES:
        zipped = gzip.compress(plain, compresslevel=9, mtime=0)
    policy = _policy_of(plain) if path.suffix == ".html" else None
    return Asset(plain, zipped, f"{modified_ns:x}-{len(plain):x}", policy)


def _policy_of(page: bytes) -> str:
    """Allow what the build has put into the page, by its hash, and nothing else that is written there."""

    def hashes(tag: bytes) -> list[str]:
        found = re.findall(b"<%b>(.*?)</%b>" % (tag, tag), page, re.DOTALL)
        return [b64encode(sha256(each).digest()).decode() for each in found]

    return content_policy(hashes(b"script"), hashes(b"style"))


@doors.get("/")
@doors.get("/<screen:name>")
def file(name: str = SHELL) -> Response:
    """Serve a file; a path without a dot is a screen's address and gets the shell."""
    if request.headers.get("Service-Worker") == "script" and name != WORKER:
        raise Problem(NOT_ALLOWED)  # no uploaded or reflected script may become a worker
    found = _find(name)
    if found is None and "." not in name.rsplit("/", 1)[-1]:
        name, found = SHELL, _find(SHELL)
    if found is None:
        raise Problem(NOT_FOUND)
    return _answer(name, found)


def _find(name: str) -> Path | None:
    if "\x00" in name or "\\" in name or any(part.startswith(".") for part in name.split("/")):
        return None
    folder = Path(settings_of(current_app).static_dir).resolve()
    joined = safe_join(str(folder), name)
    path = Path(joined) if joined else None
    try:
        return path if path is not None and path.suffix in MEDIA_TYPES and path.is_file() else None
    except (OSError, ValueError):  # a name longer than the file system takes
        return None


def _answer(name: str, path: Path) -> Response:
    asset = _read(path, path.stat().st_mtime_ns)
    zipped = asset.zipped is not None and bool(request.accept_encodings["gzip"])
    made = Response(asset.zipped if zipped else asset.plain, content_type=_content_type(path.suffix))
    made.vary.add("Accept-Encoding")
    if asset.policy:
        made.headers["Content-Security-Policy"] = asset.policy
    if zipped:
        made.headers["Content-Encoding"] = "gzip"
    made.set_etag(asset.etag + ("-z" if zipped else ""))
    made.headers["Cache-Control"] = IMMUTABLE if name.startswith("assets/") else "no-cache"
    made.make_conditional(request)
    return made


def _content_type(suffix: str) -> str:
    media_type = MEDIA_TYPES[suffix]
    is_text = media_type.startswith("text/")
    return f"{media_type}; charset=utf-8" if is_text else media_type
