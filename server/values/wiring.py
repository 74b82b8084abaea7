"""Connects keys to the doors that other systems use."""

from flask import Flask, request

from server.foundation import clock
from server.foundation.web import recognise_keys_with
from server.values import keys


def connect(app: Flask) -> None:
    """Let doors ask here whose key it is."""
    recognise_keys_with(
        lambda: keys.read(request.headers.get("Authorization", "")), lambda shown: keys.find(shown, now=clock.now())
    )
