"""A phone with a good login and bad intent, or a broken one: each of its edits gets a receipt, or the request a problem
with a code; the neighbours in the same request take effect, nothing is lost, and nothing is the server's fault.
"""

import gzip
import os
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import new_id, short, unshort
from server.sync_api.models import DeviceContact, FieldHistory, LoggedMutation, MutationVariant


class Ann:
    """Her phone, a note of hers, and an honest edit that travels with every bad one."""

    def __init__(self, plant: Any) -> None:
        self.plant = plant
        self.note = plant.note(plant.ann)
        self.phone = plant.phone(plant.ann)
        self.phone.pull()

    def beside(self, *bad: tuple[str, list[Any]], writers: list[str] | None = None) -> dict[int, list[Any]]:
        """The receipts of the bad ones; the honest one beside them must have taken effect."""
        good = self.phone.edit(self.note, "s5", 4)
        receipts = self.phone.push(*bad[: len(bad) // 2], good, *bad[len(bad) // 2 :], writers=writers)
        assert receipts.pop(good[1][0]) == ["a"]
        assert self.phone.field(self.note, "s5")[0] == 4
        return receipts

    def logged(self, n: int) -> LoggedMutation:
        """What the server keeps of one of her edits."""
        query = sa.select(LoggedMutation).where(
            LoggedMutation.device == unshort(self.phone.device), LoggedMutation.n == n
        )
        found: LoggedMutation = self.plant.at_work(self.plant.ann, lambda: session().execute(query).scalar_one())
        return found

    def count(self, table: Any) -> int:
        """Rows of a table in her plant."""
        query = sa.select(sa.func.count()).select_from(table)
        found: int = self.plant.at_work(self.plant.ann, lambda: session().execute(query).scalar_one())
        return found


@pytest.fixture
def ann(plant: Any) -> Ann:
    return Ann(plant)


def test_a_forged_author_is_refused_before_anything_is_read(ann: Ann, plant: Any) -> None:
    bo = plant.phone(plant.bo)
    body = ann.phone.body(ann.phone.edit(ann.note, "s1", 5))
    body[6][0] = bo.author
    answer = ann.phone.post(body)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "author_mismatch")
    assert ann.count(LoggedMutation) == 0
    assert plant.held(ann.note, "score/1").value is None


def test_anothers_version_as_ones_own_device_changes_no_author(ann: Ann, plant: Any) -> None:
    """She says that her phone is Bo's: what she writes is hers all the same, and Bo's numbers stay free."""
    bo = plant.phone(plant.bo)
    ann.phone.device = bo.device
    assert ann.phone.push(ann.phone.edit(ann.note, "s1", 2)) == {1: ["a"]}
    note = plant.note(plant.bo)
    assert bo.push(bo.edit(note, "s1", 5)) == {1: ["a"]}
    assert plant.held(note, "score/1").value == 5


def test_ids_of_another_plant_are_no_records_here_and_no_bases(ann: Ann, plant: Any) -> None:
    eve = plant.phone(plant.eve)
    theirs = plant.at_work(plant.eve, lambda: plant.note(plant.eve))
    eve.push(eve.edit(theirs, "s1", 1))
    receipts = ann.beside(
        ann.phone.edit(theirs, "s1", 5),
        ann.phone.edit(ann.note, "s1", 3, eve.version(1)),
        ann.phone.edit(ann.note, "=s2", [theirs, None, 3, ""], eve.version(1)),
    )
    assert receipts[1] == ["p", "no_such_record"]
    assert receipts[2][0] == "h", "a base of another plant never arrived here"
    assert receipts[3][0] in ("h", "p")
    assert plant.held(ann.note, "score/1").value is None
    assert ann.logged(1).asked == [5], "kept as evidence"


def test_a_used_number_with_other_content_is_kept_beside_and_changes_nothing(ann: Ann, plant: Any) -> None:
    first = ann.phone.edit(ann.note, "s1", 4)
    ann.phone.push(first)
    forged = [(ann.note, [1, 1000, "s1", value, 0]) for value in (1, 2, 3)]
    ann.phone.n = 10
    for one in forged:
        assert ann.beside(one) == {1: ["i"]} if one is forged[0] else ann.phone.push(one) == {1: ["i"]}
    assert plant.held(ann.note, "score/1").value == 4
    assert ann.count(MutationVariant) == 3
    assert ann.phone.push(first) == {1: ["a"]}


def test_two_contents_under_one_number_in_one_request(ann: Ann, plant: Any) -> None:
    n = 7
    body = ann.phone.body((ann.note, [n, 0, "s1", 4, 0]), (ann.note, [n, 0, "s1", 2, 0]))
    receipts = ann.phone.post(body).get_json()[5]
    assert receipts == [[n, "a"], [n, "i"]]
    assert plant.held(ann.note, "score/1").value == 4


def test_ten_thousand_edits_at_once_are_refused_and_the_honest_ones_follow(ann: Ann) -> None:
    many = [[n, 0, "s1", 1 + n % 5] for n in range(1, 10_001)]
    for body in (
        [1, ann.phone.device, "", "n", "", [], [ann.phone.author, 0, [], [[ann.note, many]]], 10_000, 0],
        [
            1,
            ann.phone.device,
            "",
            "n",
            "",
            [],
            [ann.phone.author, 0, [], [[ann.note, [one]] for one in many]],
            10_000,
            0,
        ],
    ):
        answer = ann.phone.post(body)
        assert (answer.status_code, answer.get_json()["code"]) in ((422, "sync_malformed"), (413, "too_large"))
    assert ann.count(LoggedMutation) == 0
    assert ann.beside() == {}


@pytest.mark.soak
@pytest.mark.skipif(not os.environ.get("GEMBA_SOAK"), reason="the long form, run by make soak-real")
def test_ten_thousand_edits_one_push_after_the_other_are_all_in_the_log(ann: Ann, plant: Any) -> None:
    for start in range(1, 10_001, 50):
        edits = [(ann.note, [n, 0, "s1", 1 + n % 5, n - 1]) for n in range(start, start + 50)]
        assert {receipt[0] for receipt in ann.phone.push(*edits).values()} == {"a"}
    assert ann.count(LoggedMutation) == ann.count(FieldHistory) == 10_000
    assert plant.held(ann.note, "score/1").version.n == 10_000


YEARS = {1970: 0, 2099: 4_070_908_800_000, 9999: 253_402_300_799_000, "before time": -(2**60), "no calendar": 2**62}


@pytest.mark.parametrize("year", YEARS)
def test_no_clock_is_a_reason_to_refuse(ann: Ann, plant: Any, year: Any) -> None:
    ann.phone.t0 = YEARS[year]
    assert ann.beside(ann.phone.edit(ann.note, "s1", 3), ann.phone.edit(ann.note, "c1", "同一句")) == {
        1: ["a"],
        2: ["a"],
    }
    bo_note = plant.held(ann.note, "score/1")
    assert bo_note.value == 3
    assert bo_note.received_at > 1_700_000_000_000, "beside the phone's time stands the server's"


def test_a_base_that_never_existed_is_held_and_delays_nobody(ann: Ann) -> None:
    nowhere = f"{short(new_id())}.{short(new_id())}.99"
    ann.phone.n = 40
    receipts = ann.beside(
        ann.phone.edit(ann.note, "s1", 3, nowhere),
        ann.phone.edit(ann.note, "s2", 3, f"{ann.phone.writer}.7"),
        ann.phone.edit(ann.note, "g3", ["-", "q1"], [nowhere, nowhere]),
    )
    assert receipts[41] == ["h", nowhere]
    assert receipts[42] == ["h", f"{ann.phone.writer}.7"]
    assert receipts[43][0] in ("h", "s", "a")
    assert ann.logged(41).asked == [3]


def test_an_edit_built_on_itself_or_on_a_later_one_of_the_same_phone_is_parked(ann: Ann) -> None:
    one, other = (ann.note, [1, 0, "s1", 3, 2]), (ann.note, [2, 0, "s1", 4, 1])
    itself = (ann.note, [3, 0, "s2", 4, 3])
    ann.phone.n = 3
    receipts = ann.beside(one, other, itself)
    assert receipts[1] == receipts[3] == ["p", "invalid"]
    assert receipts[2][0] in ("a", "h"), "a parked base stands for its own, and the loop has no end to wait for"


@pytest.mark.parametrize("code", ["z1", "s0", "s6", "s99", "salary", "status", "answer", "__proto__", "s１", "", "=z1"])
def test_a_field_that_does_not_exist_is_parked_with_what_was_in_it(ann: Ann, code: str) -> None:
    assert ann.beside(ann.phone.edit(ann.note, code, 5)) == {1: ["p", "invalid"]}
    kept = ann.logged(1)
    assert kept.receipt == "p"
    assert 5 in (kept.asked if isinstance(kept.asked, list) else kept.asked["parts"])


def test_a_comment_of_a_megabyte_is_too_large_and_a_long_one_is_parked(ann: Ann, plant: Any) -> None:
    answer = ann.phone.post(ann.phone.body(ann.phone.edit(ann.note, "c1", "长" * 350_000)))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    zipped = gzip.compress(orjson.dumps(ann.phone.body(ann.phone.edit(ann.note, "c1", "x" * 1_000_000))))
    answer = ann.phone.client.post(
        "/api/sync", data=zipped, content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    ann.phone.n = 2
    assert ann.beside(ann.phone.edit(ann.note, "c1", "y" * 100_000)) == {3: ["p", "invalid"]}
    assert plant.held(ann.note, "comment/1").value is None


@pytest.mark.parametrize("depth", [40, 1_000, 30_000, 100_000])
def test_deep_json_is_refused_as_a_whole(ann: Ann, depth: int) -> None:
    text = orjson.dumps(ann.phone.body(ann.phone.edit(ann.note, "c1", "DEEP")))
    deep = text.replace(b'"DEEP"', b"[" * depth + b"]" * depth)
    answer = ann.phone.client.post("/api/sync", data=deep, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_json")


def test_json_that_is_only_a_little_deep_is_parked_alone(ann: Ann) -> None:
    value: Any = "x"
    for _ in range(20):
        value = [value]
    assert ann.beside(ann.phone.edit(ann.note, "c1", value)) == {1: ["p", "invalid"]}


@pytest.mark.parametrize("letter", [b" ", b"["], ids=["spaces", "brackets"])
def test_a_gzip_bomb_stops_at_the_cap(ann: Ann, letter: bytes) -> None:
    answer = ann.phone.client.post(
        "/api/sync",
        data=gzip.compress(letter * 50_000_000),
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "stuck", [[2**53], [-1], ["many"], [3, 7], [3, "x" * 25], [3, "<script>"], [3, "\x00"], [None], [True, "offline"]]
)
def test_a_nonsensical_report_of_being_stuck_is_malformed(ann: Ann, stuck: list[Any]) -> None:
    body = [*ann.phone.body(ann.phone.edit(ann.note, "s1", 4)), *stuck]
    answer = ann.phone.post(body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "sync_malformed")


def test_a_phone_may_claim_any_queue_and_moves_nothing_but_its_own_report(ann: Ann) -> None:
    body = [*ann.phone.body(queued=2**53 - 1), 2**53 - 1, "offline"]
    body[8] = 2**53 - 1
    assert ann.phone.post(body).status_code == 200
    assert ann.count(DeviceContact) == 1


def test_everything_at_once_and_the_honest_edit_among_it(ann: Ann, plant: Any) -> None:
    nowhere = f"{short(new_id())}.{short(new_id())}.1"
    stranger = plant.note(plant.bo)
    bad = [
        ann.phone.edit(stranger, "s1", 1),
        ann.phone.edit("x" * 64, "s1", 1),
        ann.phone.edit(ann.note, "salary", {"a": "\x00"}),
        ann.phone.edit(ann.note, "c1", "\x00"),
        ann.phone.edit(ann.note, "c2", "z" * 9_000),
        ann.phone.edit(ann.note, "s1", 3, nowhere),
        ann.phone.edit(ann.note, "!submit", [["s1", 4000]]),
        ann.phone.edit(ann.note, "=s1", [short(new_id()), None, 3, "理由"], nowhere),
        ann.phone.edit(ann.note, "ans", ["agree"], nowhere),
        ann.phone.edit(ann.note, "g1", ["+", "\u202e"]),
    ]
    receipts = ann.beside(*bad)
    assert set(receipts) == set(range(1, len(bad) + 1)), "each has its receipt"
    assert {receipt[0] for receipt in receipts.values()} <= {"p", "h"}
    assert ann.count(LoggedMutation) == len(bad) + 1, "and each is in the log"
