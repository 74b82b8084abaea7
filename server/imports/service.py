"""What happens to an import: made, previewed, applied, undone. The steps that take long are run by `runs`."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation import clock
from server.foundation.db import current_tenant, session, unit_of_work
from server.foundation.ids import PersonId, new_id
from server.foundation.prepared import upsert
from server.foundation.problems import Code, Problem
from server.imports import applying, forgetting, planning, queries
from server.imports.bounds import allow_writing
from server.imports.consent import Asked, preview_of, refuse_admins, refuse_unsaid, refuse_waiting
from server.imports.foreseeing import foreseeing
from server.imports.models import (
    AT_WORK,
    FILE_NAME_MAX,
    ImportFile,
    ImportJob,
    ImportMapping,
    ImportPart,
    Part,
    Phase,
    State,
)
from server.imports.phones import Choice, Waiting, waiting
from server.imports.plan import Change, Move, Options, Plan
from server.imports.plan_people import active_admins
from server.imports.problems import (
    IMPORT_BUSY,
    IMPORT_ERRORS,
    IMPORT_FILES,
    IMPORT_FORGOTTEN,
    IMPORT_INTERRUPTED,
    IMPORT_LAST_ADMIN,
    IMPORT_PLANT_CHANGED,
    IMPORT_PREVIEW_OTHER,
    IMPORT_SINCE,
    IMPORT_STATE,
)
from server.imports.progress import Progress, is_silent
from server.imports.reading.cells.days import YEARS
from server.imports.records import Finding, Record, Weight
from server.imports.understanding import Understood, understand
from server.people.queries import day_of
from server.values import bringing as values

FILES_MAX: Final = 20
BYTES_MAX: Final = 10 * 1024 * 1024
FINDINGS_MAX: Final = 5000
SINCE: Final = (date(YEARS[0], 1, 1), date(YEARS[1], 12, 31))
_WEIGHTS: Final = (Weight.ERROR, Weight.DOUBT, Weight.NOTE)
_CHANGEABLE: Final = frozenset({State.READY, State.FAILED})


def create(files: Sequence[tuple[str, bytes]], *, since: date | None, complete: bool, by: PersonId | None) -> ImportJob:
    """Note a set of files; its preview is made by `preview`. Raises Problem `import_files`,
    `import_since`, `import_busy`."""
    if not 0 < len(files) <= FILES_MAX or sum(len(content) for _, content in files) > BYTES_MAX:
        raise Problem(IMPORT_FILES, max_files=FILES_MAX, max_bytes=BYTES_MAX)
    now = clock.now()
    refuse_beside_another(now)
    forgetting.forget(now)
    first = since or day_of(now)
    if not SINCE[0] <= first <= SINCE[1]:
        raise Problem(IMPORT_SINCE, first=SINCE[0].isoformat(), last=SINCE[1].isoformat())
    told = [
        {
            "name": _storable(name)[:FILE_NAME_MAX],
            "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
        }
        for name, content in files
    ]
    made = ImportJob(
        state=State.READING.value,
        created_at=now,
        created_by_id=by,
        applied_at=None,
        applied_by_id=None,
        undone_at=None,
        undone_by_id=None,
        files=told,
        mappings={},
        options={"since": first.isoformat(), "complete": complete, "choice": None},
        counts={},
        errors=0,
        doubts=0,
        fingerprint="",
        phase=Phase.NONE.value,
        done=0,
        total=0,
        token=_token(),
        beat_at=now,
        failure=None,
        failure_params={},
    )
    session().add(made)
    session().flush()  # the files' rows refer to it
    for position, (name, content) in enumerate(files):
        session().add(
            ImportFile(import_id=made.id, position=position, name=_storable(name)[:FILE_NAME_MAX], content=content)
        )
    return made


def _token() -> str:
    return secrets.token_hex(11)  # goes to a command: nothing that looks like an option


def refuse_beside_another(now: datetime, but: UUID | None = None) -> None:
    """Raise Problem `import_busy` while another import of the plant is at work; else two that begin take turns."""
    _refuse_busy(now, but)  # whoever writes holds the turn for long: told without waiting for it
    queries.take_turn()
    _refuse_busy(now, but)


def _refuse_busy(now: datetime, but: UUID | None) -> None:
    if any(job.id != but and State(job.state) in AT_WORK and not is_silent(job, now) for job in queries.jobs()):
        raise Problem(IMPORT_BUSY)


def begin(job: ImportJob, state: State, now: datetime) -> str:
    """Let a process work on it from now on; returns the token that says which."""
    refuse_beside_another(now, but=job.id)
    job.state, job.token, job.beat_at = state.value, _token(), now
    job.failure, job.failure_params = None, {}
    job.phase, job.done, job.total = Phase.NONE.value, 0, 0
    return job.token


def remap(job: ImportJob, mappings: Mapping[str, Any], *, now: datetime) -> str:
    """Understand columns otherwise, and look anew. Raises Problem `import_state`, `import_forgotten`,
    `import_busy`."""
    _require(job, _CHANGEABLE, now)
    if job.failure == IMPORT_FORGOTTEN.name:
        raise Problem(IMPORT_FORGOTTEN, **job.failure_params)
    job.mappings = dict(mappings)
    session().execute(sa.delete(ImportPart).where(ImportPart.import_id == job.id))
    return begin(job, State.READING, now)


def _require(job: ImportJob, states: frozenset[State], now: datetime) -> None:
    if shown_state(job, now) not in states:
        raise Problem(IMPORT_STATE, state=shown_state(job, now).value)


def shown_state(job: ImportJob, now: datetime) -> State:
    """Where it stands; what a killed process left behind has failed, and nothing of it was done."""
    if not is_silent(job, now):
        return State(job.state)
    return State.FAILED if job.applied_at is None else State.APPLIED


# ---- preview ------------------------------------------------------------------------------------


def plan_of(
    job: ImportJob, remembered: Mapping[str, Any], progress: Progress, now: datetime
) -> tuple[Plan, str, Understood]:
    """Read the files and plan; reads alone. `remembered`: how headers were understood before. Returns too the
    fingerprint of what the plan was made of, and what was read."""
    read = understand(queries.files(job.id), job.mappings, remembered, queries.employee_nos(), progress)
    progress.begin(Phase.PLANNING, len(read.records))
    held = queries.stock(read.records, now)
    seen = queries.fingerprint(held)
    options = Options(date.fromisoformat(job.options["since"]), job.options["complete"])
    made = planning.plan(read.records, read.findings, held, options, new_id, read.named, foreseeing(now))
    return made, seen, read


def preview(import_id: UUID, token: str) -> None:
    """Make the preview of an import that is in `reading`; opens its own units of work."""
    job = _at_work(import_id, token)
    session().close()
    progress = Progress(import_id, token)
    remembered = queries.mappings()
    plan, seen, read = plan_of(job, remembered, progress, clock.now())
    session().close()
    unit_of_work(partial(_keep, import_id, token, plan, seen, read, remembered))


def _at_work(import_id: UUID, token: str, *, lock: bool = False) -> ImportJob:
    job = queries.job(import_id, lock=lock)
    if job is None or job.token != token:
        raise Problem(IMPORT_INTERRUPTED)
    return job


def _keep(import_id: UUID, token: str, plan: Plan, seen: str, read: Understood, remembered: Mapping[str, Any]) -> None:
    job = _at_work(import_id, token, lock=True)
    gravest_first = sorted(plan.findings, key=lambda one: _WEIGHTS.index(one.weight))
    applying.put(import_id, Part.TABLE, read.tables)
    applying.put(import_id, Part.FINDING, map(told_finding, gravest_first[:FINDINGS_MAX]))
    applying.put(import_id, Part.CHANGE, map(told_change, plan.changes))
    job.state, job.counts, job.fingerprint = State.READY.value, plan.counts, seen
    job.errors = plan.errors + read.beyond[Weight.ERROR]
    job.doubts = sum(one.weight is Weight.DOUBT for one in plan.findings) + read.beyond[Weight.DOUBT]
    used = {one["signature"] for one in read.tables}
    job.options = job.options | {
        "moves": [[str(m.person_id), str(m.from_id), str(m.to_id), m.on.isoformat()] for m in plan.moves],
        "admins": sorted(plan.admins),
        "leaving": plan.leaving,
        "remembered": {signature: told for signature, told in remembered.items() if signature in used},
    }
    job.phase = Phase.NONE.value


def told_finding(one: Finding) -> dict[str, Any]:
    """A finding as it is kept and shown."""
    params = {name: _storable(text) for name, text in one.params.items()}
    place = {name: _storable(value) for name, value in asdict(one.place).items()}
    return {"code": one.code, "weight": one.weight.value, "place": place, "params": params}


def _storable(value: Any) -> Any:
    """A text of somebody's file as every database takes it in JSON: without NUL and half characters."""
    if not isinstance(value, str):
        return value
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def told_change(one: Change) -> dict[str, Any]:
    """A change as it is kept and shown."""
    return {
        "kind": one.kind.value,
        "what": one.what.value,
        "key": _storable(one.key),
        "label": _storable(one.label),
        "place": {name: _storable(value) for name, value in asdict(one.place).items()},
        "differences": [{k: _storable(v) for k, v in asdict(each).items()} for each in one.differences],
        "on": None if one.on is None else one.on.isoformat(),
    }


def phones(job: ImportJob, now: datetime) -> list[Waiting]:
    """Phones with unsent work on whoever would move, as they last spoke of themselves."""
    moves = [
        Move(UUID(person), UUID(came_from), UUID(to), date.fromisoformat(on))
        for person, came_from, to, on in job.options.get("moves", ())
    ]
    return waiting(moves, day_of(now), now)


# ---- apply --------------------------------------------------------------------------------------


def start_applying(job: ImportJob, asked: Asked, *, by: PersonId | None, now: datetime) -> str:
    """Let an import be applied; returns the token of the process that is to do it. Raises Problem `import_state`,
    `import_preview_other`, `import_errors`, `import_admins`, `import_leaving`, `import_choice_needed`,
    `import_phones_waiting`, `import_busy`."""
    _require(job, frozenset({State.READY}), now)
    if asked.preview != preview_of(job):
        raise Problem(IMPORT_PREVIEW_OTHER)
    if job.errors:
        raise Problem(IMPORT_ERRORS, count=job.errors)
    refuse_admins(job, asked.is_admin)
    refuse_unsaid(job, asked.leaving)
    choice = asked.choice
    refuse_waiting(choice, phones(job, now))
    job.options = job.options | {"choice": choice.value if choice else None}
    job.applied_by_id = by
    return begin(job, State.APPLYING, now)


def apply(import_id: UUID, token: str) -> None:
    """Apply an import that is in `applying`; opens its own units of work. Raises Problem `import_plant_changed`,
    `import_errors`, `import_phones_waiting`, `import_interrupted`."""
    job = _at_work(import_id, token)
    session().close()
    progress, now = Progress(import_id, token), clock.now()
    plan, seen, read = plan_of(job, job.options.get("remembered", {}), progress, now)
    session().close()
    if plan.errors and seen == job.fingerprint:
        raise Problem(IMPORT_ERRORS, count=plan.errors)
    if seen != job.fingerprint:
        raise Problem(IMPORT_PLANT_CHANGED)
    allow_writing()
    progress.begin(Phase.WRITING, len(plan.rows))
    unit_of_work(partial(_apply, import_id, token, plan, read.records, progress))


def _apply(import_id: UUID, token: str, plan: Plan, records: Sequence[Record], progress: Progress) -> None:
    # Not locked before the end: how far it is, is written into the same row meanwhile.
    queries.take_turn()
    job = _at_work(import_id, token)
    now = clock.now()
    if plan.values:
        values.hold()
    if queries.fingerprint(queries.stock(records, now)) != job.fingerprint:
        raise Problem(IMPORT_PLANT_CHANGED)
    choice = Choice(job.options["choice"]) if job.options["choice"] else None
    if choice is Choice.WAIT:
        refuse_waiting(choice, phones(job, now))
    try:
        applying.apply(
            import_id, plan, job.applied_by_id, keep_former=choice is not Choice.PARK, now=now, step=progress.step
        )
    except values.Refused as refused:
        raise Problem(IMPORT_PLANT_CHANGED) from refused
    session().execute(sa.delete(ImportFile).where(ImportFile.import_id == import_id))
    _remember(job.options.get("remembered", {}) | job.mappings, now)
    job = _at_work(import_id, token, lock=True)
    job.state, job.applied_at, job.phase = State.APPLIED.value, now, Phase.NONE.value


def _remember(mappings: Mapping[str, Any], now: datetime) -> None:
    rows = [
        {"tenant_id": current_tenant(), "signature": signature, "mapping": mapping, "used_at": now}
        for signature, mapping in mappings.items()
    ]
    upsert(ImportMapping, rows, ("tenant_id", "signature"), ("mapping", "used_at"))


# ---- undo, and what went wrong ------------------------------------------------------------------


def start_undoing(job: ImportJob, *, by: PersonId | None, is_admin: bool, now: datetime) -> str:
    """Let an applied import be taken back; returns the token. Raises Problem `import_state`, `import_admins`,
    `import_busy`."""
    _require(job, frozenset({State.APPLIED}), now)
    refuse_admins(job, is_admin)
    job.undone_by_id = by
    return begin(job, State.UNDOING, now)


def undo(import_id: UUID, token: str) -> None:
    """Take back an import that is in `undoing`, in one unit of work. Raises Problem `import_stood_upon`,
    `import_last_admin`, `evaluation_begun`, `import_interrupted`."""
    allow_writing()
    progress = Progress(import_id, token)
    progress.begin(Phase.WRITING, 0)

    def work() -> None:
        queries.take_turn()
        _at_work(import_id, token)
        now = clock.now()
        admins = active_admins(queries.stock((), now))
        applying.undo(import_id, now=now, step=progress.step)
        if admins and not active_admins(queries.stock((), now)):
            raise Problem(IMPORT_LAST_ADMIN)
        job = _at_work(import_id, token, lock=True)
        job.state, job.undone_at, job.phase = State.UNDONE.value, now, Phase.NONE.value

    unit_of_work(work)


def fail(import_id: UUID, token: str, code: Code, params: Mapping[str, Any]) -> None:
    """Note why a process did not get on. An undoing that failed leaves the import applied."""
    job = queries.job(import_id, lock=True)
    if job is None or job.token != token:
        return
    job.state = (State.APPLIED if job.applied_at is not None else State.FAILED).value
    job.failure, job.failure_params, job.phase = code.name, dict(params), Phase.NONE.value
    if job.applied_at is None:
        job.applied_by_id = None
