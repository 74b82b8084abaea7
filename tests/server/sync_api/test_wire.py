"""The wire form of POST /api/sync against the vectors that the phone's codec reads too."""

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from server.sync_api import columns
from server.sync_api.answers import Answer, Delta, Writers, trim, write_answer
from server.sync_api.wire import MUTATIONS_MAX, BadEnvelope, Reader, Unreadable, read_request

VECTORS: dict[str, Any] = json.loads(Path("tests/vectors/wire.json").read_text(encoding="utf-8"))
FORMAT_HASH = "14a33334"


def named(kind: str) -> Any:
    return pytest.mark.parametrize("vector", VECTORS[kind], ids=lambda vector: vector["name"])


def decoded(wire: Any) -> dict[str, Any]:
    """A request in the words of the vectors."""
    request = read_request(wire)
    push = None
    if request.push is not None:
        reader = Reader(f"{request.device}.{request.push.author}", request.push.writers, request.push.t0_ms)
        mutations = [reader.mutation(raw) for raw in request.push.mutations]
        push = {
            "author": request.push.author,
            "mutations": [
                {
                    "n": one.n,
                    "record": one.record,
                    "device_time_ms": one.device_time_ms,
                    "field": one.field,
                    "op": one.op,
                    "value": one.value,
                    "base": [*(one.base or ("0",) * bool(one.also)), *one.also],
                }
                for one in mutations
            ],
        }
    return {
        "device": request.device,
        "epoch": request.epoch,
        "nonce": request.nonce,
        "access": request.access,
        "cursors": request.cursors,
        "push": push,
        "queued": request.queued,
        "oldest_s": request.oldest_s,
        **({"attempts": request.attempts, "error": request.error} if request.attempts else {}),
        **({"reads": request.reads} if request.reads else {}),
        **({} if request.sent_ms is None else {"sent_ms": request.sent_ms}),
    }


@named("requests")
def test_a_request_means_what_the_vectors_say(vector: dict[str, Any]) -> None:
    assert decoded(vector["wire"]) == vector["decoded"]


def test_an_older_phone_writes_every_cursor_out() -> None:
    request = copy.deepcopy(one("requests", "idle"))
    request[5] = [1840] * 7
    assert read_request(request) == read_request(one("requests", "idle"))


@named("bad_requests")
def test_a_broken_envelope_is_named_by_its_place(vector: dict[str, Any]) -> None:
    with pytest.raises(BadEnvelope) as fault:
        read_request(vector["wire"])
    assert fault.value.pointer == vector["pointer"]


@named("answers")
def test_an_answer_is_written_as_the_vectors_say(vector: dict[str, Any]) -> None:
    wire = vector["wire"]
    writers = Writers()
    for name in wire[8]:
        writers.ref(f"{name}.1")
    answer = Answer(
        nonce=wire[1],
        epoch=wire[2],
        access=wire[3],
        seq=wire[4],
        receipts=wire[5],
        scopes=None if wire[6] == 0 else wire[6],
        deltas=[Delta(d[0], d[1], d[2], bool(d[3]), d[4], d[5]) for d in wire[7]],
        writers=writers,
        now_ms=wire[9],
    )
    assert orjson.loads(write_answer(answer)) == wire


@named("answers")
def test_each_row_of_the_vectors_has_the_columns_of_its_kind(vector: dict[str, Any]) -> None:
    for wire, told in zip(vector["wire"][7], vector["decoded"]["deltas"], strict=True):
        for kind, rows in wire[4].items():
            for row, names in zip(rows, told["rows"][kind], strict=True):
                assert tuple(names) == columns.COLUMNS[kind]
                assert row == trim(row)
                assert len(row) <= len(columns.COLUMNS[kind])


def bytes_of(wire: Any) -> int:
    return len(orjson.dumps(wire))


def one(kind: str, name: str) -> Any:
    return next(vector["wire"] for vector in VECTORS[kind] if vector["name"] == name)


def test_an_idle_round_costs_at_most_100_bytes_each_way() -> None:
    request = copy.deepcopy(one("requests", "idle"))
    assert len(request[5]) == 7
    request[5][0] = 999_999
    assert bytes_of(request) <= 100
    assert bytes_of(one("answers", "idle")) <= 100


def test_a_finished_evaluation_costs_at_most_300_bytes() -> None:
    assert bytes_of(one("requests", "finished")) <= 300


DEVICE, AUTHOR, RECORD = "Zm9vYmFyYmF6cXV4cXV1eA", "AZq2Yb1cdEaAbbccddeeff", "AZq2Yb1cdEeEvalEvalEv1"


def request_with(*mutations: Any) -> list[Any]:
    return [1, DEVICE, "e", "n", "", [], [AUTHOR, 0, [], [[RECORD, list(mutations)]]], 1, 0]


def fault_of(mutation: list[Any]) -> str:
    request = read_request(request_with(mutation))
    assert request.push is not None
    with pytest.raises(Unreadable) as fault:
        Reader(f"{DEVICE}.{AUTHOR}").mutation(request.push.mutations[0])
    return fault.value.reason


@pytest.mark.parametrize(
    ("mutation", "reason"),
    [
        ([1, 0, "s3", 6], "bad_value"),
        ([1, 0, "s3", 0], "bad_value"),
        ([1, 0, "s3", True], "bad_value"),
        ([1, 0, "s3", 3.0], "bad_value"),
        ([1, 0, "s3", "3"], "bad_value"),
        ([1, 0, "s0", 3], "unknown_field"),
        ([1, 0, "s100", 3], "unknown_field"),
        ([1, 0, "salary", 3], "unknown_field"),
        ([1, 0, 7, 3], "unknown_field"),
        ([1], "unknown_field"),
        ([1, "later", "s3", 3], "bad_time"),
        ([1, 0, "s3", 3, "0.1"], "bad_base"),
        ([1, 0, "s3", 3, {"a": 1}], "bad_base"),
        ([1, 0, "s3", 3, -4], "bad_base"),
        ([1, 0, "c3", "x" * 2001], "too_long"),
        ([1, 0, "c3", "a\x00b"], "bad_text"),
        ([1, 0, "c3", ["a"]], "bad_value"),
        ([1, 0, "g3", "q12"], "bad_value"),
        ([1, 0, "g3", ["*", "q12"]], "bad_value"),
        ([1, 0, "g3", ["+", "q" * 41]], "bad_value"),
        ([1, 0, "!submit", [["s3"]]], "bad_value"),
        ([1, 0, "!submit", [["role", 1]]], "unknown_field"),
        ([1, 0, "ans", ["maybe"]], "bad_value"),
        ([1, 0, "pro", "words"], "bad_value"),
        ([1, 0, "pro", []], "bad_value"),
        ([1, 0, "pro", ["w", "", ["short"]]], "bad_value"),
        ([1, 0, "pro", ["w", "", ["n", "", "", "lower", "20", None, "", "", "", ""]]], "bad_value"),
        ([1, 0, "pro", ["w", "", ["n\x00", "", "", "lower", 20, None, "", "", "", ""]]], "bad_text"),
        ([1, 0, "inf", ["maybe", RECORD]], "bad_value"),
        ([1, 0, "inf", ["yes"]], "bad_value"),
        ([1, 0, "ver", ["later"], "0.1"], "bad_value"),
        ([1, 0, "ver", ["taken", ["w"]]], "bad_value"),
        ([1, 0, "=g3", [RECORD, None, "x"]], "unknown_field"),
        ([1, 0, "=s3", ["short", None, 3]], "bad_record"),
    ],
)
def test_a_mutation_without_meaning_is_refused_alone(mutation: list[Any], reason: str) -> None:
    assert fault_of(mutation) == reason


def test_more_than_fifty_mutations_are_refused_as_a_whole() -> None:
    with pytest.raises(BadEnvelope):
        read_request([*request_with()[:6], [AUTHOR, 0, [], [[RECORD, [[n, 0, "s1", 3]]] for n in range(1, 52)]], 1, 0])
    groups = [[RECORD, [[n, 0, "s1", 3] for n in range(1, 30)]], [RECORD, [[n, 0, "s1", 3] for n in range(30, 60)]]]
    with pytest.raises(BadEnvelope):
        read_request([1, DEVICE, "e", "n", "", [], [AUTHOR, 0, [], groups], 1, 0])
    assert MUTATIONS_MAX == 50


def test_text_is_kept_composed_and_with_its_line_breaks() -> None:
    request = read_request(request_with([1, 0, "c3", "e\u0301\r\n二"]))
    assert request.push is not None
    assert Reader(f"{DEVICE}.{AUTHOR}").mutation(request.push.mutations[0]).value == "é\n二"


def test_the_format_is_pinned() -> None:
    """A change of this hash is a change of the protocol: add columns at the end only (then renew
    the hash), or raise PROTOCOL and keep reading the old form."""
    shape = [
        columns.PROTOCOL,
        columns.COLUMNS,
        columns.LINE_COLUMNS,
        columns.TREND_LINE_COLUMNS,
        columns.TREND_CHANGE_COLUMNS,
        columns.CANDIDATE_COLUMNS,
        columns.VERSION_COLUMNS,
        columns.MAY,
        columns.RECEIPTS,
        columns.FIELD_CODES,
        [vector["wire"] for vector in VECTORS["requests"]],
    ]
    assert hashlib.sha256(orjson.dumps(shape)).hexdigest()[:8] == FORMAT_HASH
