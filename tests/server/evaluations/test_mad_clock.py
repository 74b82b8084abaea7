"""A phone whose clock says nonsense: the edit counts, the log keeps what was sent, no screen is given it."""

from typing import Any

import pytest
import sqlalchemy as sa
from phones import Phone

from server.foundation.db import session
from server.foundation.ids import unshort
from server.sync_api.columns import CANDIDATE_COLUMNS
from server.sync_api.models import LoggedMutation

YEAR_275760 = 8_640_000_000_000_000
YEAR_10000 = 253_402_300_800_000


def pushed_at(phone: Phone, record: str, value: int, at: int, *, dt: int = 0, base: Any = 0) -> list[Any]:
    """The receipt of one score that the phone's clock places at `at` + `dt`."""
    phone.n += 1
    body = phone.body((record, [phone.n, dt, "s3", value, base]))
    body[6][1] = at
    response = phone.post(body)
    assert response.status_code == 200, response.get_data(as_text=True)
    return phone.take(response.get_json())[phone.n]


@pytest.mark.parametrize(
    ("at", "dt", "kept"),
    [
        (YEAR_275760, 0, YEAR_275760),
        (YEAR_10000, 0, YEAR_10000),
        (-1, 0, -1),
        (-(2**53), -(2**53), -(2**54)),
        (0, 2**60, 2**60),
        (2**60, 0, 2**60),
        (2**63, 2**63, 2**63 - 1),
        (-(2**63), -(2**63), -(2**63)),
    ],
)
def test_an_edit_with_a_nonsensical_time_counts_and_the_time_stays_in_the_log_alone(
    floor: Any, her: Phone, his: Phone, record: str, at: int, dt: int, kept: int
) -> None:
    assert pushed_at(her, record, 2, at, dt=dt) == ["a"]
    assert his.push(his.edit(record, "s3", 4))[1][0] == "c"
    her.pull()
    (case,) = her.all("case").values()
    hers, his_side = (dict(zip(CANDIDATE_COLUMNS, one, strict=False)) for one in case["candidates"])
    assert hers["device_time"] == max(0, min(kept, YEAR_10000 - 1)), "the nearest that can be shown"
    assert his_side["device_time"] == his.t0 + 1000

    (step, *_) = her.client.get(f"/api/evaluations/{unshort(record)}/history?field=score/3").get_json()
    assert (step["device_time"], step["offline_ms"]) == (None, None)

    query = sa.select(LoggedMutation.device_time).where(LoggedMutation.author == floor.cast.supervisor.id)
    assert floor.at_work(lambda: session().execute(query).scalar_one()) == kept


def test_a_clock_that_is_a_year_off_is_shown_as_it_stands(her: Phone, record: str) -> None:
    year = 365 * 24 * 3600 * 1000
    assert pushed_at(her, record, 2, her.t0 - year) == ["a"]
    (step,) = her.client.get(f"/api/evaluations/{unshort(record)}/history?field=score/3").get_json()
    assert step["device_time"] == her.t0 - year
    assert step["offline_ms"] > year * 0.99
