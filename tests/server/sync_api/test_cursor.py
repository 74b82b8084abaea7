"""Nothing is missed by a reader who asks for "greater than my cursor" while others write."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.db import changed, db, session, tenant_context, unit_of_work
from server.foundation.ids import new_id
from server.sync_api import feed
from server.sync_api.models import Feed

WRITERS, EACH, AT_ONCE = 6, 25, 3


@pytest.mark.serial
def test_no_row_is_missed_while_several_write(app: Flask, plant: Any) -> None:
    """A short form of the soak: the reader's cursor never passes a row that commits later."""
    tenant, done, faults = plant.ann.tenant_id, threading.Event(), []
    # An earlier row, so that the counter's row is there before the race.
    plant.note(plant.ann)

    def write() -> None:
        try:
            with app.app_context(), tenant_context(tenant):
                for _ in range(EACH):
                    unit_of_work(
                        lambda: [changed("evaluation", new_id(), ["rate:race"]) for _ in range(AT_ONCE)] and None
                    )
                db.session.remove()
        except Exception as fault:  # a thread's failure must fail the test
            faults.append(fault)

    seen: list[int] = []

    def read() -> None:
        try:
            with app.app_context(), tenant_context(tenant):
                cursor = 0
                while True:
                    last = done.is_set()
                    seq = feed.sequence()
                    query = sa.select(Feed.seq).where(Feed.scope == "rate:race", Feed.seq > cursor, Feed.seq <= seq)
                    seen.extend(session().execute(query.order_by(Feed.seq)).scalars())
                    cursor = seq
                    db.session.remove()
                    if last:
                        return
        except Exception as fault:
            faults.append(fault)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    reader = threading.Thread(target=read)
    reader.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert faults == []
    assert len(seen) == len(set(seen)) == WRITERS * EACH * AT_ONCE
    assert seen == list(range(2, 2 + WRITERS * EACH * AT_ONCE)), "dense and in order"


def test_the_same_push_twice_at_once_has_one_effect(app: Flask, plant: Any) -> None:
    """The phone timed out and asked again while its first request was still at work."""
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    body = phone.body(
        *[phone.edit(note, f"s{1 + n % 5}", 1 + (n + n // 5) % 5, 0 if n < 5 else n - 4) for n in range(20)]
    )
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(phone.post(body))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {str(answer.get_json()[5]) for answer in answers} == {str([[n, "a"] for n in range(1, 21)])}
