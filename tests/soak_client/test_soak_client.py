"""The short form of `make soak-client`: some seeds of the simulated client, and every seed that ever failed."""

import json

from tests.soak_client import run

SEEDS = 40


def test_no_saved_edit_is_lost_or_doubled_in_any_weather():
    kept = [one["seed"] for one in json.loads(run.KEPT.read_text("utf-8"))]
    total = run.run([*range(1, SEEDS + 1), *kept], run.build())
    assert [(one["seed"], one["violation"]["rule"], one["violation"]["about"]) for one in total.violations] == []
    assert total.edits > SEEDS
    assert len(total.faults) > 15, "the weather was too fair to prove anything"


def test_a_planted_bug_is_caught():
    bug = next(one for one in run.planted() if one["name"] == "coalesce-after-send")
    with run.server() as port:
        tried, rule = run.hunt(bug, port, run.build(planted=True))
    assert tried > 0
    assert rule in ("content-as-saved", "log-as-saved", "id-reused")
