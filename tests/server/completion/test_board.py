"""HR's board: it counts what the server received, and says since when it has heard nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from server.foundation.db import db
from server.foundation.ids import unshort
from tests.server.evaluations.shift import finish, record_of


def read(floor: Any, cycle: Any = None, **headers: str) -> Any:
    client = floor.client_for(floor.cast.hr)
    return client.get(f"/api/completion/board?cycle_id={(cycle or floor.cast.cycle).id}", headers=headers)


def board(floor: Any) -> dict[str, Any]:
    answer = read(floor)
    assert answer.status_code == 200, answer.get_json()
    shown: dict[str, Any] = answer.get_json()
    return shown


def row(floor: Any, person: Any) -> dict[str, Any]:
    (found,) = [one for one in board(floor)["raters"] if one["rater_id"] == str(person.id)]
    return found


def test_a_fresh_cycle_shows_everybody_and_nothing_received(floor: Any) -> None:
    shown = board(floor)
    assert (shown["total"], shown["submitted"], shown["started"], shown["percent"]) == (3, 0, 0, 0)
    assert (shown["goal_percent"], shown["missing_to_goal"]) == (98, 3)
    assert shown["cycle"]["name_zh"] == "11 月评估"
    assert [one["name_zh"] for one in shown["raters"]] == ["肖静", "梁德胜"], "whoever has more before him comes first"
    hers = shown["raters"][0]
    assert (hers["total"], hers["department_zh"]) == (2, "机加工甲班")
    assert [cell["state"] for cell in hers["cells"]] == ["none", "none"]
    assert shown["departments"] == [
        {"department_id": str(one["department_id"]), "name_zh": one["name_zh"], "name_en": one["name_en"],
         "total": one["total"], "submitted": 0}
        for one in shown["departments"]
    ]  # fmt: skip
    assert sum(one["total"] for one in shown["departments"]) == 3
    assert {one["department_id"] for one in shown["raters"]} <= {one["department_id"] for one in shown["departments"]}


def test_what_lies_on_a_phone_is_not_counted(floor: Any, her: Any, record: str) -> None:
    her.edit(record, "s3", 4)
    hers = row(floor, floor.cast.supervisor)
    assert (hers["started"], hers["submitted"], {cell["state"] for cell in hers["cells"]}) == (0, 0, {"none"})


def test_what_was_received_is_counted_step_by_step(floor: Any, her: Any, record: str) -> None:
    her.push(her.edit(record, "s3", 3))
    hers = row(floor, floor.cast.supervisor)
    assert {c["evaluation_id"]: c["state"] for c in hers["cells"]}[str(unshort(record))] == "half"
    assert (hers["started"], hers["submitted"]) == (1, 0)
    finish(her, record)
    worker = floor.phone(floor.cast.worker)
    worker.push(worker.edit(record, "ans", ["agree"], worker.all("result")[record]["version"]))
    shown = board(floor)
    assert (shown["total"], shown["submitted"], shown["acknowledged"], shown["percent"]) == (3, 1, 1, 33.3)
    assert shown["missing_to_goal"] == 2


def test_a_team_is_complete_with_its_last_receipt_and_says_when(floor: Any, her: Any, record: str) -> None:
    finish(her, record)
    floor.move(minutes=10)
    finish(her, record_of(her, floor.cast.other_worker))
    done_at = floor.clock.now()
    floor.move(days=3)
    hers = row(floor, floor.cast.supervisor)
    assert (hers["group"], hers["reason"], hers["submitted"]) == ("complete", None, 2)
    assert hers["completed_at"] == done_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_phone_that_was_never_heard_of_needs_a_hand_after_a_day(floor: Any) -> None:
    hers = row(floor, floor.cast.supervisor)
    assert (hers["last_contact_at"], hers["queued_count"], hers["group"]) == (None, None, "under_way")
    floor.move(hours=25)
    hers = row(floor, floor.cast.supervisor)
    assert (hers["group"], hers["reason"]) == ("needs_hand", "never_contacted")


def test_silence_is_told_since_the_last_contact(floor: Any, her: Any) -> None:
    heard_at = floor.clock.now()
    floor.move(hours=6)
    hers = row(floor, floor.cast.supervisor)
    assert hers["last_contact_at"] == heard_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert (hers["group"], hers["reason"]) == ("under_way", None)
    floor.move(hours=20)
    hers = row(floor, floor.cast.supervisor)
    assert (hers["group"], hers["reason"]) == ("needs_hand", "silent")


def test_unsent_work_older_than_a_shift_stands_there_with_a_name(floor: Any, her: Any) -> None:
    floor.move(minutes=5)
    request = her.body()
    request[7:9] = [9, 3600]
    assert her.post(request).status_code == 200
    hers = row(floor, floor.cast.supervisor)
    assert (hers["queued_count"], hers["group"]) == (9, "under_way")
    floor.move(hours=8)
    hers = row(floor, floor.cast.supervisor)
    assert (hers["group"], hers["reason"], hers["queued_count"]) == ("needs_hand", "queued_old", 9)


def test_a_case_stands_at_its_rater_until_it_is_decided(floor: Any, her: Any, his: Any, record: str) -> None:
    her.push(her.edit(record, "s3", 4))
    his.push(his.edit(record, "s3", 2))
    hers = row(floor, floor.cast.supervisor)
    assert (hers["open_cases"], hers["group"], hers["reason"]) == (1, "needs_hand", "case_open")
    assert "case" in {cell["state"] for cell in hers["cells"]}
    her.pull()
    ((case, shown),) = her.all("case").items()
    versions = [one[0] for one in shown["candidates"]]
    her.push(her.edit(record, "=s3", [case, versions[1], 2, ""], versions))
    hers = row(floor, floor.cast.supervisor)
    assert (hers["open_cases"], hers["group"]) == (0, "under_way")


def test_a_parked_edit_is_listed_with_its_reason_and_without_its_text(
    floor: Any, her: Any, his: Any, record: str
) -> None:
    edit = his.edit(record, "c3", "不能丢的话")
    floor.move(minutes=1)
    floor.end_delegation()
    his.push(edit)
    answer = read(floor)
    (parked,) = answer.get_json()["parked"]
    assert (parked["evaluation_id"], parked["field"], parked["author_zh"]) == (
        str(unshort(record)),
        "comment/3",
        "梁德胜",
    )
    assert parked["reason"]
    assert "不能丢的话" not in answer.get_data(as_text=True)


def test_an_unchanged_board_is_not_sent_again(floor: Any, her: Any, record: str) -> None:
    first = read(floor)
    tag = first.headers["ETag"]
    floor.move(seconds=3)
    again = read(floor, **{"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == tag
    her.push(her.edit(record, "s3", 4))
    changed = read(floor, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_the_number_of_queries_does_not_grow_with_the_raters(floor: Any, her: Any, record: str) -> None:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    client = floor.client_for(floor.cast.hr)
    url = f"/api/completion/board?cycle_id={floor.cast.cycle.id}"
    with floor.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(url).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    tables = [one for one in said if " evaluation" in one or "device_contact" in one or "FROM person" in one]
    assert len(tables) <= 4, tables
    assert len(said) <= 20, said


@pytest.mark.parametrize("query", ["", "?cycle_id=7", "?cycle_id=", "?cycle_id=%00"])
def test_a_bad_question_is_refused_by_field(floor: Any, query: str) -> None:
    client = floor.client_for(floor.cast.hr)
    answer = client.get("/api/completion/board" + query)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert answer.get_json()["errors"]


@pytest.mark.parametrize(
    ("who", "told"),
    [("worker", (403, "not_allowed")), ("admin", (403, "not_allowed")), ("stranger", (404, "not_found"))],
)
def test_a_board_is_not_for_whoever_has_no_team_in_it(floor: Any, who: str, told: tuple[int, str]) -> None:
    answer = floor.client_for(getattr(floor.cast, who)).get(f"/api/completion/board?cycle_id={floor.cast.cycle.id}")
    assert (answer.status_code, answer.get_json()["code"]) == told


@pytest.mark.parametrize(("who", "teams"), [("supervisor", ["肖静"]), ("manager", ["肖静", "梁德胜"])])
def test_a_superior_sees_the_board_of_everybody_below_and_no_parked_edit(
    floor: Any, her: Any, record: str, who: str, teams: list[str]
) -> None:
    worker = floor.phone(floor.cast.worker)
    worker.push(worker.edit(record, "s3", 5))
    assert board(floor)["parked"]
    client = floor.client_for(getattr(floor.cast, who))
    shown = client.get(f"/api/completion/board?cycle_id={floor.cast.cycle.id}").get_json()
    assert [one["name_zh"] for one in shown["raters"]] == teams
    assert shown["parked"] == []


def test_an_unknown_cycle_and_one_of_another_plant_are_not_found(floor: Any) -> None:
    client = floor.client_for(floor.cast.hr)
    for cycle_id in (UUID(int=7), floor.cast.south.cycle.id):
        answer = client.get(f"/api/completion/board?cycle_id={cycle_id}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_the_board_writes_nothing(floor: Any) -> None:
    with floor.app.app_context():
        engine = db.engine
    before = _rows(engine)
    assert read(floor).status_code == 200
    after = _rows(engine)
    assert {name: count for name, count in after.items() if count != before[name]}.keys() <= {"auth_session", "device"}


def _rows(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) or 0
            for name in sa.inspect(engine).get_table_names()
        }


def test_a_draft_has_an_empty_board(floor: Any) -> None:
    client = floor.client_for(floor.cast.hr)
    now = floor.clock.now()
    plan = {
        "name_zh": "12 月评估", "name_en": "December", "period_from": "2026-12-01", "period_to": "2026-12-31",
        "deadline_at": (now + timedelta(days=40)).isoformat(), "department_ids": [str(floor.cast.shift.id)],
    }  # fmt: skip
    made = client.post("/api/cycles", json=plan).get_json()
    shown = client.get(f"/api/completion/board?cycle_id={made['id']}").get_json()
    assert (shown["total"], shown["percent"], shown["missing_to_goal"], shown["raters"]) == (0, 0, 0, [])
