"""Codes by what a file has in their place: the code itself, or else a name in either language. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from server.imports.plan import Held, Plan
from server.imports.records import Record

_AMBIGUOUS: Final[Mapping[str, str]] = {
    "department": "department_ambiguous",
    "parent": "department_ambiguous",
    "job": "job_ambiguous",
    "indicator": "indicator_ambiguous",
}
_SHOWN: Final = 5


class Names:
    """Finds things by code or name. `named`: each code with its names."""

    def __init__(self, named: Iterable[tuple[str, Iterable[object]]]) -> None:
        self._codes: set[str] = set()
        self._by_name: dict[str, set[str]] = {}
        for code, names in named:
            self._codes.add(code)
            for name in names:
                self._by_name.setdefault(_plain(str(name)), set()).add(code)

    def codes(self, written: str) -> list[str]:
        """Whose code or name this is: one, none, or several that share the name."""
        if written in self._codes:
            return [written]
        return sorted(self._by_name.get(_plain(written), ()))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def of_rows(held: Mapping[str, Held]) -> Names:
    """Names of departments or jobs."""
    return Names((code, (row["name_zh"], row["name_en"])) for code, row in held.items())


def of_indicators(plan: Plan) -> Names:
    """Names of indicators, as their newest version has them."""
    versions = plan.stock.versions
    return Names(
        (code, (versions[row["id"]]["name_zh"], versions[row["id"]]["name_en"]))
        for code, row in plan.stock.indicators.items()
        if row["id"] in versions
    )


def with_codes(plan: Plan, records: Iterable[Record], field: str, names: Names) -> list[Record]:
    """The records with the code in this field. What is not known stays as it is written; a name that several have is
    an error, and its record is left out."""
    found: list[Record] = []
    for one in records:
        written = one.values.get(field)
        if written is None:
            found.append(one)
            continue
        codes = names.codes(str(written))
        if len(codes) > 1:
            plan.error(_AMBIGUOUS[field], one.place, code=written, codes=", ".join(codes[:_SHOWN]))
        elif codes and codes[0] != written:
            found.append(replace(one, values={**one.values, field: codes[0]}))
        else:
            found.append(one)
    return found
