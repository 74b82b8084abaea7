"""Which passwords a list finds soon, and which it does not."""

import pytest

from server.demo import PASSWORD
from server.identity.guessing import is_guessed_soon


@pytest.mark.parametrize(
    "text",
    [
        "passwordpassword",
        "iloveyouiloveyou",
        "hunter2hunter2hunter2",
        "123qwe123qwe123qwe",
        "qwertyuiop12345678",
        "abcdefghijklmnopqrst",
        "password!!!!!!!!",
        "aaaabbbbccccdddd",
        "",
    ],
)
def test_common_words_runs_and_repeats_are_found_soon(text: str) -> None:
    assert is_guessed_soon(text)
    assert is_guessed_soon(text.upper())


@pytest.mark.parametrize(
    "text",
    [
        PASSWORD,
        "four grey herons wading",
        "correcthorsebatterystaple",
        "今天早上三号机换了新刀具很顺",
        "vK7#qmZ2!tRw9",
    ],
)
def test_several_words_or_much_chance_are_not(text: str) -> None:
    assert not is_guessed_soon(text)
