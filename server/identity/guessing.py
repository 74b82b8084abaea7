"""How soon a guesser would come to a password: by the passwords that people commonly use.

The list is that of zxcvbn; its own estimator is not asked (docs/decisions/0013).
"""

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Final

LISTED: Final = 10_000
SHORTEST: Final = 4
COMMON_COSTS: Final = 4
"""Powers of ten: one of ten thousand. Any other character counts for one, and none of it for a run."""
ENOUGH: Final = 12


@cache
def _common() -> Mapping[int, frozenset[str]]:
    # Here, since it costs fifteen megabytes: only a worker where a password is set needs it.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    by_length: dict[int, set[str]] = {}
    for word in FREQUENCY_LISTS["passwords"][:LISTED]:
        if len(word) >= SHORTEST:
            by_length.setdefault(len(word), set()).add(word)
    return {length: frozenset(words) for length, words in by_length.items()}


def is_guessed_soon(text: str) -> bool:
    """Say whether a text is little more than common passwords, a run, or a short thing repeated."""
    text = _once(text.casefold())
    common = _common()
    costs = [0]
    steps = [None, *(ord(b) - ord(a) for a, b in pairwise(text))]
    for end in range(1, len(text) + 1):
        is_run = end > 2 and steps[end - 1] in (-1, 0, 1) and steps[end - 1] == steps[end - 2]
        cost = costs[end - 1] + (0 if is_run else 1)
        for length, words in common.items():
            if length <= end and text[end - length : end] in words:
                cost = min(cost, costs[end - length] + COMMON_COSTS)
        costs.append(cost)
    return costs[-1] < ENOUGH


def _once(text: str) -> str:
    """What is repeated to make up the text; the text itself when nothing is."""
    place = (text + text).find(text, 1)
    return text[:place] if text else text
