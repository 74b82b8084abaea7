"""Connects evaluations to syncing and to the cycles below."""

from flask import Flask

from server.cycles.desk import count_with
from server.cycles.events import CycleChanged, CycleOpened
from server.evaluations import moving, queries, refreshing, service
from server.evaluations.synced import EvaluationRoom
from server.foundation.events import subscribe
from server.indicators.events import ValuesReceived
from server.people.events import LinesBack, LinesMoved, Renamed
from server.sync_api import registry


def connect(app: Flask) -> None:
    """Phones may hold evaluations; an opened cycle makes them."""
    registry.register(EvaluationRoom())
    count_with(queries.counts)
    subscribe(CycleOpened, service.create_for)
    subscribe(CycleChanged, service.tell_of_cycle)
    subscribe(LinesMoved, moving.follow)
    subscribe(LinesBack, moving.go_back)
    subscribe(Renamed, moving.rename)
    subscribe(ValuesReceived, refreshing.refresh)
