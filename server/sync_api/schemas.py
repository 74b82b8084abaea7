"""POST /api/sync in OpenAPI 3.1: positional arrays by `prefixItems`. `wire.py` describes them."""

from typing import Any, Final

from server.sync_api.wire import CURSORS_MAX, MUTATIONS_MAX, N_MAX, PARTS_LEAST, WRITERS_MAX

_ID: Final = {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"}
_TOKEN: Final = {"type": "string", "pattern": "^[A-Za-z0-9_-]{0,24}$"}
_COUNT: Final = {"type": "integer", "minimum": 0, "maximum": N_MAX}


def _tuple(*items: Any, least: int | None = None) -> dict[str, Any]:
    return {
        "type": "array",
        "prefixItems": list(items),
        "minItems": len(items) if least is None else least,
        "maxItems": len(items),
    }


def _list(item: Any, most: int) -> dict[str, Any]:
    return {"type": "array", "items": item, "maxItems": most}


MUTATION: Final = _tuple(
    {"type": "integer", "minimum": 1, "maximum": N_MAX, "description": "n"},
    {"description": "dt_ms after t0"},
    {"description": "code: s3 c3 r3 g3 !submit !recall ans =s3 =c3 =r3 !terms voi"},
    {"description": "value, by code"},
    {"description": 'base: 0, n of one\'s own, "w.n", or a list; of a set: what was seen, then own refused edits'},
    least=1,
)
PUSH: Final = _tuple(
    _ID | {"description": "author"},
    {"type": "integer", "minimum": -N_MAX, "maximum": N_MAX, "description": "t0_ms"},
    _list({"type": "string", "pattern": r"^[A-Za-z0-9_-]{22}\+?\.[A-Za-z0-9_-]{22}$"}, WRITERS_MAX)
    | {"description": "writers, device.author"},
    _list(
        _tuple(
            {"type": "string", "maxLength": 64, "description": "record"},
            _list(MUTATION, MUTATIONS_MAX) | {"description": "its edits"},
        ),
        MUTATIONS_MAX,
    ),
)
REQUEST: Final[dict[str, Any]] = _tuple(
    {"const": 1, "description": "protocol"},
    _ID | {"description": "device"},
    _TOKEN | {"description": "epoch"},
    _TOKEN | {"description": "nonce, given back in the answer"},
    _TOKEN | {"description": "access: revision of the scope list that the phone holds"},
    _list(_COUNT | {"minimum": -1}, CURSORS_MAX)
    | {"description": "cursors, one for each scope; -1: as the one before, not in the first place"},
    {"anyOf": [{"const": 0}, PUSH], "description": "push; 0: nothing to hand in"},
    _COUNT | {"description": "queued: edits without a receipt"},
    _COUNT | {"description": "oldest_s: age of the oldest of them"},
    _COUNT | {"description": "attempts: only from a phone that is stuck"},
    _TOKEN | {"description": "what hindered it last"},
    _COUNT | {"description": "reads: which kinds of rows the phone knows"},
    {"type": ["integer", "null"], "description": "sent_ms: what the phone's clock says now, with a push"},
    least=PARTS_LEAST,
)
ANSWER: Final[dict[str, Any]] = _tuple(
    {"const": 1, "description": "protocol"},
    {"type": "string", "description": "nonce of the request"},
    {"type": "string", "description": "epoch"},
    {"type": "string", "description": "access: revision of the scope list"},
    {"type": "integer", "description": "seq"},
    {"type": "array", "items": {"type": "array"}, "description": "receipts: [n, letter, about?]"},
    {
        "anyOf": [{"const": 0}, {"type": "array", "items": {"type": "string"}}],
        "description": "scopes, most visible first; 0: the list is current",
    },
    {
        "type": "array",
        "items": {"type": "array"},
        "description": "deltas: [scope, from, to, more, {kind: rows}, [[kind, id]]]",
    },
    {"type": "array", "items": {"type": "string"}, "description": "writers"},
    {"type": "integer", "description": "now_ms"},
)
