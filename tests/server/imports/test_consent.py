"""What more than the right to import is needed: an administrator's hand, a typed number, the preview that was seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from server.foundation.db import session, unit_of_work
from server.imports.models import ImportFile
from server.people.models import Role, RoleGrant
from tests.server.hostile.knock import knock
from tests.server.imports.conftest import Office
from tests.server.imports.test_doors import apply, body, held, step  # noqa: F401

HEAD = "employee_no,name_zh,department,job,left_on\n"
ADMIN = HEAD + "N8,钟海波,H,OFF,2026-11-20\n"
BACK = HEAD + "N8,钟海波,H,OFF,\n"
FOUR = HEAD + "N1,肖静,WA,SUP,\n"


@pytest.fixture
def bring(step: Callable[[], bool]) -> Callable[..., str]:  # noqa: F811
    """A preview of one list of people, made by somebody; its id."""

    def made(client: Any, text: str, **options: Any) -> str:
        answer = knock(client, "POST", "/api/imports", json=body(("people.csv", text.encode()), **options))
        assert step()
        return str(answer.get_json()["id"])

    return made


@pytest.fixture
def second(office: Office, cast: Any) -> None:
    """Another administrator, so that N8 is not the last."""
    make_admin(office, cast)


def make_admin(office: Office, cast: Any) -> None:
    granted = {"person_id": cast.neighbour.id, "role": Role.ADMIN.value, "department_id": None}
    granted |= {"valid_from": cast.cycle.period_from, "valid_to": None}
    office.inside(lambda: unit_of_work(lambda: session().add(RoleGrant(**granted))))


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json().get("code", "")


def found(client: Any, import_id: str) -> set[str]:
    items = knock(client, "GET", f"/api/imports/{import_id}/findings").get_json()["items"]
    return {one["code"] for one in items}


def test_the_last_administrator_stays(cast: Any, client_for: Any, bring: Any) -> None:
    admin = client_for(cast.admin)
    import_id = bring(admin, ADMIN)
    assert "last_admin" in found(admin, import_id)
    assert code(apply(admin, import_id)) == (409, "import_errors")


@pytest.mark.usefixtures("second")
def test_only_an_administrator_puts_one_out_and_lets_one_in(
    cast: Any,
    client_for: Any,
    bring: Any,
    step: Callable[[], bool],  # noqa: F811
) -> None:
    hr, admin = client_for(cast.hr), client_for(cast.neighbour)
    import_id = bring(hr, ADMIN)
    assert "admin_by_admin" in found(hr, import_id)
    assert code(apply(hr, import_id)) == (403, "import_admins")
    assert apply(admin, import_id).status_code == 202
    assert step()
    assert code(knock(hr, "POST", f"/api/imports/{import_id}/undo")) == (403, "import_admins")
    assert code(apply(hr, bring(hr, BACK))) == (403, "import_admins")
    assert knock(admin, "POST", f"/api/imports/{import_id}/undo").status_code == 202
    assert step()
    assert knock(admin, "GET", f"/api/imports/{import_id}").get_json()["state"] == "undone"


def test_an_undoing_leaves_an_administrator(office: Office, cast: Any) -> None:
    make_admin(office, cast)
    gone = office.bring_in(("people.csv", ADMIN))
    back = office.bring_in(("people.csv", BACK))
    assert (gone.state, back.state) == ("applied", "applied")
    office.bring_in(("people.csv", HEAD + f"{cast.neighbour.employee_no},{cast.neighbour.name_zh},WB,SUP,2026-11-20\n"))
    back = office.undo(back)
    assert (back.state, back.failure) == ("applied", "import_last_admin")


def test_many_who_leave_are_said_as_a_number(
    cast: Any,
    client_for: Any,
    bring: Any,
    step: Callable[[], bool],  # noqa: F811
) -> None:
    hr = client_for(cast.hr)
    import_id = bring(hr, HEAD + "N2,汤雨桐,WA,OPR,2026-11-20\nN3,x,WA,OPR,2026-11-20\n")
    shown = knock(hr, "GET", f"/api/imports/{import_id}").get_json()
    assert (shown["leaving"], "many_leave" in found(hr, import_id)) == (2, True)
    assert code(apply(hr, import_id)) == (409, "import_leaving")
    assert code(apply(hr, import_id, leaving=3)) == (409, "import_leaving")
    assert apply(hr, import_id, leaving=2).status_code == 202
    assert step()
    few = bring(hr, HEAD + "N5,x,WB,OPR,2026-11-20\n")
    assert knock(hr, "GET", f"/api/imports/{few}").get_json()["leaving"] == 0


def test_a_list_that_is_cut_off_does_not_empty_the_plant(cast: Any, client_for: Any, bring: Any) -> None:
    hr = client_for(cast.hr)
    import_id = bring(hr, FOUR, complete=True)
    assert knock(hr, "GET", f"/api/imports/{import_id}").get_json()["leaving"] > 2
    assert "last_admin" in found(hr, import_id)


def test_what_is_applied_is_the_preview_that_was_seen(
    cast: Any,
    client_for: Any,
    bring: Any,
    step: Callable[[], bool],  # noqa: F811
) -> None:
    hr = client_for(cast.hr)
    import_id = bring(hr, HEAD + "N30,甲,WA,OPR,\nN31,乙,WA,OPR,\n")
    seen = knock(hr, "GET", f"/api/imports/{import_id}").get_json()["preview"]
    (table,) = knock(hr, "GET", f"/api/imports/{import_id}/tables").get_json()["items"]
    fields = {one["letter"]: one["field"] for one in table["columns"] if one["field"] not in (None, "left_on")}
    other = {"mappings": {table["signature"]: {"kind": "people", "fields": fields}}}
    assert knock(hr, "PUT", f"/api/imports/{import_id}/mappings", json=other).status_code == 202
    assert step()
    assert code(apply(hr, import_id, preview=seen)) == (409, "import_preview_other")
    assert knock(hr, "POST", f"/api/imports/{import_id}/apply", json={}).status_code == 422
    assert apply(hr, import_id).status_code == 202


@pytest.mark.parametrize("who", ["hr", "admin"])
def test_values_in_a_file_are_for_hr_alone(
    cast: Any,
    client_for: Any,
    step: Callable[[], bool],  # noqa: F811
    who: str,
) -> None:
    hr, other = client_for(cast.hr), client_for(getattr(cast, who))
    values = b"employee_no,indicator,period,value\nN2,OUT,2026-11-01..2026-11-15,77.77\n"
    files = body(("v.csv", values), ("people.csv", (HEAD + "N30,x,WA,OPR,\n").encode()))
    import_id = knock(hr, "POST", "/api/imports", json=files).get_json()["id"]
    assert step()
    at = f"/api/imports/{import_id}"
    shown = [knock(other, "GET", f"{at}/{part}").get_data(as_text=True) for part in ("changes", "findings", "tables")]
    assert ["77.77" in one for one in shown] == [who == "hr"] * 3
    assert ["N30" in one for one in shown] == [True, False, True]
    (signature,) = {one["signature"] for one in knock(hr, "GET", f"{at}/tables").get_json()["items"][:1]}
    as_chips = {"mappings": {signature: {"kind": "chips", "fields": {"A": "band", "D": "zh"}}}}
    assert knock(other, "PUT", f"{at}/mappings", json=as_chips).status_code == (202 if who == "hr" else 403)


def test_files_that_nobody_applies_are_deleted_after_a_week(
    office: Office, cast: Any, client_for: Any, bring: Any, clock: Any
) -> None:
    def kept() -> int:
        count = sa.select(sa.func.count()).select_from(ImportFile)
        return int(office.inside(lambda: session().execute(count).scalar()))

    import_id = bring(client_for(cast.hr), FOUR)
    clock.move(timedelta(days=6))
    assert knock(client_for(cast.hr), "GET", "/api/imports").get_json()[0]["state"] == "ready"
    assert kept() == 1
    clock.move(timedelta(days=2))
    hr = client_for(cast.hr)
    (shown,) = knock(hr, "GET", "/api/imports").get_json()
    assert (shown["state"], shown["failure"], kept()) == ("failed", "import_forgotten", 0)
    again = knock(hr, "PUT", f"/api/imports/{import_id}/mappings", json={"mappings": {}})
    assert code(again) == (409, "import_forgotten")
    assert code(apply(hr, import_id)) == (409, "import_state")
