"""gemba mutation show: one edit as the server holds it."""

import argparse
from typing import Any

import orjson
import sqlalchemy as sa

from server.cli.failures import Refused
from server.cli.opened import application
from server.foundation.db import session, tenant_context
from server.foundation.ids import unshort
from server.identity import queries
from server.sync_api.models import LoggedMutation

CONTENT = frozenset({"asked", "wrote"})


def show(asked: argparse.Namespace) -> int:
    """Print one edit; what was written only with --content."""
    try:
        device, author, n = asked.id.split(".")
        key = unshort(device), unshort(author), int(n)
    except ValueError as error:
        raise Refused("An edit's id is device.author.n, as the history shows it.") from error
    with application():
        plants = [plant.id for plant in queries.tenants()]
        for plant in plants:
            with tenant_context(plant):
                row = session().scalar(
                    sa.select(LoggedMutation).where(
                        LoggedMutation.device == key[0], LoggedMutation.author == key[1], LoggedMutation.n == key[2]
                    )
                )
                if row is not None:
                    print(orjson.dumps(_plain(row, asked.content), option=orjson.OPT_INDENT_2).decode())
                    return 0
    raise Refused("The server has no such edit.")


def _plain(row: Any, content: bool) -> dict[str, Any]:
    values = {
        column.key: getattr(row, column.key)
        for column in sa.inspect(type(row)).column_attrs
        if content or column.key not in CONTENT
    }
    return {key: value.hex() if isinstance(value, bytes) else value for key, value in values.items()}
