"""An application for a verb, with its folder and its secret in place."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask

from server.app import create_app
from server.foundation.db import db
from server.foundation.settings import Settings

SECRET_FILE = "secret"


def settings(**overrides: Any) -> Settings:
    """Read the settings and make the folder of a SQLite file."""
    made = Settings.from_env(**overrides)
    if made.sqlite_path is not None:
        made.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    return made


def with_demo_secret(asked: Settings) -> Settings:
    """Give the demo a secret of its own beside its database, readable by its owner alone."""
    if asked.secret:
        return asked
    folder = asked.sqlite_path.parent if asked.sqlite_path is not None else Path("var")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / SECRET_FILE
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return replace(asked, secret=path.read_text(encoding="ascii").strip())


@contextmanager
def application(asked: Settings | None = None) -> Iterator[Flask]:
    """Open the application for one verb and close its connections afterwards."""
    app = create_app(asked or settings())
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
