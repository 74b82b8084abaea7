"""A shift at work: phones of the cast, and what HR does at the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from phones import Phone

from server.cycles.events import CycleChanged
from server.cycles.models import Cycle, Delegation
from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.events import publish
from server.foundation.ids import CycleId, new_id, short


@dataclass
class Floor:
    """The cast, their phones, and the server behind them."""

    app: Flask
    cast: Any
    clock: TestClock
    client_for: Any

    def phone(self, person: Any) -> Phone:
        """A new phone that has pulled once."""
        device = short(new_id())
        phone = Phone(self.client_for(person, device), person, device)
        phone.pull()
        return phone

    def at_work(self, work: Callable[[], Any], person: Any = None) -> Any:
        with self.app.app_context(), tenant_context((person or self.cast.supervisor).tenant_id):
            try:
                return work()
            finally:
                db.session.remove()

    def change(self, work: Callable[[], Any]) -> Any:
        return self.at_work(lambda: unit_of_work(work))

    def delegate(self, until: datetime | None = None, to: Any = None, cycle: Any = None) -> None:
        """肖静 lets 梁德胜 score for her."""
        now = self.clock.now()

        def grant() -> None:
            session().add(
                Delegation(
                    cycle_id=cycle or self.cast.cycle.id,
                    rater_id=self.cast.supervisor.id,
                    delegate_id=(to or self.cast.delegate).id,
                    valid_from=now,
                    valid_to=until,
                    granted_by_id=self.cast.hr.id,
                    granted_at=now,
                )
            )

        self.change(grant)

    def end_delegation(self) -> None:
        self.change(lambda: session().execute(sa.update(Delegation).values(valid_to=self.clock.now())) and None)

    def set_cycle(self, state: str) -> None:
        """Close the cycle, and tell the phones."""

        def change() -> None:
            cycle = session().execute(sa.select(Cycle).where(Cycle.id == self.cast.cycle.id)).scalar_one()
            cycle.state = state
            session().flush()
            publish(CycleChanged(CycleId(cycle.id)))

        self.change(change)

    def move(self, **span: int) -> None:
        self.clock.move(timedelta(**span))


def record_of(phone: Phone, person: Any) -> str:
    """The evaluation of this person on a rater's phone."""
    (found,) = [key for key, row in phone.all("evaluation").items() if row["employee_no"] == person.employee_no]
    return found


def finish(phone: Phone, record: str, **scores: int) -> dict[int, list[Any]]:
    """Judge the lines that the data do not, and submit."""
    marks = {"s3": 4, "s5": 5} | scores
    edits, signed = [], []
    for code, value in marks.items():
        held = phone.field(record, code)
        edits.append(phone.edit(record, code, value, held[1] or 0))
        signed.append([code, phone.n])
    shown = phone.all("evaluation")[record]["fields"]
    for code, (value, version) in shown.items():
        if code in marks:
            continue
        signed += [[code, one] for one in value.values()] if code.startswith("g") else [[code, version]]
    edits.append(phone.edit(record, "!submit", signed))
    return phone.push(*edits)
