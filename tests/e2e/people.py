"""The demo's people by what they do, found through the doors as the sign-in page finds them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.e2e.house import House


@dataclass(frozen=True)
class Somebody:
    plant: str
    employee_no: str
    name_zh: str
    name_en: str
    role: str


def everybody(house: House) -> list[Somebody]:
    doors = house.doors()
    assert doors["demo"], "this server is no demo"
    keys = ("plant", "employee_no", "name_zh", "name_en", "role")
    return [Somebody(**{key: each[key] for key in keys}) for each in doors["people"]]


def first(house: House, role: str, **like: Any) -> Somebody:
    """The first person of that role whose attributes match. Raises AssertionError with who there is."""
    people = everybody(house)
    for each in people:
        if each.role == role and all(getattr(each, k) == v for k, v in like.items()):
            return each
    raise AssertionError(f"no {role} {like} among {people}")


# The demo's people whom the stories need, by personnel number.
SHIFT_A = "10011"  # supervisor of machining shift A, twelve people
NEIGHBOUR = "10012"  # supervisor of machining shift B


def numbered(house: House, employee_no: str) -> Somebody:
    return next(each for each in everybody(house) if each.employee_no == employee_no)


def plants_day() -> date:
    """Today at the demo plant, whose day begins before that of most machines that test it."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()
