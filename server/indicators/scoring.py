"""The arithmetic of a form, in decimal and the same on the phone.

tests/vectors/{bands,overall}.json bind this and pwa/src/indicators/scoring.ts.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def rule_mark(value: Decimal, bands: Sequence[Decimal | float | int], direction: str) -> int:
    """The mark 1..5 that the bands give. A bound belongs to the better mark."""
    bounds = [Decimal(str(bound)) for bound in bands]
    met = [value >= bound if direction == "higher" else value <= bound for bound in bounds]
    return 1 + sum(met)


def overall_tenths(weights: Sequence[int], marks: Sequence[int | None]) -> int | None:
    """The weighted mean in tenths, half a tenth rounded up; None while a line has no mark.

    `weights` sum to 100.
    """
    total = 0
    for weight, mark in zip(weights, marks, strict=True):
        if mark is None:
            return None
        total += weight * mark
    return int((Decimal(total) / 10).to_integral_value(ROUND_HALF_UP))


def mean(values: Sequence[Decimal]) -> Decimal:
    """The mean to two decimals, half rounded up."""
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.01"), ROUND_HALF_UP)
