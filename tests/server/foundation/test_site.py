"""The phone's app as the server hands it out: the shell for screens, assets for ever, the worker each time."""

import gzip
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.foundation.settings import Settings

EARLY, LOOK = "early();\n'现场'", "p { color: red }\n"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(
        f"<!doctype html><title>shell</title><script>{EARLY}</script><style>{LOOK}</style>"
    )
    (folder / "sw.js").write_text("// worker\n" * 100)
    (folder / "assets" / "app-1a2b.js").write_text("// app\n" * 200)
    (folder / ".secret").write_text("secret")
    (tmp_path / "outside.js").write_text("secret")
    return type(settings)(**{**vars(settings), "static_dir": str(folder)})


def test_a_screens_address_gets_the_shell(client: FlaskClient) -> None:
    for path in ("/", "/team", "/deep/er", "/index.html"):
        answer = client.get(path)
        assert answer.mimetype == "text/html"
        assert "shell" in answer.text
        assert answer.headers["Cache-Control"] == "no-cache"


def test_a_page_allows_what_the_build_put_into_it_and_nothing_else_inline(client: FlaskClient) -> None:
    def hashed(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    policy = client.get("/team").headers["Content-Security-Policy"]
    assert f"script-src 'self' {hashed(EARLY)};" in policy
    assert f"style-src 'self' {hashed(LOOK)};" in policy
    assert "unsafe" not in policy
    assert "sha256" not in client.get("/sw.js").headers["Content-Security-Policy"]


def test_hashed_assets_live_for_ever_and_the_worker_is_asked_for_each_time(client: FlaskClient) -> None:
    asset = client.get("/assets/app-1a2b.js")
    assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert asset.headers["Content-Type"] == "text/javascript; charset=utf-8"
    worker = client.get("/sw.js", headers={"Service-Worker": "script", "Accept-Encoding": "gzip"})
    assert worker.headers["Cache-Control"] == "no-cache"
    assert gzip.decompress(worker.data).startswith(b"// worker")
    again = client.get("/sw.js", headers={"If-None-Match": worker.headers["ETag"], "Accept-Encoding": "gzip"})
    assert again.status_code == 304


def test_nothing_but_the_worker_can_be_registered_as_one(client: FlaskClient) -> None:
    answer = client.get("/assets/app-1a2b.js", headers={"Service-Worker": "script"})
    assert (answer.status_code, answer.json["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("path", ["/.secret", "/..%2foutside.js", "/assets/../../outside.js", "/missing.js", "/assets"])
def test_nothing_outside_the_folder_is_served(client: FlaskClient, path: str) -> None:
    assert b"secret" not in client.get(path).data
