"""The board is tried with real phones: the floor of the evaluations' tests."""

from tests.server.evaluations.conftest import floor, her, his, record

__all__ = ["floor", "her", "his", "record"]
