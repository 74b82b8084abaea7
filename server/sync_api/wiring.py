"""Connects the feed to `unit_of_work`."""

from flask import Flask

from server.foundation.db import on_before_commit
from server.sync_api.feed import write_feed


def connect(app: Flask) -> None:
    """Counter and feed rows are the last act before each COMMIT."""
    on_before_commit(write_feed)
