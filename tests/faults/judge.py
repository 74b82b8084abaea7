"""Looks into the database afterwards, by SQL of its own, and says what does not fit what phones were promised."""

import base64
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tests.faults.handset import Handset
from tests.faults.oracle import Oracle


@dataclass
class Verdict:
    """What was found. `lost`, `doubled` and `wrong` are sentences; a sound run has none."""

    saved: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.wrong]


def _short(key: Any) -> str:
    return base64.urlsafe_b64encode(UUID(str(key)).bytes).decode().rstrip("=")


def look(url: str, oracle: Oracle, phones: Iterable[Handset], *, usual: str = "as") -> Verdict:
    """Hold the database against the oracle and the phones. `url` may read every plant's rows; `usual` are
    the receipts that somebody alone on a field may get."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return _look(connection, oracle, list(phones), usual)
    finally:
        engine.dispose()


def _look(connection: sa.Connection, oracle: Oracle, phones: list[Handset], usual: str) -> Verdict:
    found = Verdict(saved=len(oracle.saved), acknowledged=len(oracle.receipts))
    log = {
        f"{_short(row.device)}.{_short(row.author)}.{row.n}": row
        for row in connection.execute(sa.text("SELECT device, author, n, receipt, reason FROM mutation"))
    }
    waiting = {phone.version(edit) for phone in phones for edit in phone.queue}
    for version in oracle.saved:
        letter = oracle.receipts.get(version)
        if letter is None:
            if version not in waiting:
                found.lost.append(f"{version} was shown as saved and is on no phone")
        elif version not in log:
            found.lost.append(f"{version} was acknowledged ({letter}) and is not in the log")
        elif log[version].receipt != letter:
            found.wrong.append(f"{version} was told {letter}, the log says {log[version].receipt}")
    _steps(connection, oracle, found)
    _feed(connection, found)
    _alone(oracle, log, found, usual)
    if connection.dialect.name == "sqlite":
        sound = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        if sound != "ok":
            found.wrong.append(f"integrity_check: {sound}")
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        found.wrong += [f"row {row[1]} of {row[0]} refers to nothing" for row in broken]
    return found


def _steps(connection: sa.Connection, oracle: Oracle, found: Verdict) -> None:
    """Each edit changed its field once, and each step of a field names the one before."""
    query = (
        "SELECT record_id, position, field, kind, version, replaced FROM field_history"
        " WHERE kind IN ('set', 'merged', 'cleared') ORDER BY record_id, position"
    )
    met = "SELECT DISTINCT record_id, field FROM field_history WHERE kind NOT IN ('set', 'merged', 'cleared', 'rule')"
    disputed = {(str(row.record_id), row.field) for row in connection.execute(sa.text(met))}
    effects: Counter[str] = Counter()
    last: dict[tuple[str, str], str] = {}
    for row in connection.execute(sa.text(query)):
        if row.version is None:
            continue
        effects[row.version] += 1
        key = (str(row.record_id), row.field)
        if row.field.startswith("score/") and key not in disputed:  # a case has a trail of its own
            if key in last and row.replaced != last[key]:
                found.wrong.append(f"{row.field} step {row.position} replaced {row.replaced}, not {last[key]}")
            last[key] = row.version
    found.doubled += [f"{version} took effect {count} times" for version, count in effects.items() if count > 1]
    places: Counter[tuple[str, int]] = Counter()
    for row in connection.execute(sa.text("SELECT record_id, position FROM field_history")):
        places[str(row.record_id), row.position] += 1
    found.wrong += [f"two steps at {place}" for place, count in places.items() if count > 1]


def _feed(connection: sa.Connection, found: Verdict) -> None:
    """No number of the feed lies beyond the counter, and none is used twice in a plant."""
    counters = {row[0]: row[1] for row in connection.execute(sa.text("SELECT tenant_id, n FROM tenant_seq"))}
    used: Counter[tuple[Any, int]] = Counter()
    for tenant, seq in connection.execute(sa.text("SELECT tenant_id, seq FROM feed")):
        used[tenant, seq] += 1
        if seq > counters.get(tenant, 0):
            found.wrong.append(f"feed row {seq} lies beyond the counter {counters.get(tenant)}")
    found.wrong += [f"feed number {key[1]} is used {count} times" for key, count in used.items() if count > 1]


def _alone(oracle: Oracle, log: dict[str, Any], found: Verdict, usual: str) -> None:
    """Who is alone on a field never gets a conflict."""
    by_field: dict[tuple[str, str], list[str]] = {}
    for version, edit in oracle.saved.items():
        by_field.setdefault((edit["record"], edit["code"]), []).append(version)
    for key, versions in by_field.items():
        if len({version.rpartition(".")[0] for version in versions}) > 1:
            continue
        found.wrong += [
            f"{version} alone on {key[1]} got {log[version].receipt} {log[version].reason or ''}"
            for version in versions
            if version in log and log[version].receipt not in usual
        ]


def converge(phones: Iterable[Handset], fresh: Handset) -> list[str]:
    """After quiet, every phone of this person shows what a new phone is given."""
    wrong = []
    for phone in phones:
        for scope in phone.wire.scopes:
            mine, theirs = phone.wire.rows.get(scope, {}), fresh.wire.rows.get(scope, {})
            for kind in {*mine, *theirs}:
                held, given = mine.get(kind, {}), theirs.get(kind, {})
                wrong += [
                    f"{phone.employee_no}: {kind} {key} is not what the server holds"
                    for key in {*held, *given}
                    if _plain(kind, held.get(key)) != _plain(kind, given.get(key))
                ]
    return wrong


def _plain(kind: str, row: dict[str, Any] | None) -> Any:
    """A row without the versions that point into the list of writers of the answer that brought it."""
    if kind != "case" or row is None:
        return row
    return {**row, "chosen": None, "candidates": [one[:8] for one in row["candidates"]]}
