"""What the demo's people did before today, by the way everybody's edits come: pushes from phones of their own."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.demo import plant
from server.evaluations import queries
from server.evaluations.models import Evaluation, Form
from server.foundation.db import current_tenant, session
from server.foundation.ids import AccountId, CycleId, DeviceId, PersonId, SessionId, new_id, short
from server.foundation.web import Actor
from server.identity import queries as accounts
from server.identity import service as identity
from server.identity.service import EndReason
from server.indicators.models import Chip
from server.sync_api import push
from server.sync_api.wire import Push, RawMutation, Request
from sync.model import Receipt
from sync.rules import SCORE_MAX

SEED: Final = 20261124
A_MARK: Final = timedelta(seconds=20)
A_PERSON: Final = timedelta(minutes=4)
AT_ONCE: Final = 4
"""So many evaluations are delivered together, as after a dead spot."""
FACT_ASKED: Final = frozenset({1, 2, 5})


class Handset:
    """The phone of one person, signed in for the length of the story."""

    def __init__(self, person_id: PersonId, number: str, since: datetime) -> None:
        account = accounts.account(AccountId(person_id))
        assert account is not None
        self._person_id = person_id
        self._device_id = DeviceId(new_id())
        self._n = 0
        self._typed: list[RawMutation] = []
        session_id = identity.open_session(
            account, device_id=self._device_id, label=f"Android {number}", browser_hash="", now=since
        ).session_id
        self.writer = f"{short(self._device_id)}.{short(person_id)}"
        self._actor = Actor(current_tenant(), person_id, SessionId(session_id), self._device_id)

    def edit(self, record: UUID, code: str, value: Any, base: Any = 0) -> int:
        """Type one edit, in the words of `wire.py`; returns its number."""
        self._n += 1
        dt_ms = len(self._typed) * (A_MARK // timedelta(milliseconds=1))
        self._typed.append(RawMutation(self._n, short(record), [self._n, dt_ms, code, value, base]))
        return self._n

    def deliver(
        self,
        at: datetime,
        writers: Sequence[str] = (),
        *,
        made: datetime | None = None,
        expected: Receipt = Receipt.APPLIED,
    ) -> None:
        """Push what was typed, the last of it just now, or when it was `made`; without any of it, be heard of. Raises
        RuntimeError when the server does otherwise than `expected`: the demo would not be what it says.
        """
        began_ms = int(((made or at) - len(self._typed) * A_MARK).timestamp() * 1000)
        sent = Push(short(self._person_id), began_ms, list(writers), self._typed) if self._typed else None
        request = Request(short(self._device_id), "", "", "", [], sent, len(self._typed), 0)
        self._typed = []
        outcomes = push.receive(request, push.read_push(request, self._actor, at), self._actor, at)
        if any(one.receipt is not expected for one in outcomes):
            raise RuntimeError(f"the demo's edits were not accepted: {outcomes}")

    def sign_out(self, at: datetime) -> None:
        """End the session: whoever opens the demo signs in anew."""
        identity.end_sessions(AccountId(self._person_id), EndReason.SIGNED_OUT, now=at)


class Story:
    """Raters who score and employees who answer. Phones are made as they are needed."""

    def __init__(self, numbers: dict[PersonId, str], since: datetime) -> None:
        self.numbers = numbers
        self._since = since
        self._chance = random.Random(SEED)
        self._phones: dict[PersonId, Handset] = {}
        self._said = plant.read("said")
        self._chips: dict[tuple[str, str], list[str]] = {}
        for chip in session().execute(sa.select(Chip).order_by(Chip.zh)).scalars():
            if "__" not in chip.zh:  # a blank is filled in by a person who knows the fact
                self._chips.setdefault((chip.indicator_code, chip.band), []).append(short(chip.id))

    def phone(self, person_id: PersonId) -> Handset:
        """This person's phone."""
        if person_id not in self._phones:
            self._phones[person_id] = Handset(person_id, self.numbers[person_id], self._since)
        return self._phones[person_id]

    def raters(self, cycle_id: CycleId) -> list[str]:
        """Personnel numbers of those who rate in this cycle."""
        query = sa.select(Evaluation.rater_id).where(Evaluation.cycle_id == cycle_id).distinct()
        return sorted(self.numbers[one] for one in session().execute(query).scalars())

    def score(self, cycle_id: CycleId, rater: str, first: datetime, count: int | None = None) -> list[Evaluation]:
        """Let a rater score and submit, the first person at `first`; the first `count`, or all."""
        query = sa.select(Evaluation).where(Evaluation.cycle_id == cycle_id).order_by(Evaluation.run_order)
        team = [one for one in session().execute(query).scalars() if self.numbers[one.rater_id] == rater][:count]
        forms = queries.forms({one.form_id for one in team})
        for start in range(0, len(team), AT_ONCE):
            phone = self.phone(team[start].rater_id)
            for one in team[start : start + AT_ONCE]:
                self._judge(phone, one, forms[one.form_id])
            phone.deliver(first + start * A_PERSON)
        return team

    def _judge(self, phone: Handset, one: Evaluation, form: Form) -> None:
        chance = self._chance
        signed: list[list[Any]] = []

        def say(code: str, value: Any) -> None:
            signed.append([code, phone.edit(one.id, code, value)])

        for line, rule in zip(form.lines, one.rules, strict=True):
            key = line["key"]
            mark = chance.choices((2, 3, 4, 5), (2, 8, 6, 1))[0] if rule is None else rule
            if rule is None:
                say(f"s{key}", mark)
            elif rule < SCORE_MAX and chance.random() < 0.06:
                say(f"s{key}", rule + 1)
                say(f"r{key}", chance.choice(self._said["reasons"]))
                continue
            chips = self._chips.get((line["code"], _band(mark)), [])
            if chips and (mark in FACT_ASKED or chance.random() < 0.2):
                say(f"g{key}", ["+", chance.choice(chips)])
            elif rule is None and chance.random() < 0.2:
                say(f"c{key}", chance.choice(self._said["comments"]))
        phone.edit(one.id, "!submit", signed)

    def answer(self, team: Sequence[Evaluation], first: datetime) -> None:
        """Let those who were rated answer, most of them, and nearly all that they agree."""
        results = queries.released_versions([one.id for one in team])()
        for place, one in enumerate(team):
            phone = self.phone(one.employee_id)
            drawn = self._chance.random()
            if drawn < 0.1:
                continue
            said = ["disagree", self._chance.choice(self._said["notes"])] if drawn > 0.93 else ["agree"]
            seen = results[one.id]
            phone.edit(one.id, "ans", said, f"0.{seen.n}")
            phone.deliver(first + place * A_PERSON, [f"{seen.device}.{seen.author}"])

    def look(self, numbers: Sequence[str], at: datetime) -> None:
        """Let these people open the app."""
        for person_id, number in self.numbers.items():
            if number in numbers:
                self.phone(person_id).deliver(at)

    def end(self, at: datetime) -> None:
        """Everybody puts the phone away."""
        for phone in self._phones.values():
            phone.sign_out(at)


def _band(mark: float) -> str:
    return "low" if mark < 3 else "mid" if mark == 3 else "high"
