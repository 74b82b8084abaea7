"""gemba serve: check, migrate where that is safe, serve."""

import argparse
from dataclasses import replace

from server.app import create_app
from server.cli.data import load_demo
from server.cli.failures import Refused
from server.cli.opened import application, settings, with_demo_secret
from server.cli.users import found_plant
from server.foundation import migrate, runner, sqlite_file
from server.foundation.db import db, session
from server.foundation.engine import turnstile_of
from server.foundation.settings import Settings
from server.identity import queries

PLANT, NUMBER = "plant", "admin"
DEMO_PLANT = "demo"
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


def serve(asked: argparse.Namespace) -> int:
    """Serve until stopped. Refuses a weak secret, an unknown revision and a pending migration."""
    overrides = {"port": asked.port} if asked.port is not None else {}
    wanted = settings(**overrides)
    if asked.demo or wanted.demo:
        wanted = with_demo_secret(replace(wanted, demo=True, trusted_hosts=wanted.trusted_hosts or LOCAL_NAMES))
    wanted.refuse_weak_secret()
    with application(wanted):
        _prepare(wanted)
    runner.serve(lambda: create_app(wanted), wanted, on_ready=lambda: _say_address(wanted))
    return 0


def _prepare(wanted: Settings) -> None:
    _refuse_damaged(wanted)
    if wanted.sqlite_path is not None:  # while somebody reads it, not when the first phone writes
        turnstile_of(str(wanted.sqlite_path))
    with db.engine.connect() as connection:
        migrate.refuse_unknown(connection)
        revision = migrate.current(connection)
    if revision is None or wanted.demo:
        migrate.upgrade(db.engine)
    elif revision != migrate.head():
        raise Refused("The database is of an older release: back it up, then run gemba migrate.")
    if wanted.demo:
        load_demo()
    else:
        _refuse_demo_plant()
        _found_first_admin()


def _refuse_damaged(wanted: Settings) -> None:
    path = wanted.sqlite_path
    wrong = sqlite_file.damage(path) if path is not None and path.exists() else None
    if wrong is not None:
        raise Refused(
            f"The database {path} is damaged ({wrong}). Nothing was changed in it."
            " Put the newest backup in its place: gemba restore FILE. Phones then offer again what it lacks."
        )


def _refuse_demo_plant() -> None:
    is_demo = any(plant.code == DEMO_PLANT for plant in queries.tenants())
    session().close()
    if is_demo:  # its people share a password that stands in the documentation
        raise Refused("This database holds the demo plant: serve it with --demo, or use another database.")


def _found_first_admin() -> None:
    empty = not queries.tenants()
    session().close()
    if empty:
        print(
            f"First start. Plant {PLANT}, number {NUMBER}, one-time code {found_plant(PLANT, NUMBER)}"
            f" (seven days; a new one: gemba user reset {NUMBER}).",
            flush=True,
        )


def _say_address(wanted: Settings) -> None:
    address = wanted.public_origin or f"http://localhost:{wanted.port}"
    what = "The demo plant" if wanted.demo else "Gemba"
    print(f"{what} is at {address}", flush=True)
