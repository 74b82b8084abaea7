"""Rows for phones: agreements and windows, by `sync_api.columns`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from server.agreements.models import Agreement, AgreementText, AgreementVoice, KeptChange, WindowRule
from server.agreements.windows import Span
from server.foundation.clock import on_calendar, to_ms
from server.foundation.ids import TenantId, short
from server.people.models import Department, Person
from server.sync_api.answers import Writers, trim
from server.sync_api.columns import LINE_COLUMNS, MAY
from sync.model import Right

Names = Mapping[UUID, Person]


def _named(people: Names, person_id: UUID) -> tuple[str | None, str | None]:
    person = people.get(person_id)
    return (None, None) if person is None else (person.name_zh, person.name_en)


def window_row(tenant_id: TenantId, plan: WindowRule | None, found: Sequence[Span]) -> list[Any]:
    """When terms may be changed: the plan in words, and every window as instants."""
    return [
        short(tenant_id),
        None if plan is None else plan.every,
        None if plan is None else plan.first_day,
        None if plan is None else plan.last_day,
        [[to_ms(one.opens_at), to_ms(one.closes_at)] for one in found],
    ]


def agreement_row(
    one: Agreement,
    place: Department | None,
    texts: Sequence[AgreementText],
    voices: Sequence[AgreementVoice],
    rights: Collection[Right],
    kept: KeptChange | None,
    people: Names,
    writers: Writers,
) -> list[Any]:
    """An agreement with everything that was said of it."""
    zh, en = _named(people, one.person_id)
    supervisor_zh, supervisor_en = _named(people, one.supervisor_id)
    person = people.get(one.person_id)
    return trim(
        [
            short(one.id),
            short(one.person_id),
            None if person is None else person.employee_no,
            zh,
            en,
            None if place is None else place.name_zh,
            None if place is None else place.name_en,
            supervisor_zh,
            supervisor_en,
            one.period,
            one.period_from.isoformat(),
            one.period_to.isoformat(),
            [trim(line.get(name) for name in LINE_COLUMNS) for line in one.lines],
            [_text(text, people, writers) for text in texts],
            [_voice(voice, people, writers) for voice in voices],
            sum(MAY[right.value] for right in rights),
            None if kept is None else _kept(kept, one, writers),
        ]
    )


def _text(one: AgreementText, people: Names, writers: Writers) -> list[Any]:
    zh, en = _named(people, one.author_id)
    times = [on_calendar(one.device_time), to_ms(one.received_at)]
    return [writers.ref(one.version), one.lines, one.words, zh, en, *times, int(one.late)]


def _voice(one: AgreementVoice, people: Names, writers: Writers) -> list[Any]:
    zh, en = _named(people, one.author_id)
    text = writers.ref(one.text_version)
    times = [on_calendar(one.device_time), to_ms(one.received_at)]
    return [writers.ref(one.version), one.kind, one.words, text, short(one.author_id), zh, en, *times]


def _kept(kept: KeptChange, one: Agreement, writers: Writers) -> list[Any]:
    """By the keys of the agreement that stands now; a line that it lacks falls away, one that is new stays as it is, and
    one that a person judges since, or no more, keeps the target that it has.
    """
    changes = {code: (target, weight) for code, target, weight in kept.lines}
    codes = {line["key"]: line["code"] for line in one.lines}
    lines = []
    for key, target, weight in one.terms:
        asked, share = changes.get(codes[key], (target, weight))
        lines.append([key, asked if (asked is None) == (target is None) else target, share])
    return [writers.ref(kept.version), lines, kept.words, on_calendar(kept.device_time), to_ms(kept.received_at)]
