"""From a measured value to a mark: by bands, or on a line through threshold and target."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from server.indicators.arithmetic.rounding import half_up

WORST: Final = 1
BEST: Final = 5
AT_THRESHOLD: Final = 2
AT_TARGET: Final = 4


def rule_mark(value: Decimal, bands: Sequence[Decimal | float | int], direction: str) -> int:
    """The mark 1..5 that the bands give. A bound belongs to the better mark."""
    bounds = [Decimal(str(bound)) for bound in bands]
    met = [value >= bound if direction == "higher" else value <= bound for bound in bounds]
    return WORST + sum(met)


def linear_mark(value: Decimal, threshold: Decimal, target: Decimal, direction: str) -> Decimal:
    """The mark 1.00..5.00: 2 at the threshold, 4 at the target, the same slope beyond until 1 and 5.

    Raises ValueError unless the target is better than the threshold.
    """
    span = _span(threshold, target, direction)
    mark = half_up(AT_THRESHOLD * span + (AT_TARGET - AT_THRESHOLD) * (value - threshold), 2, over=span)
    return max(Decimal(f"{WORST}.00"), min(Decimal(f"{BEST}.00"), mark))


def linear_bands(threshold: Decimal, target: Decimal, direction: str) -> list[Decimal]:
    """The bounds from which that line gives 2, 3, 4 and 5. Raises ValueError as `linear_mark` does."""
    step = _span(threshold, target, direction) / (AT_TARGET - AT_THRESHOLD)
    return [threshold + step * (mark - AT_THRESHOLD) for mark in range(WORST + 1, BEST + 1)]


def _span(threshold: Decimal, target: Decimal, direction: str) -> Decimal:
    span = target - threshold
    if not (span > 0 if direction == "higher" else span < 0):
        raise ValueError(f"{direction} is better, but the target {target} is not better than {threshold}")
    return span
