"""The cast with phones that know agreements, and a plant whose windows HR opens by hand."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from server.foundation.clock import TestClock, to_ms
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.sync_api.columns import KEPT_COLUMNS, READS, TEXT_COLUMNS, VOICE_COLUMNS

folder = Path(__file__).parents[1] / "sync_api"
if str(folder) not in sys.path:
    sys.path.insert(0, str(folder))

from phones import Phone  # noqa: E402


class Signed:
    """A client that signs in before each request, as days may pass between two."""

    def __init__(self, client_for: Any, person: Any, device: str | None = None) -> None:
        self._enter = lambda: client_for(person, device)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._enter(), name)


@dataclass
class Agreeing(Phone):
    """A phone of today: it says what it reads, and with a push what its clock says."""

    clock: Any = None
    behind: timedelta = timedelta()
    """How far its clock is behind the server's."""
    reads: int = READS

    def now_ms(self) -> int:
        return to_ms(self.clock.now() - self.behind)

    def body(self, *edits: Any, **options: Any) -> list[Any]:
        made = super().body(*edits, **options)
        return [*made, 0, "", self.reads, self.now_ms()] if edits else [*made, 0, "", self.reads]

    def typed(self, record: str, code: str, value: Any, base: Any = 0) -> tuple[str, list[Any]]:
        """An edit made now, by this phone's clock."""
        _, cells = self.edit(record, code, value, base)
        cells[1] = self.now_ms() - self.t0
        return record, cells

    @property
    def agreement(self) -> dict[str, Any]:
        """The one that it holds."""
        (row,) = self.all("agreement").values()
        return row

    def of(self, person: Any) -> dict[str, Any]:
        (row,) = (one for one in self.all("agreement").values() if one["employee_no"] == person.employee_no)
        return row

    def voices(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        return [dict(zip(VOICE_COLUMNS, one, strict=False)) for one in row["voices"]]

    def texts(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        return [dict(zip(TEXT_COLUMNS, one, strict=False)) for one in row["texts"]]

    def kept(self, row: dict[str, Any]) -> dict[str, Any] | None:
        return None if row["kept"] is None else dict(zip(KEPT_COLUMNS, row["kept"], strict=False))


@pytest.fixture
def phone_of(client_for: Any, clock: TestClock) -> Any:
    """A phone of somebody, that has pulled."""

    def made(person: Any, **options: Any) -> Agreeing:
        phone = Agreeing(None, person, clock=clock, **options)
        phone.client = Signed(client_for, person, phone.device)
        phone.pull()
        return phone

    return made


@pytest.fixture
def hr(cast: Any, client_for: Any) -> Any:
    return Signed(client_for, cast.hr)


@pytest.fixture
def worker(cast: Any, phone_of: Any) -> Agreeing:
    """汤雨桐's phone."""
    return phone_of(cast.worker)


@pytest.fixture
def lead(cast: Any, phone_of: Any) -> Agreeing:
    """肖静's phone: she answers for 汤雨桐 and 江军."""
    return phone_of(cast.supervisor)


@pytest.fixture
def record(worker: Agreeing) -> str:
    """汤雨桐's agreement, as phones name it."""
    return str(worker.agreement["id"])


@pytest.fixture
def open_for(hr: Any, clock: TestClock) -> Any:
    """Open a window for so long."""

    def opened(span: timedelta) -> None:
        answer = hr.post("/api/agreements/window/open", json={"until": (clock.now() + span).isoformat()})
        assert answer.status_code == 200, answer.get_data(as_text=True)

    return opened


DRAWN = [[1, 100, 30], [2, 100, 30], [3, None, 20], [4, 100, 10], [5, None, 10]]
"""[key, target, weight] of an operator's set in the cast."""
CHANGED = [[1, 98, 40], [2, 100, 20], [3, None, 20], [4, 100, 10], [5, None, 10]]


@pytest.fixture
def north(app: Flask, cast: Any) -> Callable[[Callable[[], Any]], Any]:
    """Does something in plant "north"."""

    def at_work(work: Callable[[], Any]) -> Any:
        with app.app_context(), tenant_context(cast.tenant_id):
            session().close()
            try:
                return unit_of_work(work)
            finally:
                db.session.remove()

    return at_work
