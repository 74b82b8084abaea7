"""A short transaction beside the one at work, so that others can read how far it is."""

from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.foundation.db import db, session


def aside(statement: sa.Executable) -> bool:
    """Write one thing at once, whatever becomes of the unit of work. On SQLite, where one writer keeps out all others,
    nothing is written while a unit is at work, and False returned. Never fails: what it says is news, not data."""
    held = session()
    if held.in_transaction() and held.get_bind().dialect.name == "sqlite":
        return False
    with suppress(DBAPIError), Session(db.engine) as short:
        short.connection(execution_options={"begin": "IMMEDIATE"} if db.engine.dialect.name == "sqlite" else {})
        short.execute(statement)
        short.commit()
        return True
    return False
