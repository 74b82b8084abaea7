"""The long steps of an import, each in a process of its own: a server that is killed or busy does not touch them.

The process leaves when it is done. If it is killed, the database has none of it; its job goes silent and is told as
interrupted.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from server.foundation.db import current_tenant, session, unit_of_work
from server.foundation.errors import problem_of
from server.foundation.log import log, where
from server.foundation.problems import Code, Problem
from server.foundation.settings import settings_of
from server.imports import queries, service
from server.imports.bounds import READING_S
from server.imports.models import State
from server.imports.problems import IMPORT_BROKE, IMPORT_TOO_MUCH

VERB: Final = "import-job"
_WORK: Final[Mapping[State, Callable[[UUID, str], None]]] = {
    State.READING: service.preview,
    State.APPLYING: service.apply,
    State.UNDOING: service.undo,
}
_started: list[subprocess.Popen[bytes]] = []


def start(import_id: UUID, token: str) -> None:
    """Begin the next step of an import in a process of its own; call it after the commit that asks for it."""
    _started[:] = [one for one in _started if one.poll() is None]  # whoever is done is laid to rest
    words = [VERB, str(current_tenant()), str(import_id), token]
    end_former(token)
    try:
        _started.append(
            subprocess.Popen(
                [sys.executable, "-c", "from server.cli import main; raise SystemExit(main())", *words],
                env=settings_of(current_app).environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
    except OSError as error:
        log().error("import.not_started", error=type(error).__name__)
        unit_of_work(partial(service.fail, import_id, token, IMPORT_BROKE, {}))


def end_former(token: str) -> None:
    """End whatever else still works on an import of this plant on this machine: it gave no sign of life for so long that
    another may begin, and would go on beside it."""
    plant, mine = str(current_tenant()).encode(), token.encode()
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has left, or is somebody else's
            words = told.read_bytes().split(b"\0")
            if VERB.encode() in words and plant in words and mine not in words:
                os.kill(int(told.parent.name), signal.SIGKILL)


def run(import_id: UUID, token: str) -> bool:
    """Do the step that an import is in; False, and the reason noted, when it cannot be done."""
    job = queries.job(import_id)
    work = _WORK.get(State(job.state)) if job is not None and job.token == token else None
    session().close()
    if work is None:
        return False
    try:
        work(import_id, token)
    except Problem as problem:
        _note(import_id, token, problem.code, problem.params)
    except MemoryError:
        _note(import_id, token, IMPORT_TOO_MUCH, {"seconds": READING_S})
    except SQLAlchemyError as error:
        found = problem_of(error)
        log().error("import.broke", error=type(error).__name__, where=where(error))
        _note(import_id, token, IMPORT_BROKE if found is None else found.code, {})
    except Exception as error:
        log().error("import.broke", error=type(error).__name__, where=where(error))
        _note(import_id, token, IMPORT_BROKE, {})
    else:
        session().close()
        return True
    return False


def _note(import_id: UUID, token: str, code: Code, params: Mapping[str, Any]) -> None:
    session().rollback()
    session().close()
    unit_of_work(partial(service.fail, import_id, token, code, params))
    session().close()
