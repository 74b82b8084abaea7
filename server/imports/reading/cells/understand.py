"""One cell for one field: what it means, and what has to be said of it."""

import re
from dataclasses import dataclass, field
from typing import Final

from server.imports.reading.cells.days import day, endless
from server.imports.reading.cells.employee_numbers import Numbers, Widths, plain
from server.imports.reading.cells.numbers import number
from server.imports.reading.cells.periods import period
from server.imports.reading.cells.remarks import Remark, Unreadable, doubt
from server.imports.reading.cells.text import cleaned, narrow
from server.imports.reading.sheets import Cell
from server.imports.reading.vocabulary import EMPTY, chosen, folded
from server.imports.records import Content, Field, Type

_ERRORS: Final = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)", re.I)
# What is left of a long number when a spreadsheet saved it as text: its last digits are gone.
_AS_POWER: Final = re.compile(r"\d(?:\.\d+)?E\+\d{2}")
# Days that may have no end, by the name of their field.
_MAY_BE_ENDLESS: Final = ("valid_to", "left_on")


@dataclass(slots=True)
class Facts:
    """What a column as a whole says of its cells."""

    date_shift: int = 0
    day_first: bool | None = None
    widths: Widths = field(default_factory=Widths)


def understand(cell: Cell, wanted: Field, facts: Facts, numbers: Numbers) -> tuple[Content, list[Remark]]:
    """Return the content with its remarks, or raise Unreadable."""
    if cell.broken or _ERRORS.fullmatch(cell.text[:10].strip()):
        raise Unreadable("cell_error", text=cell.text)
    if cell.formula and not cell.text.strip():
        raise Unreadable("formula_without_value")
    text, remarks = cleaned(cell.text, wanted.longest)
    if cell.formula:
        remarks.append(doubt("formula_value", text=text))
    if not text or folded(text) in EMPTY:
        if wanted.needed:
            raise Unreadable("cell_missing", field=wanted.name)
        return None, remarks
    content, remark = _content(text, wanted, facts, numbers)
    if remark is not None:
        remarks.append(remark)
    return content, remarks


def _content(text: str, wanted: Field, facts: Facts, numbers: Numbers) -> tuple[Content, Remark | None]:
    match wanted.type:
        case Type.EMPLOYEE_NO:
            return numbers.restored(plain(text), facts.widths)
        case Type.DATE:
            if wanted.name in _MAY_BE_ENDLESS and endless(text):
                return None, None
            return day(text, date_shift=facts.date_shift, day_first=facts.day_first)
        case Type.PERIOD:
            return period(text)
        case Type.NUMBER:
            return number(text)
        case Type.CHOICE:
            if (choice := chosen(wanted.name, text)) is None or choice not in wanted.choices:
                raise Unreadable("choice_unknown", text=text, choices=", ".join(wanted.choices))
            return choice, None
        case Type.CODE:
            return _not_a_power(narrow(text)), None
        case _:
            return _not_a_power(text), None


def _not_a_power(text: str) -> str:
    if _AS_POWER.fullmatch(text):
        raise Unreadable("cell_power", text=text)
    return text
