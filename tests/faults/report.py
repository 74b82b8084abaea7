"""The tables at the end of `make faults` and `make faults-selftest`."""

from collections.abc import Sequence

from tests.faults.catalogue import CATALOGUE
from tests.faults.scenario import SCENARIOS, Scenario
from tests.faults.world import Outcome

HEAD = (
    "fault",
    "database",
    "runs",
    "saved",
    "acknowledged",
    "lost",
    "doubled",
    "HTTP 500",
    "hands",
    "worst recovery s",
)


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """One line for each fault and database, then where the others are tested, then the sum."""
    if not outcomes:
        return []
    rows: list[tuple[object, ...]] = []
    for fault, database in sorted({(one.fault, one.database) for one in outcomes}):
        mine = [one for one in outcomes if (one.fault, one.database) == (fault, database)]
        sums = [sum(getattr(one, name) for one in mine) for name in ("saved", "acknowledged", "lost", "doubled")]
        worst = max(one.recovery_s for one in mine)
        rows.append(
            (f"{fault} {CATALOGUE[fault].title}", database, len(mine), *sums, sum(one.errors for one in mine),
             sum(one.hands for one in mine), f"{worst:.1f}" if worst else "-")
        )  # fmt: skip
    lines = ["", _line(HEAD), _line(["---"] * len(HEAD)), *map(_line, rows), _line(_whole(outcomes))]
    played = {one.fault for one in outcomes}
    elsewhere = {n: one for n, one in CATALOGUE.items() if n not in played and one.elsewhere}
    lines += [f"{n} {one.title}: {', '.join(one.elsewhere)}" for n, one in elsewhere.items()]
    skipped = {one.fault for one in SCENARIOS.values()} - played
    left = [n for n in CATALOGUE if n not in played | skipped | elsewhere.keys()]
    have, whole = len(played | skipped | elsewhere.keys()), len(CATALOGUE)
    lines += [
        "",
        f"faults covered {have} of {whole}; played in this run {len(played)}, by tests elsewhere {len(elsewhere)}",
    ]
    lines += [f"not played in this run: {', '.join(map(str, sorted(skipped)))}"] if skipped else []
    missing = "; ".join(f"{n} {CATALOGUE[n].title} ({CATALOGUE[n].why})" for n in left)
    return [*lines, *([f"not covered: {missing}"] if missing else [])]


def _whole(outcomes: Sequence[Outcome]) -> tuple[object, ...]:
    """The same over everything."""
    sums = [
        sum(getattr(one, name) for one in outcomes)
        for name in ("saved", "acknowledged", "lost", "doubled", "errors", "hands")
    ]
    worst = max(one.recovery_s for one in outcomes)
    return ("all", "both", len(outcomes), *sums, f"{worst:.1f}")


def bugs(caught: Sequence[tuple[Scenario, str]]) -> list[str]:
    """Fault, the bug that was planted, and what gave it away."""
    if not caught:
        return []
    head = ["", _line(("fault", "scenario", "planted bug", "caught by")), _line(["---"] * 4)]
    return [
        *head,
        *(
            _line((one.fault, one.name, one.bug or one.phone_bug, complaint.splitlines()[0][:110]))
            for one, complaint in caught
        ),
    ]


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
