"""The merge table stands in one place, and the document repeats it without a mistake."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sync.base import Seen, follow
from sync.model import Fate, MutationId, Op, Reason, Receipt
from sync.rules import LINED, NEEDS, OPS, RULES, TEXT_MAX, Rule, line_key, rule_of

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "sync.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """Cells of the first table after a heading, its two head lines left out."""
    part = DOCUMENT.split(heading, 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    assert lines is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[0].splitlines()[2:]]


def test_the_documents_merge_table_is_the_rules_table() -> None:
    table = {cells[0].strip("`"): (cells[1], set(cells[2].split(", "))) for cells in rows("## How two edits")}
    assert table == {field: (rule.value, {op.value for op in OPS[rule]}) for field, rule in RULES.items()}


def test_the_document_names_every_receipt_with_its_letter() -> None:
    table = {cells[0].strip("`"): cells[1] for cells in rows("## Receipts")}
    assert table == {receipt.value: receipt.name.lower() for receipt in Receipt}


def test_the_document_names_every_reason() -> None:
    line = next(line for line in DOCUMENT.splitlines() if line.startswith("Reasons of `parked`"))
    assert set(re.findall(r"`(\w+)`", line)) - {"parked"} == {reason.value for reason in Reason}


def test_every_rule_has_its_operations_and_every_operation_its_right() -> None:
    assert set(OPS) == set(Rule)
    assert set(NEEDS) | {Op.COMMAND} == set(Op)
    assert {name for name, rule in RULES.items() if rule is Rule.TEXT} == set(TEXT_MAX)


@pytest.mark.parametrize("name", sorted(LINED))
def test_a_field_of_a_line_has_a_key(name: str) -> None:
    assert rule_of(name) is None
    assert rule_of(f"{name}/12") is RULES[name]
    assert line_key(f"{name}/12") == 12


@pytest.mark.parametrize("text", ["d1.ann.1", "d1+.ann.12", "Zm9v_-.YmFy.9007199254740991"])
def test_a_mutation_id_survives_its_text_form(text: str) -> None:
    assert str(MutationId.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "d1", "d1.ann", "d1.ann.x", "d1.ann.-1", ".ann.1", "+.ann.1", "a.b.c.d", "d1.ann.１"]
)
def test_what_is_no_mutation_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        MutationId.parse(text)


def test_a_merged_version_leads_back_to_its_mutation() -> None:
    one = MutationId("d1", "ann", 3)
    assert one.merged("clean").plain() == one
    assert MutationId.parse(str(one.merged("clean"))) == one.merged("clean")
    assert one.plain() == one


def test_a_merged_version_is_that_of_one_text() -> None:
    one = MutationId("d1", "ann", 3)
    assert one.merged("clean") != one.merged("late")
    assert one.merged("late").merged("clean") == one.merged("clean")
    assert one.merged("clean").names("clean")
    assert not one.merged("clean").names("late")
    assert MutationId.parse("d1+.ann.3").names("late")  # made before there were digests


def test_a_merged_text_that_is_not_in_the_log_stands_for_what_was_typed() -> None:
    """A restored server merged the same edit with other words."""
    one = MutationId("d1", "ann", 1)
    fate = Fate(
        one, "E", "comment/1", Receipt.MERGED, "typed", (), wrote="late", alias=None, case_id=None, missing=None
    )
    assert follow(one.merged("late"), "E", "comment/1", {one: fate}.get) == Seen(one.merged("late"), "late")
    assert follow(one.merged("clean"), "E", "comment/1", {one: fate}.get) == Seen(one, "typed", exact=False)
    applied = replace(fate, receipt=Receipt.APPLIED, wrote="typed")
    assert follow(one.merged("clean"), "E", "comment/1", {one: applied}.get) == Seen(one, "typed", exact=False)
