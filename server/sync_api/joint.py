"""Pushes that come while the database is at work share the next unit of work.

A commit costs the same for one push as for ten, and so do most questions that a push asks. In a
quiet hour everybody is alone and waits for nobody; after an outage the phones of a whole plant are
taken in together, a few at a time. Each is judged as if it had come alone, in the order of arrival,
and is answered only after the commit.

The first who finds nobody at work leads: takes whoever waits by then, does the unit of work, tells
the others, and hands the lead to the next who came meanwhile.
"""

import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sqlalchemy.exc import DBAPIError

from server.foundation.db import current_tenant, session, unit_of_work
from server.foundation.ids import TenantId
from server.foundation.problems import BUSY, Problem
from server.sync_api.feed import ask_sequence
from server.sync_api.journal import Outcome
from server.sync_api.pull import is_ahead
from server.sync_api.push import Delivery, is_the_databases, receive_all

EDITS_AT_ONCE: Final = 300
"""No more wait for one commit: about a tenth of a second of work."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of one push. `ahead`: the phone had read further than the plant's counter stood."""

    ahead: bool
    outcomes: list[Outcome]


@dataclass(slots=True)
class _Ticket:
    delivery: Delivery
    called: threading.Event = field(default_factory=threading.Event)
    result: Handed | BaseException | None = None
    """None when called: this one is to lead."""


class _Counter:
    """Who waits in one plant, in this process."""

    def __init__(self) -> None:
        self.waiting: deque[_Ticket] = deque()
        self.busy = False


_counters: dict[TenantId, _Counter] = {}
_lock = threading.Lock()


def hand_in(delivery: Delivery) -> Handed:
    """Take in one push, alone or with others; returns after the commit. Begins a unit of work."""
    ticket = _Ticket(delivery)
    with _lock:
        counter = _counters.setdefault(current_tenant(), _Counter())
        counter.waiting.append(ticket)
        leads = not counter.busy
        counter.busy = True
    if not leads:
        ticket.called.wait()
    if ticket.result is None:
        _lead(counter)
    if isinstance(ticket.result, Handed):
        return ticket.result
    assert ticket.result is not None
    raise ticket.result


def _lead(counter: _Counter) -> None:
    taken: list[_Ticket] = []

    def work() -> list[Handed]:
        taken.extend(_some(counter, EDITS_AT_ONCE - sum(len(one.delivery.arrivals) for one in taken)))
        return _receive([one.delivery for one in taken])

    try:
        _tell(taken, unit_of_work(work))
    except Exception as error:
        _fail(counter, taken, error)
    finally:
        session().close()
        for one in taken:
            if one.result is None:  # this process is ending: nothing was committed
                one.result = Problem(BUSY)
            one.called.set()
        with _lock:
            counter.busy = bool(counter.waiting)
            if counter.waiting:
                counter.waiting[0].called.set()


def _some(counter: _Counter, room: int) -> list[_Ticket]:
    """Whoever waits, in order, as far as there is room; the first in any case."""
    some: list[_Ticket] = []
    with _lock:
        while counter.waiting and (not some or len(counter.waiting[0].delivery.arrivals) <= room):
            some.append(counter.waiting.popleft())
            room -= len(some[-1].delivery.arrivals)
    return some


def _receive(deliveries: list[Delivery]) -> list[Handed]:
    before = ask_sequence()
    outcomes = receive_all(deliveries)
    return _handed(deliveries, before(), outcomes)


def _receive_carefully(delivery: Delivery) -> list[Handed]:
    before = ask_sequence()
    outcomes = receive_all([delivery], True)
    return _handed([delivery], before(), outcomes)


def _handed(deliveries: list[Delivery], seq: int, outcomes: list[list[Outcome]]) -> list[Handed]:
    ahead = [is_ahead(one.request, seq) for one in deliveries]
    return [Handed(*pair) for pair in zip(ahead, outcomes, strict=True)]


def _tell(taken: list[_Ticket], results: list[Handed]) -> None:
    for ticket, result in zip(taken, results, strict=True):
        ticket.result = result


def _fail(counter: _Counter, taken: list[_Ticket], error: Exception) -> None:
    """Nothing was committed. What one of them is to blame for must not cost the others, nor one edit its neighbours:
    each alone, and with care.
    """
    if not taken:  # the unit could not even begin: nobody's fault, and no better for who waits
        taken.extend(_some(counter, sys.maxsize))
    if isinstance(error, DBAPIError) and is_the_databases(error):
        for ticket in taken:
            ticket.result = error
        return
    session().close()
    for ticket in taken:
        try:
            _tell([ticket], unit_of_work(partial(_receive_carefully, ticket.delivery)))
        except Exception as own:
            ticket.result = own
