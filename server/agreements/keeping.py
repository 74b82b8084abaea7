"""Keeping what a push decided: texts, voices, changes for the next window, and which phones must hear of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.agreements.models import Agreement, AgreementText, AgreementVoice, KeptChange
from server.agreements.record import AgreementRecord
from server.agreements.scopes import agree_scope
from server.foundation.clock import to_ms
from server.foundation.db import changed, current_tenant, session
from server.foundation.ids import PersonId, unshort
from server.foundation.prepared import insert_rows, update_rows
from server.people import queries as people
from sync.model import Mutation, MutationId, Said
from sync.terms import NO_CLOCK, TermLine, Terms, made_at

Row = dict[str, Any]


def keep(records: Sequence[AgreementRecord], now: datetime) -> None:
    """Write what became of these agreements. `done` of each is in the order of the push."""
    own: list[Row] = []
    texts: list[Row] = []
    voices: list[Row] = []
    kept: list[Row] = []
    for record in records:
        steps = [done for done in record.done if done.decision.changed]
        texts += _texts(record, now)
        voices += _voices(record, now)
        kept += _kept(record, now)
        if any(done.edit.field == "terms" for done in steps):
            own.append(_own(record, now))
        if steps or record.refused:
            one = record.agreement
            scopes = [agree_scope(one.person_id), agree_scope(_led_by(record, now))]
            # What is said of one that is over is evidence; no phone holds it any more.
            changed("agreement", record.id, scopes, "put" if one.closed_at is None else "leave")
    update_rows(Agreement, own, ("tenant_id", "id"), ("terms", "terms_version", "terms_device_time", "terms_at"))
    insert_rows(AgreementText, texts)
    insert_rows(AgreementVoice, voices)
    insert_rows(KeptChange, kept)


def _led_by(record: AgreementRecord, now: datetime) -> PersonId:
    """Who answers for it now. A line that was written with a day ahead tells nobody when that day comes: what is said
    after it takes the agreement along.
    """
    one = record.agreement
    former: PersonId = one.supervisor_id
    direct, _ = people.line_of(one.person_id, now)
    if direct in (None, former, one.person_id) or one.closed_at is not None:
        return former
    session().execute(
        sa.update(Agreement)
        .where(Agreement.id == record.id)
        .values(supervisor_id=direct)
        .execution_options(synchronize_session=False)
    )
    changed("agreement", record.id, [agree_scope(former)], "leave")
    changed("window", current_tenant(), [agree_scope(direct)])
    return direct


def _own(record: AgreementRecord, now: datetime) -> Row:
    held = record.held("terms")
    return {
        "tenant_id": current_tenant(),
        "id": record.id,
        "terms": _plain(held.value),
        "terms_version": str(held.version),
        "terms_device_time": held.device_time,
        "terms_at": now,
    }


def _plain(lines: object) -> list[list[Any]]:
    return [list(line) for line in lines] if isinstance(lines, tuple) else []


def _texts(record: AgreementRecord, now: datetime) -> list[Row]:
    rows: list[Row] = []
    for done in record.done:
        edit, asked = done.edit, done.edit.value
        if not isinstance(asked, Terms) or not done.decision.changed:
            continue
        _settle(record, edit, now)
        rows.append(
            {
                "tenant_id": current_tenant(),
                "agreement_id": record.id,
                "version": str(edit.id),
                "position": record.texts + len(rows) + 1,
                "lines": _plain(asked.lines),
                "words": asked.words,
                "author_id": unshort(edit.id.author),
                "device_time": edit.device_time,
                "received_at": now,
                "late": done.decision.late,
            }
        )
    return rows


def _settle(record: AgreementRecord, edit: Mutation, now: datetime) -> None:
    """Who puts in a change has had before their eyes what they had kept until then: it is not offered again. What was
    made before and only arrives now, from another phone, settles nothing that came meanwhile.
    """
    author = unshort(edit.id.author)
    made = made_at(edit.device_time, to_ms(now), record.clocks.get(edit.id, NO_CLOCK))
    query = sa.select(KeptChange).where(
        KeptChange.person_id == record.agreement.person_id,
        KeptChange.author_id == author,
        KeptChange.settled_at.is_(None),
    )
    for one in session().execute(query).scalars():
        if to_ms(one.received_at) <= made or _is_earlier(MutationId.parse(one.version), edit.id):
            one.settled_at = now


def _is_earlier(one: MutationId, other: MutationId) -> bool:
    """Whether it was made before, on the same phone: numbers of two phones say nothing of each other."""
    return one[:2] == other[:2] and one.n < other.n


def _voices(record: AgreementRecord, now: datetime) -> list[Row]:
    said: tuple[Said, ...] = record.held("voice").value or ()  # type: ignore[assignment]
    place = {one.version: number for number, one in enumerate(said, start=1)}
    new = {done.edit.id: done.edit for done in record.done if done.edit.field == "voice" and done.decision.changed}
    return [
        {
            "tenant_id": current_tenant(),
            "agreement_id": record.id,
            "version": str(one.version),
            "position": place[one.version],
            "kind": one.voice.kind,
            "words": one.voice.words,
            "text_version": None if one.text is None else str(one.text),
            "author_id": unshort(one.version.author),
            "device_time": new[one.version].device_time,
            "received_at": now,
        }
        for one in said
        if one.version in new
    ]


def _kept(record: AgreementRecord, now: datetime) -> list[Row]:
    codes = {line["key"]: line["code"] for line in record.agreement.lines}
    rows: list[Row] = []
    for place, done in enumerate(record.refused):
        asked = done.edit.value
        assert isinstance(asked, Terms)
        # Of several in one push the last one is offered; a change that was put in with them has settled them all.
        settled = any(_is_earlier(done.edit.id, later.edit.id) for later in record.refused[place + 1 :])
        rows.append(
            {
                "tenant_id": current_tenant(),
                "version": str(done.edit.id),
                "person_id": record.agreement.person_id,
                "agreement_id": record.id,
                "author_id": unshort(done.edit.id.author),
                "lines": [_by_code(line, codes) for line in asked.lines],
                "words": asked.words,
                "device_time": done.edit.device_time,
                "received_at": now,
                "settled_at": now if settled or _applied_later(record, done.edit.id) else None,
            }
        )
    return rows


def _by_code(line: TermLine, codes: dict[int, str]) -> list[Any]:
    key, target, weight = line
    return [codes[key], target, weight]


def _applied_later(record: AgreementRecord, kept: MutationId) -> bool:
    return any(
        done.edit.field == "terms" and done.decision.changed and _is_earlier(kept, done.edit.id) for done in record.done
    )
