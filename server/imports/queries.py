"""What is read for imports: all that the plant holds of what the files speak of, and the jobs themselves."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
import sqlalchemy as sa

from server.foundation.batch import plain
from server.foundation.db import Base, current_tenant, session
from server.foundation.prepared import ask, of_plant, table_of, within
from server.identity.models import Account, Tenant
from server.imports.models import ImportFile, ImportJob, ImportMapping, ImportPart, Part
from server.imports.plan import Held, Stock
from server.imports.records import Kind, Period, Record
from server.indicators.models import Chip, Indicator, IndicatorVersion, MeasuredValue, SetLine, VersionState
from server.people import queries as people
from server.people.models import Assignment, Department, Job, Person, ReportingLine, RoleGrant

AT_ONCE: Final = 500
JOBS_MAX: Final = 200
APPROVED: Final = VersionState.APPROVED.value


def _rows(model: type[Base], *columns: str, where: Any = None, values: Any = None) -> list[Held]:
    table = table_of(model)
    names = columns or tuple(column.name for column in table.c if column.name != "tenant_id")
    query = of_plant(sa.select(*(table.c[name].label(name) for name in names)))
    query = query if where is None else query.where(where)
    return [dict(zip(names, row, strict=True)) for row in ask(query, values)]


def _many(rows: Iterable[Held], by: str) -> dict[Any, list[Held]]:
    found: dict[Any, list[Held]] = {}
    for row in rows:
        found.setdefault(row[by], []).append(row)
    return found


def stock(records: Sequence[Record], now: datetime) -> Stock:
    """Everything of people, places and indicators; of values those alone that the records may touch."""
    found = Stock(
        today=people.day_of(now),
        people={row["employee_no"]: row for row in _rows(Person)},
        accounts={row["employee_no"]: row for row in _rows(Account, "id", "employee_no", "state")},
        departments={row["code"]: row for row in _rows(Department)},
        jobs={row["code"]: row for row in _rows(Job)},
        assignments=_many(_rows(Assignment), "person_id"),
        lines=_many(_rows(ReportingLine), "person_id"),
        grants=_many(_rows(RoleGrant), "person_id"),
        indicators={row["code"]: row for row in _rows(Indicator)},
        chips={(row["indicator_code"], row["band"], row["zh"]): row for row in _rows(Chip)},
        sets=_many(sorted(_rows(SetLine), key=lambda row: row["position"]), "category"),
    )
    for row in sorted(_rows(IndicatorVersion), key=lambda row: (row["state"] == APPROVED, row["number"])):
        before = found.numbers.get(row["indicator_id"], 0)
        found.numbers[row["indicator_id"]] = max(before, row["number"])
        if row["state"] in (APPROVED, VersionState.RETIRED.value):
            found.versions[row["indicator_id"]] = row
    _add_values(found, [one for one in records if one.kind is Kind.VALUES])
    return found


def _add_values(found: Stock, records: Sequence[Record]) -> None:
    days: set[date] = {one.values["period"].first for one in records if isinstance(one.values["period"], Period)}
    numbers = {str(one.values["employee_no"]) for one in records}
    ids = sorted(found.people[number]["id"] for number in numbers if number in found.people)
    table = table_of(MeasuredValue).c
    for start in range(0, len(ids) if days else 0, AT_ONCE):
        between = table.period_from.between(min(days), max(days))
        some = {"ids": ids[start : start + AT_ONCE]}
        for row in _rows(MeasuredValue, where=sa.and_(within(table.person_id), between), values=some):
            if row["period_from"] in days:
                found.values[row["person_id"], row["indicator_id"], row["period_from"]] = row


def fingerprint(found: Stock) -> str:
    """Names what the plant held when it was read: a plan holds while this stays the same."""
    made = hashlib.sha256(found.today.isoformat().encode())
    for name in Stock.__slots__:
        held = getattr(found, name)
        if isinstance(held, Mapping):
            made.update(f"\n{name}\n".encode())
            for text in sorted(_text(key) + _text(value) for key, value in held.items()):
                made.update(text)
    return made.hexdigest()


def _text(value: Any) -> bytes:
    return orjson.dumps(value, default=plain) if not isinstance(value, tuple) else b"|".join(map(_text, value))


def employee_nos() -> list[str]:
    """The numbers of everybody in the plant."""
    return [row["employee_no"] for row in _rows(Person, "employee_no")]


# ---- jobs ---------------------------------------------------------------------------------------


def job(import_id: UUID, *, lock: bool = False) -> ImportJob | None:
    """An import of this plant; with `lock` as it is now, and kept for this unit of work."""
    query = sa.select(ImportJob).where(ImportJob.id == import_id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return session().execute(locked if lock else query).scalar_one_or_none()


def jobs() -> Sequence[ImportJob]:
    """The last imports as they are now, the newest first."""
    query = sa.select(ImportJob).order_by(ImportJob.created_at.desc(), ImportJob.id.desc()).limit(JOBS_MAX)
    return session().execute(query.execution_options(populate_existing=True)).scalars().all()


def take_turn() -> None:
    """Wait for whoever else imports into this plant, until the end of the transaction; nobody else waits for it."""
    session().execute(sa.select(Tenant.id).where(Tenant.id == current_tenant()).with_for_update(key_share=True))


def files(import_id: UUID) -> list[tuple[str, bytes]]:
    """Name and bytes of each file, in order."""
    query = sa.select(ImportFile).where(ImportFile.import_id == import_id).order_by(ImportFile.position)
    return [(one.name, one.content) for one in session().execute(query).scalars()]


def part(import_id: UUID, what: Part, number: int) -> list[Any]:
    """One page of findings, changes or rows; none beyond the last."""
    query = sa.select(ImportPart.content).where(
        ImportPart.import_id == import_id, ImportPart.what == what.value, ImportPart.number == number
    )
    return session().execute(query).scalar_one_or_none() or []


def parts(import_id: UUID, what: Part) -> list[Any]:
    """All of it."""
    query = sa.select(ImportPart.content).where(ImportPart.import_id == import_id, ImportPart.what == what.value)
    return [one for page in session().execute(query.order_by(ImportPart.number)).scalars() for one in page]


def mappings() -> dict[str, dict[str, Any]]:
    """How headers were understood the last time a person said so, by their signature; the latest of them."""
    query = sa.select(ImportMapping).order_by(ImportMapping.used_at.desc()).limit(AT_ONCE)
    return {one.signature: one.mapping for one in session().execute(query).scalars()}
