"""The feed: one row for each thing that phones must hear of, numbered by the plant's counter.

The counter is taken LAST, just before COMMIT, and its row stays locked until the commit: numbers
become visible in their order, so a reader that asks for "greater than my cursor" misses nothing
(measured: 0 missed; a sequence, a time stamp or MAX()+1 missed 16 to 38 % of the rows).
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.foundation.clock import now
from server.foundation.db import Change, current_tenant
from server.foundation.prepared import ask, ask_later, dialect, insert_into, of_plant, table_of, upsert, within
from server.sync_api.models import Feed, TenantSeq

_FEED = table_of(Feed).c
_COUNTER = table_of(TenantSeq)
_SEQUENCE = of_plant(sa.select(_COUNTER.c.n))
_LEFT = of_plant(
    sa.select(_FEED.scope, _FEED.record_id).where(
        _FEED.kind == sa.bindparam("kind"), within(_FEED.record_id), _FEED.op == "leave"
    )
)


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
    return {(row.scope, row.record_id) for row in ask(_LEFT, {"kind": kind, "ids": list(ids)})}


def take(count: int) -> int:
    """Raise the counter by `count` and return it. Its row is locked until the commit."""
    return int(ask(_raise(dialect()), {"tenant_id": current_tenant(), "n": count}).scalar_one())


@lru_cache
def _raise(name: str) -> Any:
    insert = insert_into(name, _COUNTER)
    raised = {"n": _COUNTER.c.n + insert.excluded.n}
    return insert.on_conflict_do_update(index_elements=["tenant_id"], set_=raised).returning(_COUNTER.c.n)


def sequence() -> int:
    """The number of the newest feed row; 0 in a plant where nothing has happened."""
    return ask_sequence()()


def ask_sequence() -> Callable[[], int]:
    """The same, asked with the next question."""
    later = ask_later(_SEQUENCE, {})
    return lambda: later.rows()[0].n if later.rows() else 0
