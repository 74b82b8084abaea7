"""Employee numbers, and the zeros that spreadsheets took from them."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from server.imports.reading.cells.remarks import Remark, Unreadable, doubt
from server.imports.reading.cells.text import narrow

_ALLOWED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,63}")
_AS_POWER: Final = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_AS_FRACTION: Final = re.compile(r"(\d+)\.0+")


def plain(text: str) -> str:
    """Return the number without spaces, an apostrophe before it or a fraction that says nothing; or raise."""
    written = re.sub(r"\s+", "", narrow(text)).lstrip("'`\u2018\u2019")
    if _AS_POWER.fullmatch(written) and ("+" in written or "." in written):
        raise Unreadable("employee_no_power", text=text)
    if found := _AS_FRACTION.fullmatch(written):
        written = found[1]
    if not written.isascii() or not _ALLOWED.fullmatch(written):
        raise Unreadable("employee_no_odd", text=text)
    return written


class Numbers:
    """The numbers that a plant, or a column, is known to have."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._by_fold = _unique((number.casefold(), number) for number in self._known)
        self._by_rest: dict[str, list[str]] = {}
        for number in self._known:
            if number.isdecimal():
                self._by_rest.setdefault(number.lstrip("0"), []).append(number)

    def restored(self, written: str, column: "Widths") -> tuple[str, Remark | None]:
        """Return the number with its zeros, where there is one way to give them back."""
        if written in self._known:
            return written, None
        if (same := self._by_fold.get(written.casefold())) is not None:
            return same, None
        if not written.isdecimal():
            return written, None
        longer = [number for number in self._by_rest.get(written.lstrip("0"), ()) if len(number) > len(written)]
        if len(longer) == 1:
            return longer[0], doubt("employee_no_zeros", text=written, number=longer[0])
        if longer:
            raise Unreadable("employee_no_unclear", text=written, numbers=", ".join(sorted(longer)[:3]))
        width = column.full(len(written))
        if width is None:
            return written, None
        padded = written.zfill(width)
        return padded, doubt("employee_no_zeros", text=written, number=padded)


class Widths:
    """How long the numbers of a column are; digits only."""

    def __init__(self) -> None:
        self._all: Counter[int] = Counter()
        self._with_zero: set[int] = set()

    def add(self, written: str) -> None:
        """Count one number."""
        if written.isdecimal():
            self._all[len(written)] += 1
            if written.startswith("0"):
                self._with_zero.add(len(written))

    def full(self, width: int) -> int | None:
        """Return how long a shorter number should have been, or None where the column does not say."""
        longest = max(self._all, default=0)
        if width >= longest:
            return None
        if self._with_zero == {longest}:
            return longest
        # The only short one among many of one length: more likely cut than the first of a new series.
        others = self._all - Counter({width: 1})
        return longest if set(others) == {longest} and self._all[longest] >= 3 and not self._with_zero else None


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    seen: dict[str, str | None] = {}
    for key, value in pairs:
        seen[key] = None if key in seen else value
    return {key: value for key, value in seen.items() if value is not None}
