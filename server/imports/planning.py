"""Records and what the plant holds make a plan. Pure: neither database nor clock; what would become of values is asked
of `foresee`."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from server.imports.plan import Foresee, Foreseen, Options, Plan, Stock, Values
from server.imports.plan_indicators import plan_chips, plan_indicators
from server.imports.plan_lines import find_moves, lines_of_people, plan_lines, refuse_loops
from server.imports.plan_people import Working, plan_people
from server.imports.plan_places import plan_departments, plan_jobs
from server.imports.plan_values import plan_values
from server.imports.records import Finding, Kind, Record


def _nothing_stands(_plan: Plan, _source: str, _values: Values) -> Foreseen:
    return Foreseen()


def plan(
    records: Iterable[Record],
    findings: Sequence[Finding],
    stock: Stock,
    options: Options,
    new_id: Callable[[], UUID],
    named: frozenset[str] = frozenset(),
    foresee: Foresee = _nothing_stands,
) -> Plan:
    """Say what becomes of everything that the records name. All files of an import are taken together; `stock` is
    changed along. `findings`: what reading has found; `named`: numbers of the people in the files."""
    made = Plan(options, stock, new_id, list(findings), named=named)
    of_kind: dict[Kind, list[Record]] = {kind: [] for kind in Kind}
    for one in records:
        of_kind[one.kind].append(one)
    work = Working(made)
    plan_departments(made, of_kind[Kind.DEPARTMENTS])
    plan_jobs(made, of_kind[Kind.JOBS])
    plan_people(made, work, of_kind[Kind.PEOPLE])
    lines = of_kind[Kind.REPORTING]
    plan_lines(made, work, [*lines, *lines_of_people(made, of_kind[Kind.PEOPLE], lines)])
    refuse_loops(made, work)
    find_moves(made, work)
    work.write()
    plan_indicators(made, of_kind[Kind.INDICATORS])
    plan_values(made, of_kind[Kind.VALUES], foresee)
    plan_chips(made, of_kind[Kind.CHIPS])
    return made
