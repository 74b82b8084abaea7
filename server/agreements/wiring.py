"""Connects agreements to syncing."""

from flask import Flask

from server.agreements.synced import AgreementRoom
from server.sync_api import registry


def connect(app: Flask) -> None:
    """Phones may hold agreements."""
    registry.register(AgreementRoom())
