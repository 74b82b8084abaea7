"""What happens to agreements and their windows. Guards first; each function is called inside a unit of work."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from server import policy
from server.agreements import drawn, queries
from server.agreements.models import Agreement, Every, RuleKind, WindowRule
from server.agreements.problems import AGREEMENTS_NONE, WINDOW_DAYS, WINDOW_OPEN, WINDOW_SHUT, WINDOW_UNTIL
from server.agreements.scopes import agree_scope
from server.agreements.windows import Period, open_at, period_of
from server.foundation.db import changed, current_tenant, session
from server.foundation.ids import PersonId
from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Actor
from server.people import queries as people
from server.people.desk import require_plant
from server.people.queries import Member
from server.policy import Action

MOST_OPEN: Final = timedelta(days=92)
"""A window by hand ends with the next quarter at the latest."""


def begin(*, by: Actor, now: datetime) -> int:
    """Draw up the agreements of this period for everybody who has none yet; how many. Raises Problem
    `not_allowed`, `agreements_none`.
    """
    require_plant(by, Action.AGREEMENT_BEGIN, now=now)
    made = draw_up(now=now)
    if not made and not queries.standing():
        raise Problem(AGREEMENTS_NONE)
    return made


def draw_up(*, now: datetime) -> int:
    """The same for a command or a cycle that opens. Who has one keeps it, unless he is measured by other indicators
    since; who has another supervisor by now finds it with them.
    """
    today = people.day_of(now)
    standing = queries.standing()
    period = _period(today)
    asked = _asked(people.members(today), standing, today)
    made = sum(_draw(member, held, lines, period, today, now) for member, held, lines in asked)
    session().flush()  # whoever has one from now on is told of the windows too
    _tell_of_windows()
    return made


def follow(persons: Collection[UUID], *, now: datetime) -> None:
    """The same for these people at once, as far as they have one of this period: nobody begins a period by moving."""
    standing = queries.standing(persons)
    if not standing:
        return
    today = people.day_of(now)
    period = _period(today)
    members = people.members(today, of=people.Reach(people=frozenset(standing)))
    made = 0
    for member, held, lines in _asked(members, standing, today):
        if held is not None and held.period_from < period.first:
            hand_over(held, _supervisor(member))
        else:
            made += _draw(member, held, lines, period, today, now)
    if made:
        session().flush()  # whoever has one from now on is told of the windows too
        _tell_of_windows()


def _asked(
    members: Collection[Member], standing: Mapping[PersonId, Agreement], today: date
) -> Iterator[tuple[Member, Agreement | None, drawn.Lines]]:
    led = [one for one in members if one.supervisor_id not in (None, one.person.id)]
    sets = drawn.lines_for(led, today)
    for one in led:
        yield one, standing.get(PersonId(one.person.id)), sets.get(one.person.id, [])


def _supervisor(member: Member) -> PersonId:
    assert member.supervisor_id is not None
    return member.supervisor_id


def _period(today: date) -> Period:
    plan = queries.plan()
    return period_of(Every.QUARTER if plan is None else Every(plan.every or Every.QUARTER), today)


def _draw(
    member: Member, held: Agreement | None, lines: drawn.Lines, period: Period, today: date, now: datetime
) -> bool:
    first = _begins(held, lines, period, today)
    if first is None:
        if held is not None and held.period_from >= period.first:
            hand_over(held, _supervisor(member))
            if lines and drawn.codes_of(held.lines) != drawn.codes_of(lines) and not _is_spoken_of(held):
                _redraw(held, lines)
        return False
    if held is not None:
        _close(held, now)
    one = Agreement(
        person_id=PersonId(member.person.id),
        supervisor_id=_supervisor(member),
        period=period.name,
        period_from=first,
        period_to=period.last,
        lines=lines,
        terms=drawn.terms_of(lines),
        terms_device_time=0,
        made_at=now,
    )
    session().add(one)
    changed("agreement", one.id, _scopes(one))
    return True


def _begins(held: Agreement | None, lines: drawn.Lines, period: Period, today: date) -> date | None:
    """The first day of the agreement that is to be drawn up; None: there is none to draw up."""
    if not lines:
        return None
    if held is None or held.period_from < period.first:
        return period.first
    # What somebody was measured by until a move stays agreed for those days; two of one first day cannot be told apart.
    moved = drawn.codes_of(held.lines) != drawn.codes_of(lines)
    return today if moved and held.period_from < today else None


def _is_spoken_of(one: Agreement) -> bool:
    return one.terms_version is not None or bool(queries.voices([one.id]))


def _redraw(one: Agreement, lines: drawn.Lines) -> None:
    """Of the same day, and nobody has said a word about it: as if it had been drawn up only now."""
    one.lines, one.terms = lines, drawn.terms_of(lines)
    changed("agreement", one.id, _scopes(one))


def _scopes(one: Agreement) -> Sequence[str]:
    return [agree_scope(one.person_id), agree_scope(one.supervisor_id)]


def _close(one: Agreement, now: datetime) -> None:
    one.closed_at = now
    changed("agreement", one.id, _scopes(one), "leave")


def hand_over(one: Agreement, supervisor_id: PersonId) -> None:
    """Give an agreement to whoever supervises now, and tell both phones; one that is over lies on none."""
    if one.supervisor_id == supervisor_id:
        return
    former = one.supervisor_id
    one.supervisor_id = supervisor_id
    if one.closed_at is None:
        changed("agreement", one.id, [agree_scope(former)], "leave")
        changed("agreement", one.id, _scopes(one))
        changed("window", current_tenant(), [agree_scope(supervisor_id)])


# ---- windows ------------------------------------------------------------------------------------


def plan(every: Every, first_day: int, last_day: int, *, by: Actor, now: datetime) -> None:
    """Say when windows open by themselves, from now on. Raises Problem `not_allowed`, `window_days`."""
    require_plant(by, Action.WINDOW_SET, now=now)
    set_plan(every, first_day, last_day, by=by.person_id, now=now)


def set_plan(every: Every, first_day: int, last_day: int, *, by: PersonId | None, now: datetime) -> None:
    """The same for a command, which knows no actor."""
    longest = 31 if every is Every.MONTH else 92
    if not first_day <= last_day <= longest:
        raise Problem(WINDOW_DAYS)
    set_rule(RuleKind.PLAN, now, None, by, now, every=every.value, first_day=first_day, last_day=last_day)


def open_until(until: datetime, *, by: Actor, now: datetime) -> None:
    """Open a window by hand. Raises Problem `not_allowed`, `window_until`, `window_open`."""
    require_plant(by, Action.WINDOW_SET, now=now)
    if until <= now or until - now > MOST_OPEN:
        raise Problem(WINDOW_UNTIL)
    held = open_at(queries.windows(now), now)
    if held is not None and held.closes_at >= until:
        raise Problem(WINDOW_OPEN)
    set_rule(RuleKind.OPEN, now, until, by.person_id, now)


def shut(*, by: Actor, now: datetime) -> None:
    """Shut the window that is open; the next one opens as planned. Raises Problem `not_allowed`, `window_shut`."""
    require_plant(by, Action.WINDOW_SET, now=now)
    held = open_at(queries.windows(now), now)
    if held is None:
        raise Problem(WINDOW_SHUT)
    set_rule(RuleKind.SHUT, now, held.closes_at, by.person_id, now)


def set_rule(
    kind: RuleKind,
    from_at: datetime,
    to_at: datetime | None,
    by: PersonId | None,
    now: datetime,
    *,
    every: str | None = None,
    first_day: int | None = None,
    last_day: int | None = None,
) -> None:
    """Note a decision about windows, from an instant on, and tell the phones."""
    session().add(
        WindowRule(
            number=len(queries.window_rules()) + 1,
            kind=kind.value,
            every=every,
            first_day=first_day,
            last_day=last_day,
            from_at=from_at,
            to_at=to_at,
            made_by_id=by,
            made_at=now,
        )
    )
    session().flush()  # what stands now is read back
    _tell_of_windows()


def _tell_of_windows() -> None:
    standing = queries.standing().values()
    people_told = {one.person_id for one in standing} | {one.supervisor_id for one in standing}
    changed("window", current_tenant(), [agree_scope(person) for person in sorted(people_told)])


def let_go(agreement_id: UUID, *, by: Actor, now: datetime) -> None:
    """Let the own change that is kept for the next window go. Raises Problem `not_found`, `not_allowed`."""
    one = queries.get(agreement_id)
    if one is None:
        raise Problem(NOT_FOUND)
    place = people.places([one.person_id], now).get(one.person_id)
    stands = people.relations(by.person_id, one.person_id, None if place is None else place.id, now)  # type: ignore[arg-type]
    policy.require(Action.AGREEMENT_ADJUST, stands)
    held = queries.kept([one.person_id], by.person_id).get(one.person_id)
    if held is None:
        raise Problem(NOT_FOUND)
    held.settled_at = now
    changed("agreement", one.id, [agree_scope(one.supervisor_id)])
