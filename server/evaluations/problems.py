"""What can be wrong with an evaluation."""

from typing import Final

from server.foundation.problems import code

EVALUATION_BEGUN: Final = code("evaluation_begun", 409)
"""Whoever got it by a move has written in it."""
