"""The SQLite file as a file: is it sound, is anybody using it, a copy of it while others write."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

SIDES = ("-wal", "-shm")
TURN = "-turn"
"""Beside the file: an empty one by whose lock processes take turns. Not data: no copy has it, it stays where it lies when
the database is put aside, and it is made again where it is missing."""


def damage(path: Path) -> str | None:
    """What is wrong with the pages of this file, in SQLite's words; None when it is sound."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as held:
            said = held.execute("PRAGMA quick_check(1)").fetchone()
            return None if said == ("ok",) else str(said[0])
    except sqlite3.DatabaseError as error:
        return str(error)


def is_in_use(path: Path) -> bool:
    """Whether somebody else has this file open. If not, its -wal is empty afterwards and may go."""
    with closing(sqlite3.connect(path, timeout=0)) as held:
        try:
            # SQLite leaves WAL mode for nobody but the only one who has the file open.
            held.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            return error.sqlite_errorname.startswith("SQLITE_BUSY")
        except sqlite3.DatabaseError:
            return False  # it is damaged: what it holds is not lost by being put aside
    return False


def copy(source: Path, target: Path) -> None:
    """Copy a whole database, as of one moment, while others go on writing; flushed to the disk."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(handle)
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as held,
        closing(sqlite3.connect(target)) as made,
    ):
        held.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")
    flush(target)


def flush(path: Path) -> None:
    """See a file, and its name in its folder, onto the disk."""
    for one, how in ((path, os.O_RDWR), (path.parent, os.O_RDONLY)):
        handle = os.open(one, how)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
