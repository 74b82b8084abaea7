"""When a value is doubted. Pure arithmetic; a doubt stops nothing, it asks somebody to look.

jump    further from the median of the indicator's own history than JUMP robust spreads (median absolute deviation,
        scaled), once there are ENOUGH values. A history without spread counts a hundredth of its median as one.
range   below nought, or above 100 %, where neither target, threshold nor bands reach there.
copied  COPIED_RUN periods in a row with the values that another person has in the same periods, or that the same
        person had before. At least DIFFERENT of them differ: everybody has four weeks of 100 % attendance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

JUMP: Final = 8.0
ENOUGH: Final = 12
HISTORY: Final = 400
COPIED_RUN: Final = 4
DIFFERENT: Final = 3
FINE: Final = 30
"""An indicator with fewer different values in sight than this is not compared: chance would copy it."""
_TO_SIGMA: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual of an indicator: bounds beyond which a value is a jump, and the possible range."""

    low: float = float("-inf")
    high: float = float("inf")
    floor: float = float("-inf")
    ceiling: float = float("inf")
    middle: float = 0.0

    def jumps(self, value: float) -> bool:
        return not self.low <= value <= self.high

    def outside(self, value: float) -> bool:
        return not self.floor <= value <= self.ceiling


def usual(history: Sequence[float], unit: str, bounds: Sequence[float]) -> Usual:
    """Make it of an indicator's last values, its unit, and target, threshold and bands."""
    floor = 0.0 if bounds and min(bounds) >= 0 else float("-inf")
    ceiling = 100.0 if unit == "%" and bounds and max(bounds) <= 100 else float("inf")
    if len(history) < ENOUGH:
        return Usual(floor=floor, ceiling=ceiling)
    middle = float(median(history))
    spread = max(_TO_SIGMA * median(abs(value - middle) for value in history), abs(middle) / 100)
    reach = JUMP * spread
    if reach == 0:
        return Usual(floor=floor, ceiling=ceiling, middle=middle)
    return Usual(middle - reach, middle + reach, floor, ceiling, middle)
