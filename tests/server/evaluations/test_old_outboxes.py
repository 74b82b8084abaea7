"""What the released apps have left on phones still takes effect: the bodies that they would send, byte for byte.

The files are written by the phone's own tests; see pwa/src/sync/old-outbox.test.ts.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from shift import record_of

from server.sync_api.columns import PROTOCOL
from server.sync_api.protocols import STEPS

FILES = sorted(Path("tests/vectors/outbox").glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_old_outbox_drains_whole_and_once(floor: Any, her: Any, record: str, path: Path) -> None:
    old = json.loads(path.read_text(encoding="utf-8"))
    other = record_of(her, floor.cast.other_worker)
    swapped = {
        old["author"]: her.author,
        old["records"][0]: record,
        old["records"][1]: other,
        old["device"]: her.device,
    }
    answers = []
    for body in [*old["bodies"], old["bodies"][-1]]:  # the last one again: its answer was lost
        for was, now in swapped.items():
            assert len(was) == len(now)
            body = body.replace(was, now)
        answers.append(her.client.post("/api/sync", data=body.encode(), content_type="application/json"))
    assert [one.status_code for one in answers] == [200] * len(answers)
    first, *_, before, last = [one.get_json()[5] for one in answers]
    assert {receipt[1] for receipt in first} == {"a"}
    assert {receipt[1] for receipt in last} == {"a"}, "the submit too"
    assert before == last
    her.pull()
    shown = her.all("evaluation")[record]
    assert (shown["state"], her.field(record, "s1")[0], her.field(record, "r1")[0]) == ("submitted", 5, "停机两班")
    assert her.field(record, "c3")[0] == "换模快了 12 分钟。\n工位整洁 😀"
    assert list(her.field(record, "g3")[0]) == ["q12"]
    assert her.field(other, "s3")[0] == 2


def test_every_protocol_that_is_still_read_has_its_outbox() -> None:
    assert FILES
    kept = {json.loads(path.read_text(encoding="utf-8"))["protocol"] for path in FILES}
    assert kept >= {PROTOCOL, *STEPS}
