"""What happens to indicators. Each function is called inside a unit of work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.foundation import batch
from server.foundation.batch import Row
from server.foundation.db import changed, session
from server.foundation.ids import IndicatorId
from server.indicators.arithmetic import lacking
from server.indicators.floor import telling
from server.indicators.models import Chip, Indicator, IndicatorVersion, Scale, SetLine

TABLES: Final = (Indicator, IndicatorVersion, SetLine, Chip)
"""In the order in which their rows refer to each other."""

_TEXTS: Final = frozenset({IndicatorVersion.__tablename__, SetLine.__tablename__})
"""What people read of what they are measured by."""

LIBRARY: Final = "lib"
"""The scope in which every phone of the plant holds the quick comments."""


@dataclass(frozen=True)
class Wording:
    """What one version of an indicator says; see `IndicatorVersion` for `bands` and `anchors`."""

    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    unit: str
    source: str
    frequency: str
    direction: str = "higher"
    target: Decimal | None = None
    threshold: Decimal | None = None
    rule: str = Scale.BANDS.value
    bands: list[float] | None = None
    anchors: list[list[str]] | None = None


def add_indicator(code: str, wording: Wording) -> IndicatorVersion:
    """Add an indicator with its first, approved version."""
    indicator = Indicator(code=code)
    session().add(indicator)
    session().flush()  # the version's row refers to it
    made = IndicatorVersion(indicator_id=IndicatorId(indicator.id), number=1, state="approved", **vars(wording))
    session().add(made)
    session().flush()  # sets refer to it
    return made


def set_lines(category: str, lines: Sequence[tuple[IndicatorVersion, int]]) -> None:
    """Say by what a job category is judged. Raises ValueError unless the weights sum to 100."""
    if lacking([weight for _, weight in lines]):
        raise ValueError(f"weights of {category} do not sum to 100")
    for position, (version, weight) in enumerate(lines, start=1):
        session().add(
            SetLine(
                category=category,
                position=position,
                indicator_version_id=IndicatorId(version.id),
                weight=weight,
            )
        )


def add_chip(indicator_code: str, band: str, zh: str, en: str) -> Chip:
    """Add a quick comment; phones get it with their next pull."""
    made = Chip(indicator_code=indicator_code, band=band, zh=zh, en=en)
    session().add(made)
    changed("chip", made.id, [LIBRARY])
    return made


def bring_in(rows: Sequence[Row], step: Callable[[int], None]) -> None:
    """Write many rows of indicators, sets and quick comments at once, and tell the phones."""
    batch.write(TABLES, rows, step)
    for row in rows:
        if row.table == Chip.__tablename__:
            changed("chip", batch.identity_of(row)["id"], [LIBRARY], "put" if row.after is not None else "leave")
    if any(row.table in _TEXTS for row in rows):
        telling.tell_everybody()
