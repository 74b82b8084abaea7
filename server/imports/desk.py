"""Imports as HR's and the administrators' desk sees and runs them, after asking who is there."""

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from server.foundation import clock
from server.foundation.db import end_read, unit_of_work
from server.foundation.ids import PersonId
from server.foundation.locales import say
from server.foundation.problems import NOT_ALLOWED, NOT_FOUND, Problem
from server.foundation.web import Actor
from server.imports import consent, forgetting, queries, service
from server.imports.models import ImportJob, Part, Phase, State
from server.imports.plan import What
from server.imports.problems import IMPORT_FILES, IMPORT_INTERRUPTED
from server.imports.progress import is_silent
from server.imports.records import Finding, Kind, Place, Weight
from server.imports.understanding import fields_of
from server.imports.veiled import hidden_tables, veiled
from server.imports.wording import said
from server.people import queries as people
from server.people.desk import require_plant
from server.policy import Action, can

_OWN: Final = (
    "id", "created_at", "created_by_id", "applied_at", "applied_by_id", "undone_at", "undone_by_id", "files", "counts",
    "errors", "doubts", "mappings", "done", "total",
)  # fmt: skip


_CHOICES: Final[Mapping[str, type[StrEnum]]] = {"kind": Kind, "what": What, "weight": Weight}


def _job(import_id: UUID, *, lock: bool = False) -> ImportJob:
    found = queries.job(import_id, lock=lock)
    if found is None:
        raise Problem(NOT_FOUND)
    return found


def told(job: ImportJob, now: datetime, *, with_phones: bool = False) -> dict[str, Any]:
    """An import as it stands. A process that was killed has failed."""
    silent = is_silent(job, now)
    state = service.shown_state(job, now)
    shown = {name: getattr(job, name) for name in _OWN} | {
        "state": state,
        "phase": Phase(job.phase),
        "since": job.options["since"],
        "complete": job.options["complete"],
        "choice": job.options["choice"],
        "preview": consent.preview_of(job),
        "leaving": job.options.get("leaving", 0),
        "failure": IMPORT_INTERRUPTED.name if silent else job.failure,
        "failure_params": {} if silent else job.failure_params,
    }
    waiting = service.phones(job, now) if with_phones and state is State.READY else []
    return shown | {"phones": [asdict(one) for one in waiting]}


def _sees_values(by: Actor, now: datetime) -> bool:
    return can(Action.IMPORT_VALUES, people.plant_relations(by.person_id, now))


def listed(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """The last imports, the newest first. Raises Problem `not_allowed`."""
    require_plant(by, Action.IMPORT_READ, now=now)
    if forgetting.is_due(now):
        end_read()
        unit_of_work(lambda: forgetting.forget(now))
    return [told(job, now) for job in queries.jobs()]


def read(import_id: UUID, *, by: Actor, now: datetime) -> dict[str, Any]:
    """One import, with the phones that wait while its preview stands. Raises Problem `not_allowed`, `not_found`."""
    require_plant(by, Action.IMPORT_READ, now=now)
    return told(_job(import_id), now, with_phones=True)


def page(import_id: UUID, what: Part, number: int, *, by: Actor, now: datetime) -> dict[str, Any]:
    """A page of findings or changes, counted from 0; `more`: there is another. Without what is not for whoever asks, so
    a page may have less than others. Raises Problem `not_allowed`,
    `not_found`."""
    require_plant(by, Action.IMPORT_READ, now=now)
    job = _job(import_id)
    items = queries.part(job.id, what, number)
    if not _sees_values(by, now):
        items = veiled(job, what, items, own=job.created_by_id == by.person_id)
    for one in items:
        one |= {name: kind(one[name]) for name, kind in _CHOICES.items() if one.get(name) is not None}
        if what is Part.FINDING:
            found = Finding(one["code"], one["weight"], Place(**one["place"]), one["params"])
            one |= {"said_zh": said(found, "zh-CN"), "said_en": said(found, "en")}
    return {"items": items, "page": number, "more": bool(queries.part(job.id, what, number + 1))}


def kinds(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """What tables may be about. Raises Problem `not_allowed`."""
    require_plant(by, Action.IMPORT_READ, now=now)
    return [
        {"kind": kind, "fields": [one | _in_words(f"field_{one['name']}") for one in fields_of(kind)]}
        | _in_words(f"kind_{kind.value}")
        for kind in Kind
    ]


def _in_words(name: str) -> dict[str, str]:
    return {"name_zh": say(f"import_{name}", "zh-CN", {}), "name_en": say(f"import_{name}", "en", {})}


# ---- what is done; each begins its own unit of work and returns the token of the process to start ----------------


def create(asked: Mapping[str, Any], *, by: Actor, now: datetime) -> tuple[UUID, str]:
    """Take in a set of files. Raises Problem `not_allowed`, `import_files`, `import_since`, `import_busy`."""
    require_plant(by, Action.IMPORT_RUN, now=now)  # before anything is said of the files
    end_read()
    files = _files(asked["files"])

    def work() -> tuple[UUID, str]:
        require_plant(by, Action.IMPORT_RUN, now=now)
        made = service.create(files, since=asked["since"], complete=asked["complete"], by=by.person_id)
        return made.id, made.token

    return unit_of_work(work)


def _files(asked: Sequence[Mapping[str, str]]) -> list[tuple[str, bytes]]:
    try:
        return [(one["name"], b64decode(one["content"], validate=True)) for one in asked]
    except (binascii.Error, ValueError) as error:
        raise Problem(IMPORT_FILES, max_files=service.FILES_MAX, max_bytes=service.BYTES_MAX) from error


def remap(import_id: UUID, mappings: Mapping[str, Any], *, by: Actor, now: datetime) -> str:
    """Understand columns otherwise. Raises Problem `not_allowed`, `not_found`, `import_state`, `import_busy`."""

    told = {
        signature: {"kind": one["kind"] and one["kind"].value, "fields": one["fields"]}
        for signature, one in mappings.items()
    }

    def work() -> str:
        require_plant(by, Action.IMPORT_RUN, now=now)
        job = _job(import_id, lock=True)
        own = job.created_by_id == by.person_id
        hides = not own and not _sees_values(by, now) and bool(hidden_tables(job, own=own))
        token = service.remap(job, told, now=now)
        if hides:  # read as something else it would be shown
            raise Problem(NOT_ALLOWED)
        return token

    return unit_of_work(work)


def _is_admin(by: Actor, now: datetime) -> bool:
    return can(Action.IMPORT_ADMINS, people.plant_relations(by.person_id, now))


def apply(import_id: UUID, asked: Mapping[str, Any], *, by: Actor, now: datetime) -> str:
    """Let it be applied. Raises what `service.start_applying` raises, `not_allowed`, `not_found`."""

    def work() -> str:
        require_plant(by, Action.IMPORT_RUN, now=now)
        job = _job(import_id, lock=True)
        said = consent.Asked(asked["preview"], asked["phones"], asked["leaving"], _is_admin(by, now))
        return service.start_applying(job, said, by=PersonId(by.person_id), now=now)

    return unit_of_work(work)


def undo(import_id: UUID, *, by: Actor, now: datetime) -> str:
    """Let it be taken back. Raises what `service.start_undoing` raises, `not_allowed`, `not_found`."""

    def work() -> str:
        require_plant(by, Action.IMPORT_RUN, now=now)
        job, is_admin = _job(import_id, lock=True), _is_admin(by, now)
        return service.start_undoing(job, by=PersonId(by.person_id), is_admin=is_admin, now=clock.now())

    return unit_of_work(work)
