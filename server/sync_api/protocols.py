"""Phones that speak another protocol than today's.

A push is taken from every protocol that STEPS reaches, for a year after its last release: the body is lifted from
n to n + 1 until it is today's, and the receipts are answered in the phone's own words. Rows are not written in old
forms: an old phone that sends nothing is told to update, and its app stays as it is until somebody says yes. A phone
that is newer than the server (which was put back to an older release) is told so by a code of its own, so that it
does not look for the fault in its edits.

Changing the protocol: raise `columns.PROTOCOL`, add the step from the old number here, keep the old outbox in
tests/vectors/outbox.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from server.foundation.problems import Problem
from server.sync_api.columns import PROTOCOL
from server.sync_api.problems import PROTOCOL_TOO_NEW, UPDATE_NEEDED
from server.sync_api.wire import BadEnvelope

Body = list[Any]


@dataclass(frozen=True, slots=True)
class Step:
    """Between protocol n and n + 1, on decoded JSON: `lift` a request up, `lower` an answer without rows down."""

    lift: Callable[[Body], Body]
    lower: Callable[[Body], Body]


STEPS: Final[dict[int, Step]] = {}
"""n -> the step to n + 1. Empty as long as protocol 1 is the only one that was ever released."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A request in today's words, and the protocol that its phone speaks."""

    protocol: int
    body: Any

    @property
    def is_old(self) -> bool:
        """Whether rows of today mean nothing to this phone."""
        return self.protocol < PROTOCOL

    def answered(self, answer: Body) -> Body:
        """An answer in the phone's words."""
        for number in range(PROTOCOL - 1, self.protocol - 1, -1):
            answer = STEPS[number].lower(answer)
        return answer


def lifted(body: Any) -> Spoken:
    """A request of any protocol in today's words.

    Raises Problem `protocol_too_new` and `update_needed` (no longer read), BadEnvelope for what is of no protocol.
    """
    number = body[0] if isinstance(body, list) and body else None
    if type(number) is not int or number < 0:
        return Spoken(PROTOCOL, body)  # who reads the envelope names the fault
    if number > PROTOCOL:
        raise Problem(PROTOCOL_TOO_NEW, speaks=PROTOCOL)
    for step in range(number, PROTOCOL):
        if step not in STEPS:
            raise Problem(UPDATE_NEEDED)
        try:
            body = STEPS[step].lift(body)
        except (LookupError, TypeError, ValueError) as fault:
            raise BadEnvelope("") from fault
    return Spoken(number, body)
