"""Forms, as they are frozen when a cycle opens: the set of the day, with the target and weight that were agreed.

Nothing writes the lines of a form afterwards: an evaluation that lies open on a phone never changes its weights.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from server.agreements import binding, drawn
from server.cycles.models import Cycle
from server.evaluations.models import Form
from server.foundation.db import session
from server.foundation.ids import CycleId, JobId, PersonId
from server.indicators import matching
from server.indicators.queries import agreed_line
from server.people import queries as people
from server.people.queries import Member

Lines = list[dict[str, Any]]


def make(cycle: Cycle, members: Sequence[Member], at: datetime) -> dict[UUID, Form]:
    """Person -> the form of his job, of the set that applies to him that day, and of his agreed terms; without a set
    none. Whoever has the same lines shares a form.
    """
    codes = matching.codes_of(members, people.day_of(at))
    sets = {code: drawn.lines_of_set(code) for code in sorted(set(codes.values()))}
    terms = binding.terms_of(codes, cycle.period_from, cycle.period_to)
    forms: dict[tuple[Any, ...], Form] = {}
    found: dict[UUID, Form] = {}
    for one in members:
        code = codes.get(one.person.id, "")
        if not sets.get(code):
            continue
        lines = with_terms(sets[code], terms.get(PersonId(one.person.id), {}))
        key = (one.job.id, code, *((line["target"], line["weight"]) for line in lines))
        if key not in forms:
            forms[key] = Form(
                cycle_id=CycleId(cycle.id),
                job_id=JobId(one.job.id),
                job_zh=one.job.name_zh,
                job_en=one.job.name_en,
                lines=lines,
            )
            session().add(forms[key])
        found[one.person.id] = forms[key]
    session().flush()  # the evaluations' rows refer to them
    return found


def with_terms(lines: Lines, terms: binding.Terms) -> Lines:
    """The lines of a set as they were agreed. An agreement about other indicators, as before a move, says nothing about
    these: its weights would not sum to 100. A target was agreed for one version of an indicator, and holds for that.
    """
    if drawn.codes_of(lines) != terms.keys():
        return lines
    made: Lines = []
    for line in lines:
        held = terms[line["code"]]
        target = held.target if held.version == line["indicator_version"] else line["target"]
        made.append(agreed_line(line, target, held.weight))
    return made
