"""Two who bring something in at the same moment."""

from __future__ import annotations

import threading
from typing import Any

from server.foundation import clock
from server.foundation.db import unit_of_work
from server.foundation.problems import Problem
from server.imports import queries, runs, service
from server.imports.models import ImportJob, State
from tests.server.imports.conftest import Office

LINES = "employee_no,supervisor_no,valid_from,valid_to\n"


def both(office: Office) -> list[ImportJob]:
    files = (LINES + "N2,N4,2026-11-20,\n", LINES + "N2,N6,2026-11-22,\n")
    return [office.preview(("reporting.csv", one)) for one in files]


def test_one_of_two_that_begin_at_once_is_told_to_wait(office: Office) -> None:
    gate, said = threading.Barrier(2), []

    def begin(job: ImportJob) -> None:
        def work() -> str:
            held = queries.job(job.id, lock=True)
            assert held is not None
            return service.begin(held, State.APPLYING, clock.now())

        gate.wait()
        try:
            office.inside(lambda: unit_of_work(work))
            said.append("begun")
        except Problem as problem:
            said.append(problem.code.name)

    many = [threading.Thread(target=begin, args=(job,)) for job in both(office)]
    for one in many:
        one.start()
    for one in many:
        one.join()
    assert sorted(said) == ["begun", "import_busy"]


def test_whoever_writes_second_looks_again_after_the_first(office: Office, database: str, monkeypatch: Any) -> None:
    one, two = both(office)
    monkeypatch.setattr(service, "refuse_beside_another", lambda *_args, **_more: None)  # as if two had begun

    def begin(job: ImportJob) -> str:
        def work() -> str:
            held = queries.job(job.id, lock=True)
            assert held is not None
            return service.begin(held, State.APPLYING, clock.now())

        return str(office.inside(lambda: unit_of_work(work)))

    tokens = {job.id: begin(job) for job in (one, two)}
    real, ready = queries.take_turn, threading.Barrier(2)
    met: set[int] = set()

    def turn() -> None:
        if threading.get_ident() not in met and not database.startswith("sqlite"):
            met.add(threading.get_ident())
            ready.wait()  # both have planned, neither has looked again
        real()

    monkeypatch.setattr(queries, "take_turn", turn)
    many = [
        threading.Thread(target=lambda job=job: office.inside(lambda: runs.run(job.id, tokens[job.id])))
        for job in (one, two)
    ]
    for each in many:
        each.start()
    for each in many:
        each.join()
    assert sorted(office.job(job.id).state for job in (one, two)) == ["applied", "failed"]
