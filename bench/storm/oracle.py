"""After the storm: is every receipt in the log, with exactly one effect each?"""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa

from bench.storm.phones import Phone
from bench.storm.plant import LINES, settings_for
from server.app import create_app
from server.evaluations.models import Comment, Evaluation, Result, Score
from server.foundation.db import db, session, tenant_context
from server.foundation.ids import EvaluationId, TenantId, unshort
from server.identity import queries
from server.sync_api.models import Feed, FieldHistory, LoggedMutation, TenantSeq

EDITS = LINES + 2
"""Of each evaluation: a mark for each line, one comment, submit."""


def check(url: str, phones: Sequence[Phone]) -> list[str]:
    """Sentences about what is wrong; none when all is well."""
    app = create_app(settings_for(url))
    with app.app_context():
        (plant,) = queries.tenants()
        session().close()
        with tenant_context(TenantId(plant.id)):
            wrong = [*_log(phones), *_effects(phones), *_feed()]
        db.session.remove()
        db.engine.dispose()
    return wrong


def _log(phones: Sequence[Phone]) -> list[str]:
    wrong: list[str] = []
    query = sa.select(LoggedMutation.device, LoggedMutation.author, LoggedMutation.n, LoggedMutation.receipt)
    log = {(row.device, row.author, row.n): row.receipt for row in session().execute(query)}
    told = {
        (unshort(phone.handset.device), unshort(phone.handset.person), n): receipt
        for phone in phones
        for n, receipt in phone.seen.receipts.items()
    }
    expected = sum(EDITS * len(phone.handset.evaluations) for phone in phones)
    if len(told) != expected:
        wrong.append(f"{expected - len(told)} edits have no receipt")
    lost = sum(1 for key, receipt in told.items() if log.get(key) != receipt)
    if lost:
        wrong.append(f"{lost} receipts are not in the log as they were told")
    if log.keys() - told.keys():
        wrong.append(f"{len(log.keys() - told.keys())} edits in the log that no phone has a receipt for")
    refused = Counter(receipt for receipt in told.values() if receipt != "a")
    if refused:
        wrong.append(f"receipts other than applied: {dict(refused)}")
    return wrong


def _effects(phones: Sequence[Phone]) -> list[str]:
    wrong: list[str] = []
    wanted = {EvaluationId(unshort(one)) for phone in phones for one in phone.handset.evaluations}
    steps = _counts(FieldHistory.record_id)
    versions = session().execute(sa.select(sa.func.count(sa.distinct(FieldHistory.version)))).scalar_one()
    if any(steps[one] != EDITS for one in wanted) or versions != EDITS * len(wanted):
        wrong.append(f"history does not hold exactly one step for each edit: {versions} of {EDITS * len(wanted)}")
    for name, column, each in (
        ("scores", Score.evaluation_id, LINES), ("comments", Comment.evaluation_id, 1), ("results", Result.evaluation_id, 1),
    ):  # fmt: skip
        found = _counts(column)
        if any(found[one] != each for one in wanted):
            wrong.append(f"{name}: not {each} for each evaluation")
    states = _counts(Evaluation.state)
    if states["submitted"] != len(wanted):
        wrong.append(f"states are {dict(states)}, not {len(wanted)} submitted")
    unlinked = sa.select(sa.func.count()).where(FieldHistory.replaced.is_not(None))
    if session().execute(unlinked).scalar_one():
        wrong.append("a step replaced another, though each field was written once")
    return wrong


def _counts(column: sa.orm.InstrumentedAttribute[object]) -> Counter[object]:
    query = sa.select(column, sa.func.count()).group_by(column)
    return Counter({row[0]: row[1] for row in session().execute(query)})


def _feed() -> list[str]:
    newest = session().execute(sa.select(sa.func.max(Feed.seq))).scalar_one()
    counter = session().execute(sa.select(TenantSeq.n)).scalar_one()
    return [] if newest == counter else [f"the feed ends at {newest}, the counter at {counter}"]
