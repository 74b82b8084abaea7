"""gemba backup, restore: a copy of the data, and the way back.

Whoever puts older data back takes edits away that phones were told are safe. Phones keep those for 30 days and offer
them again when they hear of a new epoch: that is what makes a restore more than a copy of a file.
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from server.cli.failures import Refused
from server.cli.opened import application, settings
from server.foundation import clock, migrate, sqlite_file
from server.foundation.db import db, session, unit_of_work
from server.identity import queries, service

BY_PG_DUMP = (
    "On PostgreSQL its own tools do this: pg_dump --format=custom, by a role that row-level security does not bind;"
    " back with pg_restore while Gemba is stopped, then gemba restore --by-hand."
)


def backup(asked: argparse.Namespace) -> int:
    """Copy the SQLite database into a new file while the server goes on."""
    source = settings().sqlite_path
    if source is None:
        raise Refused(BY_PG_DUMP)
    target = Path(asked.file).absolute()
    if target.exists():
        raise Refused(f"{target} is there already: a backup never replaces another.")
    if not source.is_file():
        raise Refused(f"There is no database at {source}.")
    draft = target.with_name(f"{target.name}.unfinished")
    draft.unlink(missing_ok=True)
    sqlite_file.copy(source, draft)
    _refuse_damaged(draft)
    draft.rename(target)
    sqlite_file.flush(target)
    print(f"Backed up to {target}.")
    return 0


def restore(asked: argparse.Namespace) -> int:
    """Put a backup in place of the database, and let phones offer again what it lacks."""
    if asked.by_hand == (asked.file is not None):
        raise Refused("Name the backup's file, or say --by-hand when the data are back already.")
    wanted = settings()
    if asked.by_hand:
        with application(wanted):
            _begin_epoch()
        print("Phones will offer again what these data lack.")
        return 0
    place = wanted.sqlite_path
    if place is None:
        raise Refused(BY_PG_DUMP)
    source = Path(asked.file).absolute()
    if not source.is_file():
        raise Refused(f"There is no file {source}.")
    if place.exists() and sqlite_file.is_in_use(place):
        raise Refused("The server is running on this database: stop it first.")
    draft = place.with_name(f"{place.name}.restoring")
    draft.unlink(missing_ok=True)
    _refuse_damaged(source)
    sqlite_file.copy(source, draft)
    with application(replace(wanted, database_url=f"sqlite:///{draft}")):
        with db.engine.connect() as connection:
            migrate.refuse_unknown(connection)
        _begin_epoch()
    # The draft has had turns of its own; those of the database go on by the file that lies there.
    Path(f"{draft}{sqlite_file.TURN}").unlink(missing_ok=True)
    if sqlite_file.is_in_use(draft):  # also: everything is in the file itself, nothing beside it
        raise Refused(f"Somebody else has opened {draft}.")
    sqlite_file.flush(draft)
    kept = _put_aside(place)
    draft.rename(place)
    sqlite_file.flush(place)
    print(f"Restored from {source}. Phones will offer again what it lacks.{kept}")
    return 0


def _refuse_damaged(path: Path) -> None:
    wrong = sqlite_file.damage(path)
    if wrong is not None:
        raise Refused(f"{path} is damaged ({wrong}): use another backup.")


def _begin_epoch() -> None:
    """A new epoch for every plant: who hears of it begins again."""

    def begin() -> None:
        for plant in queries.tenants():
            plant.epoch = service.new_epoch()

    try:
        unit_of_work(begin)
    finally:
        session().close()


def _put_aside(place: Path) -> str:
    """Rename what was there; nothing is deleted."""
    if not place.exists():
        return ""
    aside = place.with_name(f"{place.name}.before-{clock.now():%Y%m%dT%H%M%S}")
    os.rename(place, aside)
    for side in sqlite_file.SIDES:
        beside = Path(f"{place}{side}")
        if beside.exists():
            beside.rename(f"{aside}{side}")
    return f" What was there before is kept in {aside}."
