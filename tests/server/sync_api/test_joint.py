"""Pushes that wait together: one unit of work, each answered for itself, none of them for another's fault."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from phones import Phone

from server.foundation import db as seam
from server.foundation.db import session
from server.sync_api import joint
from server.sync_api.models import FieldHistory, LoggedMutation


def together(plant: Any, monkeypatch: pytest.MonkeyPatch, works: list[Callable[[], Any]]) -> tuple[list[Any], int]:
    """Do these at once, the first unit of work being held until the others wait. Answers, and units of work."""
    all_wait, units = threading.Event(), 0
    real = joint.unit_of_work

    def held(work: Callable[[], Any]) -> Any:
        nonlocal units
        units += 1
        all_wait.wait(20)
        return real(work)

    monkeypatch.setattr(joint, "unit_of_work", held)
    answers: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        answers[place] = works[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    counter = joint._counters.setdefault(plant.ann.tenant_id, joint._Counter())
    while len(counter.waiting) < len(works):
        threads[0].join(0.01)
    all_wait.set()
    for thread in threads:
        thread.join(30)
    return answers, units


def pushing(phone: Phone, *edits: tuple[str, list[Any]]) -> Callable[[], Any]:
    return lambda: phone.push(*edits)


def test_phones_that_wait_together_share_a_commit_and_each_gets_its_own_receipts(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, other = plant.note(plant.ann), plant.note(plant.bo)
    ann, bo = plant.phone(plant.ann), plant.phone(plant.bo)
    mine = [ann.edit(record, "s1", 4), ann.edit(record, "s2", 3)]
    his = [bo.edit(other, "s1", 2)]
    answers, units = together(plant, monkeypatch, [pushing(ann, *mine), pushing(bo, *his)])
    assert units == 1
    assert answers == [{1: ["a"], 2: ["a"]}, {1: ["a"]}]
    assert plant.held(record, "score/1").value == 4
    assert plant.held(other, "score/1").value == 2


def test_two_who_scored_the_same_without_seeing_each_other_meet_in_a_case_within_one_commit(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = plant.note(plant.ann, plant.bo)
    ann, bo = plant.phone(plant.ann), plant.phone(plant.bo)
    answers, units = together(
        plant, monkeypatch, [pushing(ann, ann.edit(record, "s1", 4)), pushing(bo, bo.edit(record, "s1", 2))]
    )
    assert units == 1
    assert sorted(answer[1][0] for answer in answers) == ["a", "c"]
    case = plant.held(record, "score/1").case
    assert case is not None
    assert {one.value for one in case.candidates} == {4, 2}


def test_the_same_push_twice_at_once_has_one_effect(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    record = plant.note(plant.ann)
    phone = plant.phone(plant.ann)
    again = Phone(plant.client_for(plant.ann, phone.device), plant.ann, phone.device)
    edit = phone.edit(record, "s1", 4)
    answers, _ = together(plant, monkeypatch, [pushing(phone, edit), pushing(again, edit)])
    assert answers == [{1: ["a"]}, {1: ["a"]}]

    def count() -> tuple[int, int]:
        return tuple(  # type: ignore[return-value]
            session().execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (LoggedMutation, FieldHistory)
        )

    assert plant.at_work(plant.ann, count) == (1, 1)


def test_a_poison_edit_of_one_phone_parks_nothing_of_another(
    plant: Any, notebook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook.poison = "poison"
    record, other = plant.note(plant.ann), plant.note(plant.bo)
    ann, bo = plant.phone(plant.ann), plant.phone(plant.bo)
    works = [pushing(ann, ann.edit(record, "c1", "poison")), pushing(bo, bo.edit(other, "s1", 2))]
    answers, _ = together(plant, monkeypatch, works)
    assert answers == [{1: ["p", "invalid"]}, {1: ["a"]}]


def test_what_goes_wrong_for_one_push_costs_the_others_nothing(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    record, other = plant.note(plant.ann), plant.note(plant.bo)
    ann, bo = plant.phone(plant.ann), plant.phone(plant.bo)
    real = joint.receive_all

    def fail_for_ann(deliveries: Any, *carefully: bool) -> Any:
        if any(one.actor.person_id == plant.ann.id for one in deliveries):
            raise RuntimeError("bug")
        return real(deliveries, *carefully)

    monkeypatch.setattr(joint, "receive_all", fail_for_ann)
    edit = ann.edit(record, "s1", 4)
    works = [lambda: ann.post(ann.body(edit)).status_code, pushing(bo, bo.edit(other, "s1", 2))]
    answers, _ = together(plant, monkeypatch, works)
    assert answers == [500, {1: ["a"]}]


def test_nothing_is_acknowledged_that_is_rolled_back(app: Flask, plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    record, other = plant.note(plant.ann), plant.note(plant.bo)
    ann, bo = plant.phone(plant.ann), plant.phone(plant.bo)

    def fail(_changes: Any) -> None:
        raise RuntimeError("the last act before the commit")

    edits = [(ann, ann.edit(record, "s1", 4)), (bo, bo.edit(other, "s1", 2))]
    with monkeypatch.context() as broken:
        broken.setattr(seam, "_hooks", [fail])
        works = [lambda p=p, e=e: p.post(p.body(e)).status_code for p, e in edits]
        answers, _ = together(plant, broken, works)
    assert answers == [500, 500]
    assert plant.held(record, "score/1").value is None
    assert [phone.push(edit) for phone, edit in edits] == [{1: ["a"]}, {1: ["a"]}]
