"""What is read of agreements: for a push, for phones, for HR's desk."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from server.agreements.models import (
    Agreement,
    AgreementText,
    AgreementVoice,
    Among,
    KeptChange,
    RuleKind,
    Standing,
    WindowRule,
)
from server.agreements.windows import Span, spans
from server.foundation.db import session
from server.foundation.ids import PersonId
from server.foundation.prepared import Later, ask_later, of_plant, table_of, within
from server.identity import queries as identity
from server.sync_api.models import DeviceContact
from server.sync_api.queries import steps_before

_ONE: Final = table_of(Agreement).c
_LOCKED: Final = of_plant(
    sa.select(*_ONE, steps_before(_ONE.id).label("steps")).where(within(_ONE.id)).order_by(_ONE.id)
).with_for_update()


def ask_locked(ids: Sequence[UUID]) -> Later:
    """Agreements by id, locked in that order; asked with the next question."""
    return ask_later(_LOCKED, {"ids": ids})


def get(agreement_id: UUID) -> Agreement | None:
    """One agreement of this plant."""
    return session().execute(sa.select(Agreement).where(Agreement.id == agreement_id)).scalar_one_or_none()


def by_id(ids: Collection[UUID]) -> Sequence[Agreement]:
    """Agreements by id, by the person's number of days: the newest last."""
    query = sa.select(Agreement).where(Agreement.id.in_(ids)).order_by(Agreement.period_from, Agreement.id)
    return session().execute(query).scalars().all()


def standing(people: Collection[UUID] | None = None) -> dict[PersonId, Agreement]:
    """Person -> the agreement that no later one has taken the place of."""
    query = sa.select(Agreement).where(Agreement.closed_at.is_(None)).order_by(Agreement.period_from)
    if people is not None:
        query = query.where(Agreement.person_id.in_(people))
    return {one.person_id: one for one in session().execute(query).scalars()}


def of_people(people: Collection[UUID], among: Among) -> Sequence[Agreement]:
    """Agreements of these people."""
    query = sa.select(Agreement).where(Agreement.person_id.in_(people))
    return (
        session().execute(query if among is Among.ALL else query.where(Agreement.closed_at.is_(None))).scalars().all()
    )


def in_force(people: Collection[UUID], first: date, last: date) -> dict[PersonId, Agreement]:
    """Person -> the agreement whose days meet these, of several the one that began last."""
    query = sa.select(Agreement).where(
        Agreement.person_id.in_(people), Agreement.period_from <= last, Agreement.period_to >= first
    )
    found = session().execute(query.order_by(Agreement.period_from)).scalars()
    return {one.person_id: one for one in found}


def texts(ids: Collection[UUID]) -> dict[UUID, list[AgreementText]]:
    """Agreement -> every change of its terms, the first one first."""
    query = sa.select(AgreementText).where(AgreementText.agreement_id.in_(ids)).order_by(AgreementText.position)
    found: dict[UUID, list[AgreementText]] = {}
    for one in session().execute(query).scalars():
        found.setdefault(one.agreement_id, []).append(one)
    return found


def voices(ids: Collection[UUID]) -> dict[UUID, list[AgreementVoice]]:
    """Agreement -> what was said, the first first."""
    query = sa.select(AgreementVoice).where(AgreementVoice.agreement_id.in_(ids)).order_by(AgreementVoice.position)
    found: dict[UUID, list[AgreementVoice]] = {}
    for one in session().execute(query).scalars():
        found.setdefault(one.agreement_id, []).append(one)
    return found


def kept(people: Collection[UUID], author: UUID) -> dict[PersonId, KeptChange]:
    """Person -> the last change that this author made outside a window and has not settled."""
    query = sa.select(KeptChange).where(
        KeptChange.person_id.in_(people), KeptChange.author_id == author, KeptChange.settled_at.is_(None)
    )
    found = session().execute(query.order_by(KeptChange.received_at, KeptChange.device_time)).scalars()
    return {one.person_id: one for one in found}


# ---- windows ------------------------------------------------------------------------------------


def window_rules() -> Sequence[WindowRule]:
    """Every decision about windows, in the order in which they were made."""
    query = sa.select(WindowRule).order_by(WindowRule.number)
    return session().execute(query).scalars().all()


def plan() -> WindowRule | None:
    """By which windows open by themselves now."""
    plans = [rule for rule in window_rules() if rule.kind == RuleKind.PLAN]
    return plans[-1] if plans else None


def zone() -> ZoneInfo:
    """The plant's own time."""
    return ZoneInfo(identity.plant().time_zone)


def windows(now: datetime) -> list[Span]:
    """The plant's windows round this moment."""
    return spans(window_rules(), zone(), now)


# ---- phones -------------------------------------------------------------------------------------


def idle_since(person: UUID, device: UUID | None) -> datetime | None:
    """When this phone last said that nothing waited on it. Of one that never has, as of a made-up one, when any phone
    of the person did; None: none ever did.
    """
    query = sa.select(DeviceContact.device, DeviceContact.idle_at).where(
        DeviceContact.person_id == person, DeviceContact.idle_at.is_not(None)
    )
    found = {row.device: row.idle_at for row in session().execute(query)}
    return found.get(device) or max(found.values(), default=None)


# ---- how it stands ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stand:
    """What the employee's last word is, on the text that stands; `asked_again`: on an older text only."""

    state: str
    unanswered: bool
    """Whether an objection waits for the supervisor's word."""


KIND_STATES: Final[Mapping[str, str]] = {"confirm": "agreed", "object": "objected", "disagree": "disagreed"}
STATES: Final = tuple(one.value for one in Standing if one is not Standing.UNANSWERED)


def stand(one: Agreement, said: Sequence[AgreementVoice]) -> Stand:
    """How it stands with an agreement. An older text's confirmation counts for that text alone."""
    own = [voice for voice in said if voice.author_id == one.person_id]
    if not own:
        return Stand("silent", False)
    last = own[-1]
    answered = any(voice.kind == "reply" and voice.position > last.position for voice in said)
    # A change is no answer: whoever objected is asked again, and the objection waits for a word as before.
    state = KIND_STATES[last.kind] if last.text_version == one.terms_version else "asked_again"
    return Stand(state, last.kind != "confirm" and not answered)
