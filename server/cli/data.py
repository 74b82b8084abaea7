"""gemba migrate, db check, demo."""

import argparse
from importlib import import_module
from importlib.util import find_spec

import sqlalchemy as sa

from server.cli.failures import Refused
from server.cli.opened import application
from server.foundation import migrate as migrations
from server.foundation.db import db, session
from server.identity import queries


def migrate(_asked: argparse.Namespace) -> int:
    """Bring the database to this release's schema."""
    with application():
        migrations.upgrade(db.engine)
        print(f"The database is at revision {migrations.head()}.")
    return 0


def check(_asked: argparse.Namespace) -> int:
    """Prove that models, migrations and data agree; print what does not."""
    with application(), db.engine.connect() as connection:
        migrations.refuse_unknown(connection)
        wrong = [f"not as the models say: {line}" for line in migrations.differences(connection)]
        if migrations.current(connection) != migrations.head():
            wrong.append("the schema is not of this release: run gemba migrate")
        if connection.dialect.name == "sqlite":
            sound = connection.scalar(sa.text("PRAGMA integrity_check"))
            if sound != "ok":
                wrong.append(f"the file is damaged: {sound}")
            wrong += [
                f"row {row[1]} of {row[0]} refers to nothing in {row[2]}"
                for row in connection.execute(sa.text("PRAGMA foreign_key_check"))
            ]
    for line in wrong:
        print(line)
    if not wrong:
        print("Models, migrations and data agree.")
    return 1 if wrong else 0


def demo(_asked: argparse.Namespace) -> int:
    """Load the demo plant; where it is there already, change nothing."""
    with application():
        migrations.upgrade(db.engine)
        if load_demo():
            print("The demo plant is loaded.")
        elif queries.tenant_by_code("demo") is not None:
            print("The demo plant is loaded already; nothing was changed.")
        else:
            raise Refused("This database already holds a plant: the demo goes into an empty one.")
    return 0


def load_demo() -> bool:
    """Load the demo plant into an empty database; False where there is a plant already."""
    full = bool(queries.tenants())
    session().close()
    if full:
        return False
    if find_spec("server.demo") is None:
        raise Refused("The demo plant is not part of this installation.")
    import_module("server.demo").load()
    session().close()
    return True
