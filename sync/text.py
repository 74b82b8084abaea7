"""Three-way merge of a comment, by word (and by character where words have no spaces)."""

from __future__ import annotations


def merge3(base: str, mine: str, theirs: str) -> str | None:
    """Both changes in one text, every inserted word kept; None when they meet in one place."""
    raise NotImplementedError


def keep_both(first: str, second: str) -> str:
    """The text offered in a case: both, one after the other, what is common only once."""
    raise NotImplementedError
