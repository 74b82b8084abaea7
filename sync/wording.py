"""Words are made from the record: message key and parameters, never a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync.model import Case, Decision, Mutation

Param = int | str | None


@dataclass(frozen=True, slots=True)
class Words:
    """A message key of the screens, with its parameters."""

    message: str
    params: Mapping[str, Param]


def of_step(edit: Mutation, decision: Decision) -> Words:
    """The words for the history entry of a decision that has a step."""
    raise NotImplementedError


def of_case(case: Case) -> tuple[Words, ...]:
    """The sentences of a case, in order: each candidate, the base they share, how it ended."""
    raise NotImplementedError
