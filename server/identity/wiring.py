"""How identity is connected to the application."""

from flask import Flask

from server.foundation.web import authenticate_with
from server.identity import doorkeeper, tokens


def connect(app: Flask) -> None:
    """Set up tokens and say who turns a request into an actor."""
    tokens.install(app)
    authenticate_with(doorkeeper.read_token, doorkeeper.find_actor)
