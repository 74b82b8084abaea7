"""The 34 faults that Gemba must survive, and the tests of those that are played somewhere else.

A fault counts as covered when a test injects it and looks for lost work afterwards. `why` says what keeps a fault from
being covered.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`elsewhere`: tests outside of this folder that cover it."""

    title: str
    elsewhere: tuple[str, ...] = ()
    why: str = ""


WEATHER = "tests/e2e/test_weather.py"
UPDATE = "tests/e2e/test_update.py"
CATALOGUE: dict[int, Fault] = {
    1: Fault("server killed at every point"),
    2: Fault("told to stop under load"),
    3: Fault("PostgreSQL restarted"),
    4: Fault("database away, connections used up"),
    5: Fault("deadlock, serialization, busy"),
    6: Fault("disk full, SQLite"),
    7: Fault("disk full, PostgreSQL", why="needs the right to mount a disk"),
    8: Fault("read-only"),
    9: Fault("damaged database"),
    10: Fault("one worker killed"),
    11: Fault("restored from an older copy"),
    12: Fault("clocks a year off, or ten times too fast"),
    13: Fault("upgrade with full outboxes", (f"{UPDATE}::test_a_full_outbox_outlives_a_new_app_and_drains_from_it",
                                             "tests/server/evaluations/test_old_outboxes.py")),
    14: Fault("migration killed half-way"),
    15: Fault("slow network"),
    16: Fault("request or answer cut, answer lost"),
    17: Fault("doubled, reordered, late"),
    18: Fault("refused, hanging, flapping"),
    19: Fault("captive portal", (f"{WEATHER}::test_a_captive_portals_page_is_believed_nowhere",)),
    20: Fault("pages of a reverse proxy", (f"{WEATHER}::test_an_error_page_of_the_server_deletes_nothing",)),
    21: Fault("a thousand phones at once", ("tests/server/test_storm.py",)),
    22: Fault("slow bodies and idle connections"),
    23: Fault(
        "browser killed",
        ("tests/e2e/test_main_job.py::test_a_supervisor_scores_a_team_of_twelve_in_a_dead_spot_and_hr_and_the_employee_see_it",),
    ),
    24: Fault("no room on the phone", (f"{WEATHER}::test_a_full_phone_never_shows_a_mark_that_is_not_on_the_disk",)),
    25: Fault("site data cleared", ("tests/e2e/test_stuck.py::test_what_a_cleared_phone_had_not_sent_is_named_to_its_user_and_to_hr",
                                 "tests/server/completion/test_handsets.py")),
    26: Fault("dead database handle", (f"{WEATHER}::test_a_window_that_cannot_store_anything_says_so",
                                       "pwa/src/db/connection.test.ts")),
    27: Fault("two phones of one person", (f"{WEATHER}::test_two_tabs_of_one_person_lose_nothing_and_agree",)),
    28: Fault("service worker replaced", (f"{WEATHER}::test_a_new_version_waits_for_consent_and_keeps_unsent_work",
                                          f"{UPDATE}::test_a_broken_new_worker_leaves_the_old_app_at_work_offline_too")),
    29: Fault("login expired or revoked, cycle closed in flight"),
    30: Fault("shared phone", ("tests/e2e/test_main_strangers.py::test_two_people_on_one_phone_never_mix",
                              "tests/e2e/test_at_rest.py")),
    31: Fault("malformed requests", ("tests/server/test_hostile.py",)),
    32: Fault("hostile client with a good login"),
    33: Fault("hostile files", ("tests/server/completion/test_outbox_files.py",)),
    34: Fault("a poison edit among fifty"),
}  # fmt: skip
