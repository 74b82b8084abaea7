"""Planted bugs: each takes one defence out of the server, and the test of that fault must notice.

They exist in the test build alone; `make faults-selftest` runs every test once with its bug.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any


def plant(name: str) -> None:
    """Take the named defence out."""
    BUGS[name]()


def _answer_before_commit() -> None:
    """The receipt goes out first; the edits are written with the next request."""
    from server.sync_api import routes

    real, late = routes.unit_of_work, []

    class Decided(Exception):
        pass

    def lazy(work: Callable[[], Any]) -> Any:
        for earlier in late:
            real(earlier)
        late[:] = [work]

        def only_decide() -> None:
            raise Decided(work())

        try:
            real(only_decide)
        except Decided as decided:
            return decided.args[0]

    routes.unit_of_work = lazy


def _no_dedupe() -> None:
    """What arrived before is judged again, and its entry in the log written anew."""
    import sqlalchemy as sa

    from server.foundation.db import session
    from server.sync_api import push
    from server.sync_api.journal import Journal
    from server.sync_api.models import LoggedMutation

    class Forgetful(Journal):
        def known(self, one: Any) -> None:
            return None

        def fate(self, one: Any) -> Any:
            known = Journal.known(self, one)
            return None if known is None else known.fate

        def write(self, arrivals: Any, again: Any, **options: Any) -> None:
            for one in arrivals:
                with suppress(ValueError):
                    row = self._row(one, options["now"], options["session_id"])
                    session().execute(
                        sa.delete(LoggedMutation).where(
                            LoggedMutation.device == row["device"],
                            LoggedMutation.author == row["author"],
                            LoggedMutation.n == row["n"],
                        )
                    )
            super().write(arrivals, again, **options)

    push.Journal = Forgetful  # type: ignore[misc]


def _errors_unnamed() -> None:
    """A database that is away, busy or full is taken for a bug."""
    from server.foundation import errors
    from server.sync_api import push

    errors.problem_of = lambda error: None
    push.problem_of = errors.problem_of


def _no_retry() -> None:
    """Busy and deadlock are neither tried again nor known."""
    from server.foundation import db as seam
    from server.foundation import errors
    from server.sync_api import routes

    seam.ATTEMPTS = 1  # type: ignore[misc]
    for module in (seam, errors, routes):
        module.is_transient = lambda error: False  # type: ignore[attr-defined]


BUGS: dict[str, Callable[[], None]] = {
    "answer_before_commit": _answer_before_commit,
    "no_dedupe": _no_dedupe,
    "errors_unnamed": _errors_unnamed,
    "no_retry": _no_retry,
}
