"""The short form of `make soak-client`: some seeds of the simulated client, and every seed that ever failed."""

import json

from tests.soak_client import run

SEEDS = 10


def test_no_saved_edit_is_lost_or_doubled_in_any_weather():
    script = run.build()
    total = run.run(list(range(1, SEEDS + 1)), script)
    assert [(one["seed"], one["violation"]["rule"], one["violation"]["about"]) for one in total.violations] == []
    assert total.edits > SEEDS
    assert len(total.faults) > 15, "the weather was too fair to prove anything"


def test_what_failed_once_holds():
    script = run.build()
    kept = json.loads(run.KEPT.read_text("utf-8"))
    with run.server() as port:
        for kinds in sorted({one["kinds"] for one in kept}):
            seeds = [one["seed"] for one in kept if one["kinds"] == kinds]
            for outcome in run.outcomes(port, script, seeds, kinds=kinds):
                assert outcome["violation"] is None, outcome["seed"]


def test_a_planted_bug_is_caught():
    bug = next(one for one in run.planted() if one["name"] == "coalesce-after-send")
    with run.server() as port:
        tried, rule = run.hunt(bug, port, run.build(planted=True))
    assert tried > 0
    assert rule in ("content-as-saved", "log-as-saved", "id-reused")
