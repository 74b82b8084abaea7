"""The simulator's short form: some seeds, every seed that ever failed, and proof that the checks can fail."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tests.sim.bugs import BUGS
from tests.sim.bugs.by_hand import STORIES
from tests.sim.bugs.focus import FOCUS
from tests.sim.play import compare, from_json, play, run, verdict
from tests.sim.script import script_of

HERE = Path(__file__).parent
KEPT = json.loads((HERE / "regressions.json").read_text("utf-8"))
QUICK = (
    "last_writer_wins", "loser_dropped", "text_merge_drops_a_side", "dropped_on_4xx", "relaxed_outbox",
    "own_branch_ignored", "wrong_status_shown", "queue_not_told", "retry_after_ignored", "transaction_ends_early",
    "case_not_told",
)  # fmt: skip


def test_seeds_break_no_invariant() -> None:
    tally = run(range(30))
    assert not tally.failed
    assert tally.saved > 150
    assert len(tally.faults) > 30


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept["found"][:40])
def test_what_once_failed_does_not_fail_again(kept: dict[str, object]) -> None:
    script = from_json(kept["script"])  # type: ignore[arg-type]
    assert verdict(script, twice=bool(kept.get("twice"))) is None


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_caught(name: str) -> None:
    seeds = range(min(BUGS[name].seeds, 60))
    found = (verdict(script_of(seed, FOCUS.get(name, ())), name) for seed in seeds)
    first = next(one for one in found if one is not None)
    assert first.check != "crash", first


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_still_fits_the_product(name: str) -> None:
    """A switch whose place was renamed crashes each seed, and would be taken for caught."""
    found = verdict(script_of(0, FOCUS.get(name, ())), name)
    assert found is None or found.check != "crash", found


@pytest.mark.parametrize("name", STORIES)
def test_a_story_written_by_hand_catches_its_bug_and_lets_the_honest_pass(name: str) -> None:
    assert verdict(STORIES[name]) is None
    assert verdict(STORIES[name], name) is not None


def test_a_seed_played_twice_comes_to_one_end() -> None:
    first, second = play(script_of(7)), play(script_of(7))
    compare(first, second)
    assert first.faults == second.faults


def test_checkers_know_nothing_of_what_they_judge() -> None:
    """They may read the tables, the oracle and the disks; never the product's code or the phone's."""
    for path in (HERE / "checks").glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(("server", "sync")), f"{path.name} imports {node.module}"
                assert node.module not in ("tests.sim.phone", "tests.sim.taking", "tests.sim.planner")
