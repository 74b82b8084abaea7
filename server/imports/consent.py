"""What is said with applying and undoing an import, and who may say it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from server.foundation.problems import Problem
from server.imports.models import ImportJob
from server.imports.phones import Choice, Waiting
from server.imports.problems import IMPORT_ADMINS, IMPORT_CHOICE_NEEDED, IMPORT_LEAVING, IMPORT_PHONES_WAITING


@dataclass(frozen=True, slots=True)
class Asked:
    """What is said with applying. `preview`: which one was looked at. `leaving`: how many leave, where that has to be
    said. `is_admin`: an administrator, or who runs the server, says it."""

    preview: str
    choice: Choice | None = None
    leaving: int | None = None
    is_admin: bool = False


def preview_of(job: ImportJob) -> str:
    """Names what a preview was made of; empty before there is one."""
    if not job.fingerprint:
        return ""
    options = {name: value for name, value in job.options.items() if name != "choice"}
    made = [job.fingerprint, job.files, job.mappings, options, job.counts, job.errors, job.doubts]
    return hashlib.sha256(orjson.dumps(made, option=orjson.OPT_SORT_KEYS)).hexdigest()


def refuse_admins(job: ImportJob, is_admin: bool) -> None:
    """Nobody but an administrator puts one out, or lets one in again by taking that back: Problem
    `import_admins`."""
    numbers = job.options.get("admins", ())
    if numbers and not is_admin:
        raise Problem(IMPORT_ADMINS, numbers=", ".join(numbers))


def refuse_unsaid(job: ImportJob, leaving: int | None) -> None:
    """Raise Problem `import_leaving` where many leave and their number was not said."""
    expected = job.options.get("leaving", 0)
    if expected and leaving != expected:
        raise Problem(IMPORT_LEAVING, count=expected)


def refuse_waiting(choice: Choice | None, held: Sequence[Waiting]) -> None:
    """Raise Problem `import_choice_needed`, `import_phones_waiting`."""
    if held and choice is None:
        raise Problem(IMPORT_CHOICE_NEEDED, phones=len(held))
    if held and choice is Choice.WAIT:
        raise Problem(IMPORT_PHONES_WAITING, phones=len(held), count=sum(one.queued_count for one in held))
