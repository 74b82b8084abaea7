"""Connects keys to the doors that other systems use, and values to syncing."""

from flask import Flask, request

from server.foundation import clock
from server.foundation.events import subscribe
from server.foundation.web import recognise_keys_with
from server.indicators.events import SetApplies, ValuesReceived
from server.people.events import LinesMoved, Renamed
from server.sync_api import registry
from server.values import keys, telling
from server.values.synced import MeasuredRoom


def connect(app: Flask) -> None:
    """Let doors ask here whose key it is, and phones hold what is measured."""
    registry.register(MeasuredRoom())
    subscribe(ValuesReceived, telling.of_values)
    subscribe(LinesMoved, telling.of_lines)
    subscribe(Renamed, telling.of_names)
    subscribe(SetApplies, telling.of_set)
    recognise_keys_with(
        lambda: keys.read(request.headers.get("Authorization", "")), lambda shown: keys.find(shown, now=clock.now())
    )
