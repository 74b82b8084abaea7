"""Knocking at every door of the application, and judging what comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import Flask
from werkzeug.test import TestResponse

from server.foundation.problems import all_codes

PARAMETER = re.compile(r"<(?:[^<>:]+:)?([a-z_]+)>")
INTERNALS = re.compile(rb"Traceback|sqlalchemy|psycopg|sqlite3|site-packages|\.py\b", re.IGNORECASE)
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Door:
    """One rule and one method of the application."""

    rule: str
    method: str
    endpoint: str
    public: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(PARAMETER.findall(self.rule))

    def path(self, values: Mapping[str, str]) -> str:
        """The path with its parameters put in, not quoted."""
        return PARAMETER.sub(lambda found: values.get(found[1], "0"), self.rule)


def doors(app: Flask) -> list[Door]:
    """Every rule with every method that has code of its own."""
    found = []
    for rule in app.url_map.iter_rules():
        demand = getattr(app.view_functions[rule.endpoint], "gemba", None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append(Door(rule.rule, method, rule.endpoint, demand is None or demand.public))
    return sorted(found, key=lambda door: (door.rule, door.method))


def knock(client: Any, method: str, path: str, *, raw_path: str | None = None, **request: Any) -> TestResponse:
    """One request. `raw_path` is PATH_INFO as a server hands it over (bytes as Latin-1)."""
    if "json" in request:  # the application's own writer refuses what we send
        request |= {"data": json.dumps(request.pop("json")), "content_type": "application/json"}
    if raw_path is not None:
        request["environ_overrides"] = {"PATH_INFO": raw_path, "REQUEST_URI": quote(raw_path, encoding="latin-1")}
    return client.open(path, method=method, base_url="https://localhost", **request)  # type: ignore[no-any-return]


@dataclass
class Judge:
    """Collects what is wrong with answers, so that one run shows all of it."""

    documented: Mapping[str, frozenset[int]]
    """Door name -> statuses below 400 that the description of the API gives it."""
    wrong: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """(door, fault) -> what was sent."""
    asked: int = 0

    def see(self, what: str, door: str, answer: TestResponse) -> TestResponse:
        """Judge one answer."""
        self.asked += 1
        for fault in self._faults(door, answer):
            self.wrong.setdefault((door, fault), []).append(what)
        return answer

    def _faults(self, door: str, answer: TestResponse) -> Iterator[str]:
        status, body = answer.status_code, answer.get_data()
        if status >= 500:
            yield f"{status} {body[:120].decode('utf-8', 'replace')}"
            return
        if status < 400:
            known = self.documented.get(door)
            if known is not None and status not in known and status not in (304, 308):
                yield f"{status} is not in the description of the API"
            return
        if INTERNALS.search(body):
            yield f"{status} shows internals: {body[:160]!r}"
        if answer.headers.get("Content-Type", "").partition(";")[0] != PROBLEM:
            yield f"{status} is no problem: {answer.headers.get('Content-Type')} {body[:80]!r}"
            return
        if not body and answer.request and answer.request.method == "HEAD":
            return
        told = json.loads(body)
        code = all_codes().get(told.get("code"))
        if code is None or code.status != status or told.get("status") != status:
            yield f"{status} with the code {told.get('code')!r}"
        if not told.get("title") or told["title"] == f"problem_{told.get('code')}":
            yield f"{told.get('code')} has no title"
        if not told.get("request_id"):
            yield "no request id"

    def verdict(self) -> None:
        """Fail with everything that was wrong, one line for each door and fault."""
        shown = [f"{door}: {fault}, {len(sent)} times, as by {sent[:2]}" for (door, fault), sent in self.wrong.items()]
        assert not shown, f"of {self.asked} answers these were wrong:\n" + "\n".join(shown[:60])


def documented(description: Mapping[str, Any]) -> dict[str, frozenset[int]]:
    """Statuses below 400 by door, out of the description of the API."""
    found = {}
    for path, item in description["paths"].items():
        rule = re.sub(r"{([a-z_]+)}", r"<\1>", path)
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                statuses = {int(status) for status in operation["responses"] if status.isdigit()}
                found[f"{method.upper()} {rule}"] = frozenset(status for status in statuses if status < 400)
    return found


def plain(door: Door) -> str:
    """The door's name as the description writes it: parameters without their converters."""
    return f"{door.method} " + PARAMETER.sub(r"<\1>", door.rule)


def raw(path: str, values: Mapping[str, str]) -> str:
    """A path for PATH_INFO with hostile bytes in its parameters."""
    return PARAMETER.sub(lambda found: values.get(found[1], "0"), path)


def sound_body(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    """A body that a schema of the description takes, more or less."""
    while "$ref" in schema:
        schema = components[schema["$ref"].rsplit("/", 1)[-1]]
    if "const" in schema:
        return schema["const"]
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        return {name: sound_body(one, components) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [sound_body(schema["items"], components)] if isinstance(schema.get("items"), dict) else []
    if kind == "string":
        shapes = {
            "uuid": "00000000-0000-7000-8000-000000000000",
            "date": "2026-11-01",
            "date-time": "2026-12-01T08:00:00Z",
        }
        return shapes.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
    return {"integer": schema.get("minimum", 1), "number": 1.5, "boolean": True}.get(kind)


def request_schemas(description: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Schema of the JSON body by door."""
    found = {}
    for path, item in description["paths"].items():
        rule = re.sub(r"{([a-z_]+)}", r"<\1>", path)
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            if "application/json" in content:
                found[f"{method.upper()} {rule}"] = content["application/json"]["schema"]
    return found


def query_names(description: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The parameters that the query of each door takes; others are refused before anything is read."""
    found = {}
    for path, item in description["paths"].items():
        rule = re.sub(r"{([a-z_]+)}", r"<\1>", path)
        taken = item.get("get", {}).get("parameters", ())
        found[f"GET {rule}"] = frozenset(one["name"] for one in taken if one.get("in") == "query")
    return found
