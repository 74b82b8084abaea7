"""gemba import, imports, import-undo; and the process that a server's import runs in."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from server.cli.failures import Refused
from server.cli.opened import application
from server.foundation import clock
from server.foundation import migrate as migrations
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import TenantId, new_id
from server.foundation.locales import say
from server.foundation.problems import Problem
from server.identity import queries as accounts
from server.identity import service as identity
from server.identity.models import Tenant
from server.imports import bounds, consent, progress, queries, runs, service
from server.imports.models import ImportFile, ImportJob, ImportPart, Part, State
from server.imports.phones import Choice
from server.imports.plan import What
from server.imports.records import Finding, Place, Weight
from server.imports.wording import sentence
from server.people import queries as people

ENDINGS: Final = (".csv", ".txt", ".xlsx")
PLANT: Final = "plant"
SHOWN_MAX: Final = 40
AHEAD: Final = 10


def run_job(asked: argparse.Namespace) -> int:
    """Do one step of a server's import, after the phones and within bounds."""
    os.nice(AHEAD)
    bounds.bind_process()
    import_id = UUID(asked.import_id)
    with (
        application(),
        tenant_context(TenantId(UUID(asked.tenant_id))),
        progress.beating(import_id, asked.token),
    ):
        return 0 if runs.run(import_id, asked.token) else 1


# ---- gemba import -------------------------------------------------------------------------------


def bring_in(asked: argparse.Namespace) -> int:
    """Show what a set of files would change, and apply it."""
    files = _files([Path(one) for one in asked.paths])
    with application():
        with db.engine.connect() as connection:
            migrations.refuse_unknown(connection)
            is_new = migrations.current(connection) is None
        if is_new:
            migrations.upgrade(db.engine)
        plants = {plant.code: plant.id for plant in accounts.tenants()}
        session().close()
        if plants:
            with tenant_context(_one_of(plants, asked.plant)):
                return _bring_in(asked, files, founded=False)
        return _found(asked, files)


def _files(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.iterdir() if one.suffix.lower() in ENDINGS and one.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise Refused(f"{path} is not there.")
    if not found:
        raise Refused("There is no file to bring in: CSV or XLSX.")
    if sum(one.stat().st_size for one in found) > service.BYTES_MAX or len(found) > service.FILES_MAX:
        raise Refused(f"At most {service.FILES_MAX} files and {service.BYTES_MAX // 2**20} MB at once.")
    return [(one.name, one.read_bytes()) for one in found]


def _one_of(plants: dict[str, TenantId], code: str | None) -> TenantId:
    wanted = code or (next(iter(plants)) if len(plants) == 1 else None)
    if wanted not in plants:
        raise Refused(f"Say --plant with one of: {', '.join(plants)}.")
    return plants[wanted]


def _found(asked: argparse.Namespace, files: list[tuple[str, bytes]]) -> int:
    """Found a plant and fill it; one that could not be filled is taken away again."""
    try:
        ZoneInfo(asked.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refused(f"{asked.time_zone} is no time zone.") from error
    code, tenant_id, name = asked.plant or PLANT, TenantId(new_id()), asked.name or asked.plant or PLANT
    with tenant_context(tenant_id):
        made = partial(identity.create_tenant, code=code, name_zh=name, name_en=name, tenant_id=tenant_id)
        unit_of_work(lambda: made(time_zone=asked.time_zone))
        ended = 1
        try:
            ended = _bring_in(asked, files, founded=True)
        finally:
            session().rollback()
            session().close()
            is_filled = any(job.applied_at for job in queries.jobs())
            session().close()
            if not is_filled:
                unit_of_work(lambda: _take_away(tenant_id))
        if is_filled and asked.name is None:
            unit_of_work(lambda: _name_after_top(tenant_id))
        if is_filled:
            print(f"Plant {code} is founded. {_who_is_first()}")
    return ended


def _take_away(tenant_id: TenantId) -> None:
    for table in (ImportPart, ImportFile, ImportJob):
        session().execute(sa.delete(table))
    session().execute(sa.delete(Tenant).where(Tenant.id == tenant_id))


def _name_after_top(tenant_id: TenantId) -> None:
    tops = [one for one in people.departments() if one.parent_id is None]
    plant = session().get(Tenant, tenant_id)
    if plant is not None and len(tops) == 1:
        plant.name_zh, plant.name_en = tops[0].name_zh, tops[0].name_en


def _who_is_first() -> str:
    now = clock.now()
    granted = people.granted_roles(people.day_of(now))
    first = [one for one in people.by_id(granted).values() if granted[one.id] & {"admin", "hr"}]
    if not first:
        return "Nobody in it is HR or an administrator: gemba user grant NUMBER --role admin makes one."
    number = min(one.employee_no for one in first)
    return f"A one-time code to sign in with: gemba user reset {number}."


def _bring_in(asked: argparse.Namespace, files: list[tuple[str, bytes]], *, founded: bool) -> int:
    import_id, token = unit_of_work(lambda: _created(asked, files))
    session().close()
    runs.run(import_id, token)
    job = _read(import_id)
    if State(job.state) is not State.READY:
        raise Refused(_why(job))
    _show(job, asked.language)
    if job.errors:
        print(f"Nothing was changed: {job.errors} errors. Mend the files and import again.", file=sys.stderr)
        return 1
    if not _is_wanted(asked, founded):
        print("Nothing was changed.")
        return 0
    said = consent.Asked(
        consent.preview_of(job), Choice(asked.phones) if asked.phones else None, _leaving(asked, job), is_admin=True
    )
    try:
        token = unit_of_work(lambda: _start_applying(import_id, said))
    except Problem as problem:
        raise Refused(say(f"problem_{problem.code.name}", "en", problem.params)) from problem
    session().close()
    if not runs.run(import_id, token):
        raise Refused(_why(_read(import_id)))
    print(f"Applied. To take it back: gemba import-undo {import_id}")
    return 0


def _created(asked: argparse.Namespace, files: list[tuple[str, bytes]]) -> tuple[UUID, str]:
    try:
        made = service.create(files, since=asked.since, complete=asked.complete, by=None)
    except Problem as problem:
        raise Refused(say(f"problem_{problem.code.name}", "en", problem.params)) from problem
    return made.id, made.token


def _start_applying(import_id: UUID, said: consent.Asked) -> str:
    job = queries.job(import_id, lock=True)
    assert job is not None
    return service.start_applying(job, said, by=None, now=clock.now())


def _leaving(asked: argparse.Namespace, job: ImportJob) -> int | None:
    """How many leave, as a person says it."""
    if asked.leaving is None and job.options.get("leaving") and not asked.yes:
        typed = input("More than a fifth would leave. How many? ").strip()
        return int(typed) if typed.isdecimal() else None
    told: int | None = asked.leaving
    return told


def _is_wanted(asked: argparse.Namespace, founded: bool) -> bool:
    """Whether to apply. Into an empty database there is nothing to lose; else a person says so."""
    if asked.yes:
        return True
    if not sys.stdin.isatty():
        print("Not applied: say --yes.")
        return False
    return founded or input("Apply this? y/N ").strip().lower() in ("y", "yes")


def _read(import_id: UUID) -> ImportJob:
    job = queries.job(import_id)
    assert job is not None
    session().close()
    return job


def _why(job: ImportJob) -> str:
    told = say(f"problem_{job.failure}", "en", job.failure_params)
    stands = [
        f"{one['table']} {one['key']}" + (f" on {one['on_table']} {one['on_key']}" if one["on_table"] else "")
        for one in job.failure_params.get("stands", ())
    ]
    return f"{told} {', '.join(stands)}".strip()


def _show(job: ImportJob, language: Any) -> None:
    for one in queries.parts(job.id, Part.FINDING):
        found = Finding(one["code"], Weight(one["weight"]), Place(**one["place"]), one["params"])
        if found.weight is not Weight.NOTE or not job.errors:
            print(f"{found.weight}: {sentence(found, language)}")
    shown = 0
    for one in queries.parts(job.id, Part.CHANGE):
        if one["what"] in (What.MOVED, What.LEFT, What.CHANGED) and shown < SHOWN_MAX:
            shown += 1
            told = "; ".join(f"{d['name']} {d['before'] or '-'} -> {d['after'] or '-'}" for d in one["differences"])
            day = f" from {one['on']}" if one["on"] else ""
            print(f"{one['what']}: {one['kind']} {one['key']} {one['label']}{day}: {told}")
    for phone in service.phones(job, clock.now()):
        since = f", the oldest since {phone.oldest_queued_at:%Y-%m-%d %H:%M} UTC" if phone.oldest_queued_at else ""
        print(
            f"waiting: {phone.name_zh} ({phone.employee_no}) holds {phone.queued_count} unsent changes on"
            f" {phone.device_label or 'a phone'}{since}; about {', '.join(phone.about)} or others"
        )
    for kind, counts in job.counts.items():
        print(f"{kind}: " + ", ".join(f"{count} {what}" for what, count in counts.items() if count))
    print(f"{job.errors} errors, {job.doubts} doubts.")
    session().close()


# ---- gemba imports, import-undo -----------------------------------------------------------------


@contextmanager
def _plant(asked: argparse.Namespace) -> Iterator[datetime]:
    with application():
        plants = {plant.code: plant.id for plant in accounts.tenants()}
        session().close()
        if not plants:
            raise Refused("There is no plant yet.")
        with tenant_context(_one_of(plants, asked.plant)):
            yield clock.now()


def list_imports(asked: argparse.Namespace) -> int:
    """List the last imports: id, state, when, files, how much."""
    with _plant(asked) as now:
        for job in queries.jobs():
            counted = sum(
                count for counts in job.counts.values() for what, count in counts.items() if what != "unchanged"
            )
            names = ", ".join(str(one["name"]) for one in job.files)
            state = service.shown_state(job, now).value
            print(f"{job.id}\t{state}\t{job.created_at:%Y-%m-%d %H:%M} UTC\t{counted} changes\t{names}")
    return 0


def undo(asked: argparse.Namespace) -> int:
    """Take an import back."""
    with _plant(asked) as now:
        try:
            import_id = UUID(asked.id)
        except ValueError as error:
            raise Refused("This is no id: gemba imports shows them.") from error

        def work() -> str:
            job = queries.job(import_id, lock=True)
            if job is None:
                raise Refused("There is no such import: gemba imports shows them.")
            return service.start_undoing(job, by=None, is_admin=True, now=now)

        try:
            token = unit_of_work(work)
        except Problem as problem:
            raise Refused(say(f"problem_{problem.code.name}", "en", problem.params)) from problem
        session().close()
        if not runs.run(import_id, token):
            raise Refused(_why(_read(import_id)))
        print("Taken back: everything is as it was before.")
    return 0
