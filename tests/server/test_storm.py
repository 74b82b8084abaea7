"""The storm in small, with real processes and sockets: every receipt in the log, one effect each, no answer
but 200 and "come again then". How long it takes is `make storm`'s matter."""

from pathlib import Path

from bench.storm.run import weather

PHONES = 24


def test_every_edit_of_a_plant_that_comes_online_at_once_is_taken_in_once(database: str, tmp_path: Path) -> None:
    figures, wrong = weather(database, tmp_path, PHONES, within_s=0.0)
    assert wrong == []
    assert figures["edits"] == PHONES * 12 * 7
