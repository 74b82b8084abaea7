"""Bytes that no honest phone sends. Each find stays here; grow it, never cut it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

JSON = "application/json"
BIDI = "\u202eevil\u202c\u200b\u2066x\u2069"
FULL_WIDTH = "\uff11\uff12\uff13"
ZERO = "00000000-0000-0000-0000-000000000000"


class Body(NamedTuple):
    """A request body with what its headers say of it."""

    name: str
    data: bytes
    content_type: str | None = JSON
    encoding: str | None = None


def bodies() -> Iterator[Body]:
    """Bodies that mean nothing to any route, or that are not what their headers say."""
    texts = {
        "empty": "",
        "blank": " \n",
        "open brace": "{",
        "null": "null",
        "true": "true",
        "a number": "0",
        "a text": '"x"',
        "an empty array": "[]",
        "an empty object": "{}",
        "an array for an object": '[{"a":1}]',
        "an object for an array": '{"0":1}',
        "NaN": '{"a":NaN}',
        "infinity": "[Infinity]",
        "minus zero": "[-0]",
        "2^63": '{"n":9223372036854775808}',
        "10^400": '{"n":1' + "0" * 400 + "}",
        "10^5000": "[1" + "0" * 5000 + "]",
        "1e400": "[1e400]",
        "depth 1,000": "[" * 1000 + "]" * 1000,
        "depth 30,000": "[" * 30_000 + "]" * 30_000,
        "deep objects": '{"a":' * 900 + "1" + "}" * 900,
        "doubled keys": '{"plant":"a","plant":"b","plant":{}}',
        "NUL in text": '{"plant":"a\\u0000b","employee_no":"\\u0000","password":"x"}',
        "NUL in a key": '{"pla\\u0000nt":"a"}',
        "half a pair": '{"plant":"\\ud800","employee_no":"x"}',
        "half a pair in a key": '{"\\udfff":1}',
        "bidi and zero width": json.dumps({"plant": BIDI, "employee_no": BIDI}, ensure_ascii=False),
        "full-width digits": json.dumps({"employee_no": FULL_WIDTH}, ensure_ascii=False),
        "a single-quoted object": "{'a':1}",
        "a comment": '{"a":1} // x',
        "two documents": "{}{}",
        "prototype": '{"__proto__":{"x":1},"constructor":{}}',
        "a trailing comma": "[1,]",
    }
    for name, text in texts.items():
        yield Body(name, text.encode())
    yield Body("bad UTF-8", b'{"plant":"\xff\xfe"}')
    yield Body("an overlong slash", b'{"plant":"\xc0\xaf"}')
    yield Body("UTF-16", '{"plant":"a"}'.encode("utf-16"))
    yield Body("UTF-8 with a mark of order", b"\xef\xbb\xbf{}")
    yield Body("raw NULs", b"\x00" * 64)
    yield Body("no content type", b"{}", None)
    yield Body("an unknown charset", b"{}", "application/json; charset=ebcdic-cp-fr")
    yield Body("a form", b"plant=a&password=b", "application/x-www-form-urlencoded")
    yield Body("JSON as plain text", b'{"plant":"a"}', "text/plain")
    yield Body("a multipart form", b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x")
    yield Body("a broken content type", b"{}", "application/")
    yield Body("XML", b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>', "application/xml")
    yield Body("5 MB of text", b'{"plant":"' + b"a" * 5_000_000 + b'"}')
    yield Body("300,000 empty arrays", b"[" + b"[]," * 300_000 + b"[]]")
    yield Body("a gzip bomb", gzip.compress(b" " * 20_000_000, 9), JSON, "gzip")
    yield Body("a gzip bomb in a gzip", gzip.compress(gzip.compress(b"0" * 5_000_000)), JSON, "gzip")
    yield Body("damaged gzip", gzip.compress(b"{}")[:-6], JSON, "gzip")
    yield Body("gzip with a tail", gzip.compress(b"{}") + b"tail", JSON, "gzip")
    yield Body("no gzip at all", b"{}", JSON, "gzip")
    yield Body("an unknown encoding", b"{}", JSON, "br, gzip, x")
    yield Body("zipped well", gzip.compress(b"{}"), JSON, "gzip")


VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**53,
    2**63 - 1,
    2**63,
    2**64,
    10**30,
    -(2**63),
    1.5,
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x1b[31m",
    BIDI,
    FULL_WIDTH,
    "x" * 5_000,
    "中" * 3_000,
    "'; DROP TABLE person; --",
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "../../etc/passwd",
    ZERO,
    "not-a-uuid",
    "A" * 22,
    "-" * 22,
    "2026-02-30",
    "9999-12-31",
    "0000-00-00",
    "9999-12-31T23:59:59.999999Z",
    "2026-11-24T00:00:00+99:99",
    "0001-01-01T00:00:00Z",
    [],
    {},
    [[[[1]]]],
    {"a": {"b": None}},
    ["x"] * 300,
)
"""Put in the place of each field of a sound body, one at a time."""

SEGMENTS: tuple[str, ...] = (
    "\x00",
    "\xff",
    "%zz",
    "%",
    "..",
    "...",
    "%2e%2e",
    "100000000000000000000",
    "-1",
    "0",
    ZERO,
    ZERO.upper(),
    f"{{{ZERO}}}",
    f"urn:uuid:{ZERO}",
    "0" * 32,
    "x" * 10_000,
    "'",
    "\r\nSet-Cookie: a=b",
    "\xe4\xb8\xad",
    "\xe2\x80\xae",
    " ",
    ";jsessionid=1",
    "a/../b",
)
"""Put in the place of each parameter of a path, as the bytes that a server hands over (Latin-1)."""

QUERIES: tuple[str, ...] = (
    "",
    "%00",
    "%ff",
    "%zz",
    "%ed%a0%80",
    "100000000000000000000",
    "-1",
    "1e400",
    "NaN",
    ZERO,
    "not-a-uuid",
    "x" * 8_000,
    "score/3%00",
    "score/99999999999999999999",
    "score/%EF%BC%93",
    "%E2%80%AE",
    "'%20OR%201=1--",
    "[]",
    "%7B%7D",
)
"""Values of a query parameter, already quoted."""

HEADERS: tuple[dict[str, str], ...] = (
    {"Accept-Language": "x" * 5_000},
    {"Accept-Language": "zh-CN;q=NaN, en;q=1e400, *;q=-1"},
    {"Accept-Language": "\xff\xfe"},
    {"Accept": "text/html;q=\x7f"},
    {"Accept": "application/xml"},
    {"If-None-Match": '"' + "a" * 5_000},
    {"If-None-Match": "*, W/"},
    {"If-Modified-Since": "Thu, 99 Foo 0000 99:99:99 GMT"},
    {"Range": "bytes=-1--1,0-99999999999999999999"},
    {"Cookie": "__Host-gemba_a=; __Host-gemba_a=x; __Host-gemba_a"},
    {"Cookie": "\xff\x00=;;;==="},
    {"Cookie": "__Host-gemba_a=" + "e30." * 3},
    {"Cookie": "; ".join(f"c{n}={n}" for n in range(2_000))},
    {"X-CSRF-TOKEN": "\xff" * 50},
    {"X-CSRF-TOKEN": "x" * 9_000},
    {"X-Request-Id": "\r\n evil"},
    {"X-Request-ID": "x" * 9_000},
    {"X-Forwarded-For": "127.0.0.1, " * 500},
    {"X-Forwarded-Host": "evil.example"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Original-URL": "/api/people"},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "\xff"},
    {"Content-Length": "-1"},
    {"Content-Length": "99999999999999999999"},
    {"Content-Length": "1" * 5_000},
    {"Content-Length": "NaN"},
    {"Content-Encoding": "gzip, gzip"},
    {"Transfer-Encoding": "chunked, chunked"},
    {"Expect": "100-continue, 200-ok"},
    {"Authorization": "Bearer " + "a." * 3},
    {"Authorization": "Basic \xff"},
    {"Service-Worker": "script"},
    {f"X-{n}": "x" for n in range(1_000)},
)

METHODS: tuple[str, ...] = ("TRACE", "PROPFIND", "PATCH", "OPTIONS", "HEAD", "FOO", "get", "CONNECT", "X" * 300)


def edits() -> Iterator[list[Any]]:
    """Edits with a sound number and something wrong in each other place, or nothing wrong at all."""
    strange = (*VALUES, "w.1", "0.1", "9.9", "!submit", "=s1", "ans", "s0", "s01", "g1", [1] * 400)
    for place in range(1, 5):
        for value in strange:
            edit: list[Any] = [0, 0, "s1", 3, 0]
            edit[place] = value
            yield edit
    for code in ("!submit", "!recall", "ans", "g1", "=s1", "=c1", "c1", "r1"):
        for value in (*strange, ["+", "q1"], ["-", None], [[code, 1]], [["s1", "9.9"]], [ZERO, 1, 9, None]):
            yield [0, 0, code, value, 0]
