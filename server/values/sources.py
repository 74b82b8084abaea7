"""Sources of values: who keeps one, whether it is locked, what late values and leave do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import PersonId, SourceId
from server.foundation.problems import NOT_FOUND, Problem
from server.people import queries as people
from server.people.models import Person
from server.values import queries, telling
from server.values.models import PROTECTED, LateRule, Leave, SourceKind, ValueSource, ValueSourceChange
from server.values.problems import LEAVE_PROTECTED, SOURCE_OWNER

ATTENDANCE: Final = "attendance"
LOWERS: Final = (Leave.ABSENT.value, Leave.PERSONAL.value)
"""What lowers attendance until HR says otherwise."""
SHOWN: Final = 20
"""Of a source's history."""


def locked(code: str) -> ValueSource:
    """A source, locked for this transaction; made as it is when nobody has set it up yet. Raises Problem `not_found`
    for a code that no measured indicator names."""
    found = queries.source_by_code(code, lock=True)
    if found is None:
        if code not in queries.source_codes():
            raise Problem(NOT_FOUND)
        found = unset(code)
        session().add(found)
        session().flush()  # whoever else makes it now comes second, and is run again
    return found


def unset(code: str) -> ValueSource:
    """A source as it is before anybody has set it up."""
    return ValueSource(
        code=code,
        name_zh=code,
        name_en=code,
        kind=SourceKind.IMPORT.value,
        owner_id=None,
        locked_reason=None,
        late_rule=LateRule.LABEL.value,
        leave_lowers=list(LOWERS) if code == ATTENDANCE else None,
        last_value_at=None,
    )


def all_sources() -> Sequence[ValueSource]:
    """Every source that an indicator names or somebody has set up, by code."""
    found = {one.code: one for one in queries.sources()}
    made = {code: unset(code) for code in queries.source_codes() if code not in found}
    return [one for _, one in sorted((found | made).items())]


@dataclass(frozen=True)
class Setting:
    """What HR says of a source. `leave_lowers`: None where it is no attendance."""

    code: str
    name_zh: str
    name_en: str
    kind: SourceKind
    owner_no: str | None
    locked_reason: str | None
    late_rule: LateRule
    leave_lowers: list[Leave] | None


def set_up(asked: Setting, *, by: PersonId, now: datetime) -> ValueSource:
    """Set a source up; what was said of it before is kept. Raises Problem `not_found`, `source_owner`, `leave_protected`."""
    protected = PROTECTED.intersection(asked.leave_lowers or ())
    if protected:
        raise Problem(LEAVE_PROTECTED, leave=sorted(one.value for one in protected)[0])
    owner = None if asked.owner_no is None else people.by_number(asked.owner_no)
    if asked.owner_no is not None and owner is None:
        raise Problem(SOURCE_OWNER)
    is_new = queries.source_by_code(asked.code) is None
    held = locked(asked.code)
    before = None if is_new else _said(held)
    if asked.kind is not SourceKind.SELF:
        held.self_by_id = None
    elif held.kind != SourceKind.SELF:
        held.self_by_id = by
    held.name_zh, held.name_en = asked.name_zh, asked.name_en
    held.kind, held.late_rule = asked.kind.value, asked.late_rule.value
    held.owner_id = None if owner is None else PersonId(owner.id)
    held.locked_reason = asked.locked_reason
    held.leave_lowers = None if asked.leave_lowers is None else sorted(one.value for one in asked.leave_lowers)
    after = _said(held)
    if after != before:
        change = ValueSourceChange(source_id=SourceId(held.id), by_id=by, changed_at=now, before=before, after=after)
        session().add(change)
    telling.of_source()
    return held


def _said(held: ValueSource) -> dict[str, Any]:
    """What HR says of a source, as its history keeps it."""
    names = ("name_zh", "name_en", "kind", "locked_reason", "late_rule", "leave_lowers")
    owner = people.by_id([held.owner_id] if held.owner_id else []).get(held.owner_id or UUID(int=0))
    return {name: getattr(held, name) for name in names} | {"owner_no": owner and owner.employee_no}


def changes(shown: Collection[ValueSource]) -> dict[UUID, list[dict[str, Any]]]:
    """Source -> the last that was said of it, the newest first: who, when, and each setting before and after."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    query = (
        sa.select(ValueSourceChange, Person.name_zh, Person.name_en)
        .join(Person, Person.id == ValueSourceChange.by_id)
        .where(ValueSourceChange.source_id.in_([one.id for one in shown if one.id is not None]))
        .order_by(ValueSourceChange.changed_at.desc(), ValueSourceChange.id.desc())
    )
    for one, name_zh, name_en in session().execute(query):
        before = one.before or {}
        many = found.setdefault(one.source_id, [])
        if len(many) < SHOWN:
            settings = [
                {"setting": name, "before": _text(before.get(name)), "after": _text(now)}
                for name, now in one.after.items()
                if before.get(name) != now
            ]
            many.append({"changed_at": one.changed_at, "by_zh": name_zh, "by_en": name_en, "settings": settings})
    return found


def _text(said: Any) -> str | None:
    return None if said is None else " ".join(said) if isinstance(said, list) else str(said)


def shown(one: ValueSource, owners: Mapping[Any, Any], told: Mapping[UUID, Sequence[dict[str, Any]]]) -> dict[str, Any]:
    """A source as the desk shows it."""
    owner = owners.get(one.owner_id)
    return {
        "changes": told.get(one.id, []),
        "code": one.code,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "kind": SourceKind(one.kind),
        "owner_no": None if owner is None else owner.employee_no,
        "owner_zh": None if owner is None else owner.name_zh,
        "owner_en": None if owner is None else owner.name_en,
        "locked_reason": one.locked_reason,
        "late_rule": LateRule(one.late_rule),
        "leave_lowers": None if one.leave_lowers is None else [Leave(kind) for kind in one.leave_lowers],
        "last_value_at": one.last_value_at,
    }
