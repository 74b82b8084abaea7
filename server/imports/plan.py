"""What a plan is made of: what the plant holds, as plain values, and what is to become of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from server.foundation.batch import Row
from server.imports.records import Finding, Kind, Place, Record, Weight
from server.values.rows import Given, Taken

Held = dict[str, Any]
"""A row as the database has it, by the names of its columns."""


class What(StrEnum):
    """What becomes of a person, a department, a value ..."""

    NEW = "new"
    MOVED = "moved"
    LEFT = "left"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing before and after, in the codes and names that people know. `name`: one of FIELDS."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one thing. `on`: from which day on."""

    kind: Kind
    what: What
    key: str
    label: str
    place: Place
    differences: tuple[Difference, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What the importer says beside the files. `since`: from when changes without a date of their own hold.
    `complete`: whoever is not in the list of people has left."""

    since: date
    complete: bool = False


@dataclass(slots=True)
class Stock:
    """What the plant holds, by the codes that files use."""

    today: date
    people: dict[str, Held] = field(default_factory=dict)
    accounts: dict[str, Held] = field(default_factory=dict)
    departments: dict[str, Held] = field(default_factory=dict)
    jobs: dict[str, Held] = field(default_factory=dict)
    assignments: dict[UUID, list[Held]] = field(default_factory=dict)
    lines: dict[UUID, list[Held]] = field(default_factory=dict)
    grants: dict[UUID, list[Held]] = field(default_factory=dict)
    indicators: dict[str, Held] = field(default_factory=dict)
    versions: dict[UUID, Held] = field(default_factory=dict)
    """Indicator -> its version in force, the newest that was approved; else the newest that was retired. What somebody
    drafts or proposes is none."""
    numbers: dict[UUID, int] = field(default_factory=dict)
    """Indicator -> the highest number that any version of it has."""
    sets: dict[str, list[Held]] = field(default_factory=dict)
    values: dict[tuple[UUID, UUID, date], Held] = field(default_factory=dict)
    """Person, indicator, first day -> of the people, indicators and days in the files alone."""
    chips: dict[tuple[str, str, str], Held] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """That somebody has another supervisor on this day, other than the one who has him today."""

    person_id: UUID
    from_id: UUID
    to_id: UUID
    on: date


Step = Callable[[int], None]
_COUNT: Final = dict.fromkeys((what.value for what in What), 0)


@dataclass(slots=True)
class Values:
    """Values of one source: as they are handed in, by their place, and where the files have them."""

    given: list[Given] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of values; `locked`: why their source takes nothing in."""

    taken: Taken = field(default_factory=Taken)
    locked: str | None = None


Foresee = Callable[["Plan", str, Values], Foreseen]
"""Says what would become of values of a source in the plant as a plan leaves it."""


@dataclass(slots=True)
class Plan:
    """What an import would do. With an error among the findings it does nothing."""

    options: Options
    stock: Stock
    new_id: Callable[[], UUID]
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    """Without what stays as it is: that is only counted."""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    values: dict[str, Values] = field(default_factory=dict)
    """Source -> its values that are new or other than what stands; their `rows` tell what was."""
    moves: list[Move] = field(default_factory=list)
    renamed: set[UUID] = field(default_factory=set)
    admins: set[str] = field(default_factory=set)
    """Numbers of administrators who would be put out or come back."""
    leaving: int = 0
    """How many would leave, where that is so many that somebody has to say it; else 0."""
    named: frozenset[str] = frozenset()
    """Numbers of people in the files, those of rows that were refused too: nothing more is said of who is not there."""

    @property
    def errors(self) -> int:
        """How many findings keep it from being applied."""
        return sum(one.weight is Weight.ERROR for one in self.findings)

    def error(self, code: str, place: Place, /, **params: Any) -> None:
        """Find something for which the whole import is refused."""
        self.findings.append(Finding(code, Weight.ERROR, place, _texts(params)))

    def doubt(self, code: str, place: Place, /, **params: Any) -> None:
        """Find something that a person should look at."""
        self.findings.append(Finding(code, Weight.DOUBT, place, _texts(params)))

    def unknown_person(self, number: object, place: Place) -> None:
        """Find that a number is nobody's, unless the reason why it is not taken was told already."""
        if str(number) not in self.named:
            self.error("person_unknown", place, number=number)

    def count(self, kind: Kind, what: What) -> None:
        """Count one thing of a kind."""
        counted = self.counts.setdefault(kind.value, dict(_COUNT))
        counted[what.value] += 1

    def change(self, change: Change) -> None:
        """Note what becomes of one thing."""
        self.count(change.kind, change.what)
        if change.what is not What.UNCHANGED:
            self.changes.append(change)

    def insert(self, table: str, values: Held) -> Held:
        """Note a new row; returns it."""
        self.rows.append(Row(table, None, values))
        return values

    def update(self, table: str, key: Iterable[str], held: Held, values: Mapping[str, Any]) -> bool:
        """Note what changes in a row; False when nothing does. `held` is changed along."""
        changed = {name: value for name, value in values.items() if held[name] != value}
        if not changed:
            return False
        known = {name: held[name] for name in key}
        self.rows.append(Row(table, known | {name: held[name] for name in changed}, known | changed))
        held.update(changed)
        return True

    def delete(self, table: str, held: Held) -> None:
        """Note that a row goes."""
        self.rows.append(Row(table, dict(held), None))


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}


def text_of(value: Any) -> str | None:
    """A value as the preview shows it."""
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def unique(plan: Plan, records: Iterable[Record], *key: str, names: tuple[str, ...] = ()) -> list[Record]:
    """One record for each key. The same row again is a doubt, another with the same key an error: by its own code
    where one of `names` differs, as when one number has two names."""
    first: dict[tuple[Any, ...], Record] = {}
    for one in records:
        mark = tuple(one.values.get(name) for name in key)
        other = first.setdefault(mark, one)
        if other is one:
            continue
        said = " ".join(str(getattr(part, "label", part)) for part in mark if part is not None)
        where = f"{other.place.file}:{other.place.row}"
        if other.values == one.values:
            plan.doubt("row_twice", one.place, key=said, other=where)
        elif any(other.values.get(name) != one.values.get(name) for name in names):
            plan.error("number_two_names", one.place, key=said, other=where)
        else:
            plan.error("rows_differ", one.place, key=said, other=where)
    return list(first.values())
