"""What the demo plant has agreed on: core outputs with their indicators, answers on influence, proposals, goals.

Of everything that a screen of the library can show there is one: an indicator that hangs on nothing, two sides that
do not say the same, a proposal with gaps, one that was sent back, a next version, outputs that wait for an agreement.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.demo import plant
from server.foundation.db import session
from server.foundation.ids import DepartmentId, IndicatorId, JobId, PersonId
from server.indicators import library
from server.indicators.library_models import (
    CoreOutput,
    Goal,
    Influence,
    InfluenceAnswer,
    OutputAgreement,
    OutputIndicator,
    Side,
)
from server.indicators.models import Indicator, IndicatorVersion, VersionState
from server.people.models import Department, Job, Person

AGREED: Final = timedelta(days=55)
APPROVED: Final = timedelta(days=50)
PROPOSED: Final = timedelta(days=4)
"""Before now."""


class Library:
    """The library while it is filled; `jobs` and `versions` by code, `staff` by personnel number."""

    def __init__(self, versions: Mapping[str, IndicatorVersion], staff: Mapping[str, Person], now: datetime) -> None:
        self._content = plant.read("library")
        self._versions = dict(versions)
        self._staff = staff
        self._now = now
        self._jobs = {job.code: job for job in session().execute(sa.select(Job)).scalars()}

    def fill(self) -> None:
        """Write it all; the indicators that are in force stand already."""
        for one in self._content["proposed"]:
            self._propose(one)
        for one in self._versions.values():
            self._approved(one)
        session().flush()  # outputs name indicators
        for row in self._content["jobs"]:
            self._job(row)
        self._next(self._content["next"])

    def _who(self, number: str) -> PersonId:
        return PersonId(self._staff[number].id)

    def _approved(self, one: IndicatorVersion) -> None:
        if one.state == VersionState.APPROVED:
            one.approved_by_id, one.approved_at = self._who(self._content["approved_by"]), self._now - APPROVED

    def _propose(self, row: dict[str, Any]) -> None:
        indicator = Indicator(code=row["code"])
        session().add(indicator)
        session().flush()  # the version's row refers to it
        made = IndicatorVersion(
            indicator_id=IndicatorId(indicator.id), number=1, state=row["state"], reason=row["reason"],
            returned=row.get("returned", ""), proposed_by_id=self._who(row["by"]), proposed_at=self._now - PROPOSED,
            **{"direction": "higher", "anchors": None} | exact(row["wording"]),
        )  # fmt: skip
        session().add(made)
        self._versions[row["code"]] = made

    def _job(self, row: dict[str, Any]) -> None:
        job = JobId(self._jobs[row["code"]].id)
        for position, (zh, en, codes) in enumerate(row["outputs"], start=1):
            output = CoreOutput(job_id=job, position=position, name_zh=zh, name_en=en)
            session().add(output)
            session().flush()  # what hangs on it names it
            for code in codes:
                indicator = self._versions[code].indicator_id
                session().add(OutputIndicator(core_output_id=output.id, indicator_id=indicator))
        for side in Side:
            number = row[side.value]
            if number is not None:
                self._agree(job, side, self._who(number))
                for code in dict.fromkeys(code for _, _, codes in row["outputs"] for code in codes):
                    self._say(self._versions[code], row["code"], side, number)

    def _agree(self, job: JobId, side: Side, by: PersonId) -> None:
        session().add(OutputAgreement(job_id=job, side=side.value, person_id=by, agreed_at=self._now - AGREED))

    def _say(self, version: IndicatorVersion, job: str, side: Side, number: str) -> None:
        code = next(code for code, one in self._versions.items() if one is version)
        said: dict[Any, tuple[str | None, str]] = {
            (one[0], one[1], one[2]): (one[3], one[4]) for one in self._content["influence"]
        }
        answer, words = said.get((code, job, side.value), (Influence.YES.value, ""))
        if answer is not None:
            self._answer(version, job, side.value, answer, words, self._who(number))

    def _answer(self, one: IndicatorVersion, job: str, side: str, answer: str, words: str, by: PersonId) -> None:
        session().add(
            InfluenceAnswer(
                indicator_version_id=one.id, job_id=JobId(self._jobs[job].id), side=side, answer=answer, words=words,
                person_id=by, answered_at=self._now - (AGREED if one.state == VersionState.APPROVED else PROPOSED),
            )
        )  # fmt: skip

    def _next(self, row: dict[str, Any]) -> None:
        """The next version of what is in force: the same, but for what it changes."""
        held = self._versions[row["code"]]
        made = IndicatorVersion(
            indicator_id=held.indicator_id, number=2, state=VersionState.PROPOSED.value, reason=row["reason"],
            proposed_by_id=self._who(row["by"]), proposed_at=self._now - PROPOSED,
            **exact({name: getattr(held, name) for name in library.WORDING} | row["changes"]),
        )  # fmt: skip
        session().add(made)
        session().flush()  # answers name it
        for job, side, answer, words in row["answers"]:
            speaks = next(one for one in self._content["jobs"] if one["code"] == job)[side]
            self._answer(made, job, side, answer, words, self._who(speaks))


def exact(wording: dict[str, Any]) -> dict[str, Any]:
    """The same, with target and threshold as decimals."""
    numbers = {name: Decimal(str(wording[name])) for name in ("target", "threshold") if wording.get(name) is not None}
    return wording | numbers


def set_goals(staff: Mapping[str, Person], departments: Mapping[str, Department], today: date, now: datetime) -> None:
    """The goal board, from the company down to two people."""
    made: dict[str, UUID] = {}
    for row in plant.read("goals"):
        first, last = _span(row["every"], today)
        goal = Goal(
            tier=row["tier"], parent_id=made.get(row.get("under", "")), owner_id=PersonId(staff[row["owner"]].id),
            department_id=DepartmentId(departments[row["place"]].id) if "place" in row else None,
            title_zh=row["title"][0], title_en=row["title"][1], target_words=row["words"],
            target_number=Decimal(str(row["number"])), unit=row["unit"], period_from=first, period_to=last, set_at=now,
        )  # fmt: skip
        session().add(goal)
        session().flush()  # the next one may hang on it
        if "key" in row:
            made[row["key"]] = goal.id


def _span(every: str, today: date) -> tuple[date, date]:
    """The year or the quarter that this day is in."""
    first = 1 if every == "year" else (today.month - 1) // 3 * 3 + 1
    after = first + (12 if every == "year" else 3)
    begins_next = date(today.year + (after - 1) // 12, (after - 1) % 12 + 1, 1)
    return date(today.year, first, 1), begins_next - timedelta(days=1)
