"""The arithmetic of a form: pure, in decimal, and the same on the phone. docs/arithmetic.md says the rules.

tests/vectors/{bands,overall,arithmetic}.json bind this package, pwa/src/indicators/scoring.ts and
pwa/src/indicators/arithmetic/.
"""

from server.indicators.arithmetic.rules import linear_mark, rule_mark
from server.indicators.arithmetic.values import FREQUENCIES, aggregate_of, attendance, one_value
from server.indicators.arithmetic.weights import (
    bounds_tenths,
    combined_tenths,
    days_within,
    lacking,
    overall_tenths,
    shares,
)

__all__ = [
    "FREQUENCIES",
    "aggregate_of",
    "attendance",
    "bounds_tenths",
    "combined_tenths",
    "days_within",
    "lacking",
    "linear_mark",
    "one_value",
    "overall_tenths",
    "rule_mark",
    "shares",
]
