"""The catalogue says what is covered; here it is held against what there is."""

from tests.e2e.house import ROOT
from tests.faults import bugs, everything
from tests.faults.catalogue import CATALOGUE


def test_each_fault_is_played_tested_elsewhere_or_said_not_to_be() -> None:
    played = {one.fault for one in everything.SCENARIOS.values()}
    assert sorted(CATALOGUE) == list(range(1, 35))
    assert played <= CATALOGUE.keys()
    assert [n for n, one in CATALOGUE.items() if n not in played and not one.elsewhere and not one.why] == []


def test_the_tests_that_it_names_exist() -> None:
    for one in CATALOGUE.values():
        for path, _, name in (test.partition("::") for test in one.elsewhere):
            assert f"def {name}(" in (ROOT / path).read_text("utf-8") if name else (ROOT / path).is_file(), path


def test_each_scenario_has_a_planted_bug_that_it_must_notice() -> None:
    for one in everything.SCENARIOS.values():
        assert one.bug or one.phone_bug, one.name
        assert not one.bug or one.bug in bugs.BUGS, one.bug
