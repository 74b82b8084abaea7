"""Three-way merge of comments, Chinese and English."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.text import keep_both, merge3, sentences, tokens

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "text.json").read_text("utf-8"))

words = st.sampled_from(
    ["good", "work", "late", "质量好", "出勤差", "，", "。", ".", " ", " ", "\n", "96.5", "\U0001f44d"]
)
texts = st.lists(words, max_size=12).map("".join)


@st.composite
def two_edits(draw: st.DrawFn) -> tuple[str, str, str, list[str], list[str]]:
    """A base, two edits of it, and the words (new ones, spaced) that each put in."""
    base = draw(st.lists(st.sampled_from(["a", "b", "c", "质量", "。", "."]), max_size=10))

    def edited(mark: str) -> tuple[str, list[str]]:
        out: list[str] = []
        put: list[str] = []
        for number, word in enumerate([*base, None]):
            for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
                put.append(f"{mark}{number}x{len(put)}")
                out.append(put[-1])
            if word is not None and draw(st.sampled_from([True, True, True, False])):
                out.append(word)
        return " ".join(out), put

    (mine, my_words), (theirs, their_words) = edited("m"), edited("t")
    return " ".join(base), mine, theirs, my_words, their_words


@given(two_edits())
def test_a_merge_keeps_each_inserted_word_or_leaves_it_to_a_person(
    edits: tuple[str, str, str, list[str], list[str]],
) -> None:
    base, mine, theirs, my_words, their_words = edits
    merged = merge3(base, mine, theirs)
    if merged is not None:
        there = merged.split()
        assert set(my_words + their_words) <= set(there)
        assert len(there) == len(mine.split()) + len(theirs.split()) - len(base.split()) + _both_took_out(
            base, mine, theirs
        )


def _both_took_out(base: str, mine: str, theirs: str) -> int:
    """Base words that both sides took out (base words are told apart from new ones by having no x)."""
    kept = [len([word for word in side.split() if "x" not in word]) for side in (mine, theirs)]
    merged = merge3(base, mine, theirs)
    left = len([word for word in (merged or "").split() if "x" not in word])
    return len(base.split()) - kept[0] - kept[1] + left


@given(texts, texts, texts)
def test_a_merge_is_the_same_from_either_side(base: str, one: str, other: str) -> None:
    assert merge3(base, one, other) == merge3(base, other, one)


@given(texts, texts)
def test_who_changed_nothing_brings_nothing(base: str, other: str) -> None:
    assert merge3(base, base, other) == other
    assert merge3(base, other, base) == other
    assert merge3(base, other, other) == other


@given(texts)
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@given(st.text(max_size=60))
def test_tokens_of_any_text_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@given(texts, texts)
def test_keep_both_drops_no_sentence_and_repeats_none(one: str, other: str) -> None:
    both = keep_both(one, other)
    for sentence in (*sentences(one), *sentences(other)):
        assert sentence in both
    assert len(both) <= len(one) + len(other) + 1 + len(sentences(other))


@pytest.mark.parametrize("vector", VECTORS["merge3"], ids=lambda vector: vector["why"])
def test_merge_vectors(vector: dict[str, str]) -> None:
    assert merge3(vector["base"], vector["mine"], vector["theirs"]) == vector["merged"]


@pytest.mark.parametrize("vector", VECTORS["keep_both"], ids=lambda vector: vector["why"])
def test_keep_both_vectors(vector: dict[str, str]) -> None:
    assert keep_both(vector["first"], vector["second"]) == vector["both"]
