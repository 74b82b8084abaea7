"""What of the agreements a cycle's forms are made with: the terms that the employee has answered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from server.agreements import queries
from server.agreements.models import Agreement, AgreementText, AgreementVoice
from server.foundation.ids import PersonId


@dataclass(frozen=True, slots=True)
class Bound:
    """What holds for one indicator. `version`: the one that was agreed about, in 22 characters."""

    target: int | float | None
    weight: int
    version: str


Terms = Mapping[str, Bound]
"""Indicator code -> what holds for it."""


def terms_of(people: Collection[UUID], first: date, last: date) -> dict[PersonId, Terms]:
    """Person -> the terms in force on these days, of the agreement that began last; who has none is left out."""
    found = queries.in_force(people, first, last)
    ids = [one.id for one in found.values()]
    texts, voices = queries.texts(ids), queries.voices(ids)
    return {
        person: _by_code(one, answered(one, texts.get(one.id, ()), voices.get(one.id, ())))
        for person, one in found.items()
    }


def answered(one: Agreement, texts: Sequence[AgreementText], voices: Sequence[AgreementVoice]) -> list[list[Any]]:
    """[key, target, weight] of the newest text that the employee has said anything about, against it too; until then
    the text as drawn up. Nobody is judged by a change that has not been before his eyes.
    """
    seen = {voice.text_version for voice in voices if voice.author_id == one.person_id}
    drawn: list[list[Any]] = [[line["key"], line["target"], line["weight"]] for line in one.lines]
    return next((text.lines for text in reversed(texts) if text.version in seen), drawn)


def _by_code(one: Agreement, lines: Sequence[Sequence[Any]]) -> Terms:
    known = {line["key"]: line for line in one.lines}
    return {
        known[key]["code"]: Bound(target, weight, known[key].get("indicator_version", ""))
        for key, target, weight in lines
    }
