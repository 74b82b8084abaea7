"""Failures that a person can do something about, each told in one sentence."""

import sys
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from server.foundation.migrate import UnknownRevision
from server.foundation.settings import SettingsError


class Refused(Exception):
    """A verb that cannot go on; its text is a sentence."""


def told(work: Callable[[], int]) -> int:
    """Run a verb; say what is wrong instead of showing a trace."""
    try:
        return work()
    except (Refused, SettingsError, UnknownRevision) as error:
        print(error, file=sys.stderr)
        return 1
    except OperationalError as error:
        # The driver's text names host and cause, never a row.
        print(f"The database cannot be used: {error.orig}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
