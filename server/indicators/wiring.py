"""Connects the library to the people below: a hire or a move may change what applies."""

from flask import Flask

from server.foundation.events import publish, subscribe
from server.indicators.events import SetApplies
from server.people.events import PersonPlaced


def connect(app: Flask) -> None:
    """Whoever gets a place is told to the rooms above as one to whom a set applies from that day."""
    subscribe(PersonPlaced, tell_of_place)


def tell_of_place(event: PersonPlaced) -> None:
    """Nothing is written: the set follows from place and day, see `matching.set_of`."""
    publish(SetApplies(event.person_id, event.valid_from))
