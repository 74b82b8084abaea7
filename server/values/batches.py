"""A batch of values from another system: read row by row, taken in, answered the same when it comes again."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from marshmallow import ValidationError

from server.foundation.body import field_errors
from server.foundation.db import session
from server.foundation.problems import TOO_MANY_REQUESTS, Problem
from server.values import queries
from server.values.keys import KEPT, Caller, forget
from server.values.models import ValueBatch
from server.values.pace import A_MINUTE
from server.values.plain import plain
from server.values.problems import BATCH_KEY_REUSED
from server.values.rows import By, Fate, Given
from server.values.schemas import RowSchema
from server.values.taking import take_in

BATCHES_A_MINUTE: Final = 60
ANSWERS_AT_MOST: Final = 10_000
"""Kept for one key: a batch a minute for the week in which they are kept at all."""
INVALID: Final = "invalid"


def receive(rows: Sequence[Any], body: bytes, key: str, caller: Caller, *, now: datetime) -> dict[str, Any]:
    """Take a batch in. Raises Problem `batch_key_reused`, `too_many_requests`, `source_locked`."""
    body_hash = hashlib.sha256(body).hexdigest()
    known = _known(caller, key)
    if known is not None:
        if known.body_hash != body_hash:
            raise Problem(BATCH_KEY_REUSED)
        return _expanded(known.answer)
    _refuse_hurry(caller, now)
    given, unread = _read(rows)
    taken = take_in(given, caller.source, now, by=By(key_id=caller.key_id), only=caller.indicators)
    listed = unread + [
        {"place": one.place, "fate": one.fate.value, "code": one.code, "late": one.late, "flags": list(one.flags)}
        for one in taken.receipts
    ]
    counts = dict(taken.shown())
    counts[Fate.REFUSED.value] += len(unread)
    answer = {"counts": counts, "listed": sorted(listed, key=lambda one: one["place"]), "rows": len(rows)}
    held = queries.key(caller.key_id)
    assert held is not None
    held.last_used_at = now
    session().add(ValueBatch(key_id=caller.key_id, key=key, body_hash=body_hash, answer=answer, received_at=now))
    return _expanded(answer)


def _known(caller: Caller, key: str) -> ValueBatch | None:
    query = sa.select(ValueBatch).where(ValueBatch.key_id == caller.key_id, ValueBatch.key == key)
    return session().execute(query).scalar_one_or_none()


def _refuse_hurry(caller: Caller, now: datetime) -> None:
    forget(queries.answers_before(now - KEPT))
    before = queries.last_answers(caller.key_id, ANSWERS_AT_MOST - 1)
    if before is not None:
        forget(before)
    recent = sa.select(sa.func.count()).where(
        ValueBatch.key_id == caller.key_id, ValueBatch.received_at > now - A_MINUTE
    )
    if session().execute(recent).scalar_one() >= BATCHES_A_MINUTE:
        raise Problem(TOO_MANY_REQUESTS, retry_after_s=int(A_MINUTE.total_seconds()))


def _read(rows: Sequence[Any]) -> tuple[list[Given], list[dict[str, Any]]]:
    """Rows that can be understood, and a receipt for each that cannot: one bad row keeps no other out."""
    schema = RowSchema()
    given: list[Given] = []
    unread: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        if (sound := plain(place, row)) is not None:
            given.append(sound)
            continue
        try:
            read = schema.load(row)
        except ValidationError as error:
            wrong = [one.pointer for one in field_errors({"json": error.messages})][:5]
            unread.append(
                {"place": place, "fate": Fate.REFUSED.value, "code": INVALID, "late": None, "flags": [], "wrong": wrong}
            )
        else:
            given.append(Given(place, **read))
    return given, unread


def _expanded(answer: dict[str, Any]) -> dict[str, Any]:
    listed = {one["place"]: one for one in answer["listed"]}
    plain: dict[str, Any] = {"fate": Fate.NEW.value, "code": None, "late": None, "flags": []}
    rows = [listed.get(place) or {"place": place, **plain} for place in range(answer["rows"])]
    return {"counts": answer["counts"], "rows": [{"wrong": [], **row, "fate": Fate(row["fate"])} for row in rows]}
