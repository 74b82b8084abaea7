"""What every test would pay for again, kept for the whole run: nothing of what a test looks at.

A test gets an application and a database of its own. What was made anew with them, and is the same each time, cost half
of the suite: werkzeug compiled two functions for each of a hundred doors, SQLAlchemy every statement, and each COMMIT on
SQLite waited for a disk whose content nobody will ever read.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from werkzeug.routing import Rule

MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that must be free there: a container may give it 64 MB."""

_builders: dict[tuple[Any, ...], Callable[..., Any]] = {}
_engines: dict[str, sa.Engine] = {}


def temporary_root() -> Path:
    """Where the files of tests lie: in memory, if there is room."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy else Path("/tmp")


def install() -> None:
    """For this process; twice is the same as once."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(temporary_root()))  # pytest's own variable for tmp_path
    if Rule._compile_builder is not _compile_builder:
        Rule._compile_builder = _compile_builder  # type: ignore[method-assign]
        SQLAlchemy._make_engine = _make_engine  # type: ignore[method-assign]


def _compile_builder(self: Rule, append_unknown: bool = True, made: Any = Rule._compile_builder) -> Any:
    """How a rule writes its URL. It takes the rule as an argument, so another application's rule can use it."""
    if self.defaults:
        return made(self, append_unknown)
    key = (self.rule, append_unknown, *self._trace)
    if key not in _builders:
        _builders[key] = made(self, append_unknown)
    return _builders[key]


def _make_engine(self: Any, bind_key: Any, options: Any, app: Any, made: Any = SQLAlchemy._make_engine) -> sa.Engine:
    """An engine with connections of its own, that compiles no statement which another of its kind has compiled."""
    engine: sa.Engine = made(self, bind_key, options, app)
    kept = _engines.get(engine.name)
    # A dialect asks its first server what that can do: before this it is good for its own engine alone.
    if kept is None or getattr(kept.dialect, "server_version_info", None) is None:
        _engines[engine.name] = engine
    else:
        engine.dialect = engine.pool._dialect = kept.dialect
        engine._compiled_cache = kept._compiled_cache
    return engine
