"""What is read from a file and what is wanted of the plant: the words that reading and applying share.

Reading (`server/imports/reading/`) makes records and findings of bytes and knows no database. Planning and applying
know no bytes. Both name a field by the name it has here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

FREQUENCIES: Final = ("daily", "weekly", "biweekly", "monthly", "quarterly", "yearly")
"""Those of `indicators.arithmetic`, which whoever reads files does not know; a test compares them."""


class Kind(StrEnum):
    """What the rows of a table are about."""

    PEOPLE = "people"
    DEPARTMENTS = "departments"
    JOBS = "jobs"
    REPORTING = "reporting"
    INDICATORS = "indicators"
    VALUES = "values"
    CHIPS = "chips"


class Type(StrEnum):
    """How a cell is understood."""

    TEXT = "text"
    CODE = "code"
    EMPLOYEE_NO = "employee_no"
    DATE = "date"
    NUMBER = "number"
    PERIOD = "period"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a kind has. `choices`: what a CHOICE may be, by the names stored."""

    name: str
    type: Type
    needed: bool = False
    longest: int = 200
    choices: tuple[str, ...] = ()


FIELDS: Final[Mapping[Kind, tuple[Field, ...]]] = {
    Kind.PEOPLE: (
        Field("employee_no", Type.EMPLOYEE_NO, needed=True, longest=32),
        Field("name_zh", Type.TEXT, needed=True),
        Field("name_en", Type.TEXT),
        Field("department", Type.CODE, needed=True, longest=40),
        Field("job", Type.CODE, needed=True, longest=40),
        Field("level", Type.TEXT, longest=16),
        Field("hired_on", Type.DATE),
        Field("left_on", Type.DATE),
        Field("phone", Type.TEXT, longest=40),
        Field("email", Type.TEXT),
        Field("supervisor_no", Type.EMPLOYEE_NO, longest=32),
        Field("role", Type.CHOICE, choices=("employee", "supervisor", "manager", "hrbp", "hr", "admin")),
    ),
    Kind.DEPARTMENTS: (
        Field("code", Type.CODE, needed=True, longest=40),
        Field("name_zh", Type.TEXT, needed=True),
        Field("name_en", Type.TEXT),
        Field("parent", Type.CODE, longest=40),
    ),
    Kind.JOBS: (
        Field("code", Type.CODE, needed=True, longest=40),
        Field("name_zh", Type.TEXT, needed=True),
        Field("name_en", Type.TEXT),
        Field("category", Type.CODE, needed=True, longest=40),
    ),
    Kind.REPORTING: (
        Field("employee_no", Type.EMPLOYEE_NO, needed=True, longest=32),
        Field("supervisor_no", Type.EMPLOYEE_NO, needed=True, longest=32),
        Field("valid_from", Type.DATE, needed=True),
        Field("valid_to", Type.DATE),
    ),
    Kind.INDICATORS: (
        Field("code", Type.CODE, needed=True, longest=40),
        Field("name_zh", Type.TEXT, needed=True),
        Field("name_en", Type.TEXT),
        Field("category", Type.CODE, needed=True, longest=40),
        Field("unit", Type.TEXT, longest=20),
        Field("direction", Type.CHOICE, choices=("higher", "lower")),
        Field("target", Type.NUMBER),
        Field("threshold", Type.NUMBER),
        Field("weight", Type.NUMBER, needed=True),
        Field("source", Type.TEXT, needed=True, longest=40),
        Field("frequency", Type.CHOICE, choices=FREQUENCIES),
    ),
    Kind.VALUES: (
        Field("employee_no", Type.EMPLOYEE_NO, needed=True, longest=32),
        Field("indicator", Type.CODE, needed=True, longest=40),
        Field("period", Type.PERIOD, needed=True),
        Field("value", Type.NUMBER, needed=True),
        Field("source", Type.TEXT, longest=40),
        Field("reason", Type.TEXT, longest=500),
    ),
    Kind.CHIPS: (
        Field("band", Type.CHOICE, needed=True, choices=("low", "mid", "high")),
        Field("zh", Type.TEXT, needed=True),
        Field("en", Type.TEXT),
        Field("indicator", Type.CODE, longest=40),
    ),
}


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a value is about, both included. `label` as people write it: 2026-W36, 2026-09, 2026-Q3."""

    label: str
    first: date
    last: date


Content = str | date | Decimal | Period | None


class Weight(StrEnum):
    """How much a finding weighs: an error keeps its row out and so the whole file; a doubt is for a person to see;
    a note only tells what was left out or how something was taken."""

    ERROR = "error"
    DOUBT = "doubt"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """A cell as its owner finds it in the file: row from 1, column by letter; "" and 0 where it is about all of it."""

    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody has to know of a cell, row or file. `code` has words in both languages; `params` fill them."""

    code: str
    weight: Weight
    place: Place
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One row, understood. `values` by the names of FIELDS; a column that the file does not have is not in it,
    an empty cell is None."""

    kind: Kind
    place: Place
    values: Mapping[str, Content]
    columns: Mapping[str, Place] = field(default_factory=dict)
    """Field -> letter and header of its column, the same for all rows of a table."""

    def cell(self, name: str) -> Place:
        """Where the file has a field of this row."""
        column = self.columns.get(name, self.place)
        return replace(self.place, column=column.column, header=column.header)
