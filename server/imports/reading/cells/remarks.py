"""What is said of a cell while it is understood."""

from typing import NamedTuple

from server.imports.reading import limits
from server.imports.reading.cells.unseen import seen
from server.imports.records import Weight


class Remark(NamedTuple):
    """A finding whose place its caller knows."""

    code: str
    weight: Weight
    params: dict[str, str]


class Unreadable(Exception):
    """A cell that means nothing for its field; `remark` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.remark = Remark(code, Weight.ERROR, {name: short(str(value)) for name, value in params.items()})


def doubt(code: str, **params: object) -> Remark:
    """Say something that a person should look at."""
    return Remark(code, Weight.DOUBT, {name: short(str(value)) for name, value in params.items()})


def note(code: str, **params: object) -> Remark:
    """Say how something was taken."""
    return Remark(code, Weight.NOTE, {name: short(str(value)) for name, value in params.items()})


def short(text: str) -> str:
    """Return what is repeated of a cell, a header or a name: cut, and without what would disturb the words around it."""
    more = "…" if len(text) > limits.SHOWN_CHARACTERS else ""
    return " ".join(seen(text[: limits.SHOWN_CHARACTERS])[0].split()) + more
