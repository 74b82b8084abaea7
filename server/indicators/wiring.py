"""Connects the library to the people below and to syncing: a hire or a move may change what applies."""

from flask import Flask

from server.foundation.events import publish, subscribe
from server.indicators.events import SetApplies
from server.indicators.floor import telling
from server.indicators.floor.synced import FloorRoom
from server.people.events import LinesMoved, PersonPlaced, Renamed
from server.sync_api import registry


def connect(app: Flask) -> None:
    """Whoever gets a place is told to the rooms above as one to whom a set applies from that day.
    Phones hold what their people are measured by."""
    registry.register(FloorRoom())
    subscribe(PersonPlaced, tell_of_place)
    subscribe(SetApplies, telling.follow_set)
    subscribe(LinesMoved, telling.follow_lines)
    subscribe(Renamed, telling.follow_names)


def tell_of_place(event: PersonPlaced) -> None:
    """Nothing is written: the set follows from place and day, see `matching.set_of`."""
    publish(SetApplies(event.person_id, event.valid_from))
