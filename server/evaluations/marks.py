"""What a set of marks says as a whole."""

from collections.abc import Sequence


def overall(weights: Sequence[int], marks: Sequence[int | None]) -> int | None:
    """Tenths of a mark: the weighted mean, half a tenth rounded up. None while a line has no mark.

    `weights` sum to 100. Vectors: tests/vectors/overall.json, shared with the phone.
    """
    total = 0
    for weight, mark in zip(weights, marks, strict=True):
        if mark is None:
            return None
        total += weight * mark
    return (total + 5) // 10


def effective(scores: Sequence[int | None], rules: Sequence[int | None]) -> list[int | None]:
    """What counts for each line: the person's mark, else the one by the data."""
    return [
        rule if score is None else score for score, rule in zip(scores, rules, strict=True)
    ]
