"""Connects agreements to syncing, and to people and their sets below."""

from flask import Flask

from server.agreements import following
from server.agreements.synced import AgreementRoom
from server.foundation.events import subscribe
from server.indicators.events import SetApplies
from server.people.events import LinesBack, LinesMoved, Renamed
from server.sync_api import registry


def connect(app: Flask) -> None:
    """Phones may hold agreements; who moves takes theirs along."""
    registry.register(AgreementRoom())
    subscribe(LinesMoved, following.follow_lines)
    subscribe(LinesBack, following.go_back)
    subscribe(Renamed, following.rename)
    subscribe(SetApplies, following.follow_set)
