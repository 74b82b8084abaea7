"""Laws that the arithmetic of a form obeys whatever the numbers, reckoned a second time in fractions."""

from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import assume, given
from hypothesis import strategies as st

from server.indicators.arithmetic import (
    attendance,
    bounds_tenths,
    combined_tenths,
    lacking,
    linear_mark,
    one_value,
    overall_tenths,
    rule_mark,
    shares,
)
from server.indicators.arithmetic.explained import Step, days_steps, sum_steps
from server.indicators.arithmetic.rounding import half_up, plain
from server.indicators.arithmetic.rules import linear_bands
from server.indicators.arithmetic.values import LOWERS, NEVER_LOWERS

measured = st.decimals(-1000, 1000, places=4)
whole_marks = st.integers(1, 5)
any_marks = st.one_of(whole_marks, st.decimals(1, 5, places=2))
directions = st.sampled_from(["higher", "lower"])
a_day = st.integers(0, 31)


def in_fractions(amount: Fraction) -> int:
    """Half up, away from zero."""
    cut = floor(abs(amount) + Fraction(1, 2))
    return cut if amount >= 0 else -cut


@st.composite
def weighed(draw: st.DrawFn, marks: st.SearchStrategy[object] = any_marks) -> tuple[list[int], list[object]]:
    """Weights 1 to 100 that sum to 100, and a mark for each."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=6)))
    weights = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    return weights, [draw(marks) for _ in weights]


@st.composite
def lines(draw: st.DrawFn) -> tuple[Decimal, Decimal, str]:
    threshold, target, direction = draw(measured), draw(measured), draw(directions)
    assume(threshold < target if direction == "higher" else threshold > target)
    return threshold, target, direction


# ---- rules --------------------------------------------------------------------------------------


@given(
    bands=st.lists(measured, min_size=4, max_size=4, unique=True),
    direction=directions,
    two=st.tuples(measured, measured),
)
def test_a_better_value_never_gets_a_worse_mark_by_bands(
    bands: list[Decimal], direction: str, two: tuple[Decimal, Decimal]
) -> None:
    worse, better = sorted(two, reverse=direction == "lower")
    in_order = sorted(bands, reverse=direction == "lower")
    assert 1 <= rule_mark(worse, in_order, direction) <= rule_mark(better, in_order, direction) <= 5


@given(rule=lines(), two=st.tuples(measured, measured))
def test_a_better_value_never_gets_a_worse_mark_on_a_line(
    rule: tuple[Decimal, Decimal, str], two: tuple[Decimal, Decimal]
) -> None:
    worse, better = sorted(two, reverse=rule[2] == "lower")
    assert 1 <= linear_mark(worse, *rule) <= linear_mark(better, *rule) <= 5


@given(rule=lines(), value=measured)
def test_a_line_is_what_fractions_say(rule: tuple[Decimal, Decimal, str], value: Decimal) -> None:
    threshold, target = Fraction(rule[0]), Fraction(rule[1])
    exact = 2 + 2 * (Fraction(value) - threshold) / (target - threshold)
    assert 100 * linear_mark(value, *rule) == max(100, min(500, in_fractions(100 * exact)))


@given(rule=lines(), value=measured)
def test_a_line_and_its_bands_agree_at_the_bounds_and_differ_by_less_than_a_mark(
    rule: tuple[Decimal, Decimal, str], value: Decimal
) -> None:
    threshold, target, direction = rule
    bands = linear_bands(*rule)
    assert (bands[0], bands[2]) == (threshold, target)
    for bound in bands:
        assert linear_mark(bound, *rule) == rule_mark(bound, bands, direction)
    by_bands = rule_mark(value, bands, direction)
    assert by_bands <= linear_mark(value, *rule) <= by_bands + 1


# ---- one value of a period ----------------------------------------------------------------------


@given(values=st.lists(measured, min_size=1, max_size=20), chance=st.randoms())
def test_a_mean_and_a_sum_do_not_hang_on_the_order(values: list[Decimal], chance: object) -> None:
    mixed = [*values]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert one_value(values, "mean") == one_value(mixed, "mean")
    assert one_value(values, "sum") == one_value(mixed, "sum") == sum(map(Fraction, values))


@given(values=st.lists(measured, min_size=1, max_size=20))
def test_a_mean_is_what_fractions_say_and_the_last_is_one_of_them(values: list[Decimal]) -> None:
    mean = one_value(values, "mean")
    assert mean is not None
    assert 100 * mean == in_fractions(100 * sum(map(Fraction, values)) / len(values))
    assert one_value(values, "last") is values[-1]


@given(
    planned=st.integers(0, 31),
    protected=st.dictionaries(st.sampled_from(sorted(NEVER_LOWERS)), st.integers(0, 10)),
    lowering=st.dictionaries(st.sampled_from(sorted(LOWERS)), st.integers(0, 10)),
)
def test_attendance_is_bounded_and_protected_leave_alone_leaves_it_whole(
    planned: int, protected: dict[str, int], lowering: dict[str, int]
) -> None:
    away = {kind: Decimal(days) for kind, days in (protected | lowering).items()}
    assume(sum(away.values()) <= planned)
    value = attendance(Decimal(planned), away)
    due = planned - sum(protected.values())
    if due == 0:
        assert value is None
        return
    assert value is not None
    assert 0 <= value <= 100
    assert 100 * value == in_fractions(Fraction(10000 * (due - sum(lowering.values())), due))
    if not any(lowering.values()):
        assert value == 100


# ---- the whole ----------------------------------------------------------------------------------


@given(form=weighed())
def test_an_overall_mark_lies_between_the_worst_and_the_best(form: tuple[list[int], list[Decimal]]) -> None:
    overall = overall_tenths(*form)
    assert overall is not None
    exact = [10 * Fraction(mark) for mark in form[1]]
    assert in_fractions(min(exact)) <= overall <= in_fractions(max(exact))
    assert overall == in_fractions(sum(w * mark for w, mark in zip(form[0], exact, strict=True)) / 100)


@given(form=weighed(), place=st.integers(0, 6), up=any_marks)
def test_a_better_mark_never_lowers_the_whole(form: tuple[list[int], list[Decimal]], place: int, up: Decimal) -> None:
    weights, marks = form
    better = [*marks]
    better[place % len(marks)] = max(up, better[place % len(marks)])
    before, after = overall_tenths(weights, marks), overall_tenths(weights, better)
    assert before is not None
    assert after is not None
    assert before <= after


@given(form=weighed(st.none() | any_marks), chance=st.randoms(), missing=st.sampled_from(["wait", "reweigh"]))
def test_the_order_of_lines_does_not_matter(
    form: tuple[list[int], list[Decimal | None]], chance: object, missing: str
) -> None:
    mixed = list(zip(*form, strict=True))
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    weights, marks = [weight for weight, _ in mixed], [mark for _, mark in mixed]
    assert overall_tenths(*form, missing) == overall_tenths(weights, marks, missing)  # type: ignore[arg-type]
    assert bounds_tenths(*form) == bounds_tenths(weights, marks)


@given(form=weighed(st.none() | any_marks), filled=st.data())
def test_whatever_open_lines_still_get_the_whole_stays_in_its_bounds(
    form: tuple[list[int], list[Decimal | None]], filled: st.DataObject
) -> None:
    weights, marks = form
    assert lacking(weights) == 0
    low, high = bounds_tenths(weights, marks)
    overall = overall_tenths(weights, [filled.draw(any_marks) if mark is None else mark for mark in marks])
    assert overall is not None
    assert 10 <= low <= overall <= high <= 50
    assert (overall_tenths(weights, marks) is None) == (None in marks)


@given(form=weighed(st.none() | any_marks))
def test_carried_by_the_others_is_their_own_mean(form: tuple[list[int], list[Decimal | None]]) -> None:
    known = [(weight, Fraction(mark)) for weight, mark in zip(*form, strict=True) if mark is not None]
    overall = overall_tenths(*form, "reweigh")
    if not known:
        assert overall is None
        return
    assert overall == in_fractions(10 * sum(w * mark for w, mark in known) / sum(w for w, _ in known))


# ---- several raters -----------------------------------------------------------------------------


@given(days=st.lists(a_day, min_size=1, max_size=6))
def test_shares_sum_to_a_hundred_and_are_less_than_one_from_exact(days: list[int]) -> None:
    assume(sum(days))
    parts = shares(days)
    assert sum(parts) == 100
    for one, part in zip(days, parts, strict=True):
        assert abs(Fraction(100 * one, sum(days)) - part) < 1
        assert part == 0 if one == 0 else True
    by_days = sorted(zip(days, parts, strict=True))
    assert [part for _, part in by_days] == sorted(parts), "more days never weigh less"


@given(raters=st.lists(st.tuples(st.integers(1, 31), st.integers(10, 50)), min_size=1, max_size=5), chance=st.randoms())
def test_one_result_of_several_raters_lies_between_theirs(raters: list[tuple[int, int]], chance: object) -> None:
    days, overalls = [one for one, _ in raters], [overall for _, overall in raters]
    combined = combined_tenths(days, overalls)
    assert combined is not None
    assert min(overalls) <= combined <= max(overalls)
    if len(set(days)) == len(days):  # equal days and one per cent too few: the earlier one gets it
        mixed = [*raters]
        chance.shuffle(mixed)  # type: ignore[attr-defined]
        assert combined_tenths([one for one, _ in mixed], [overall for _, overall in mixed]) == combined


# ---- what is told -------------------------------------------------------------------------------


def added(steps: list[Step]) -> Fraction:
    return sum((Fraction(step["part"]) for step in steps if step["kind"] == "part"), Fraction(0))


@given(form=weighed(st.none() | any_marks), missing=st.sampled_from(["wait", "reweigh"]))
def test_the_parts_that_are_told_add_up_to_the_total_that_is_told(
    form: tuple[list[int], list[Decimal | None]], missing: str
) -> None:
    steps = sum_steps(*form, missing)  # type: ignore[arg-type]
    end = steps[-1]
    overall = overall_tenths(*form, missing)  # type: ignore[arg-type]
    if overall is None:
        assert end["kind"] == "waits"
        return
    assert Fraction(end["total"]) == added(steps)
    assert Fraction(end["overall"]) * 10 == overall
    carried = Fraction(end.get("weight", "100")) / 100
    assert in_fractions(10 * added(steps) / carried) == overall, "the reader gets the same from what is told"
    assert (end["kind"] == "total") == (None not in form[1] and 10 * added(steps) == overall)


@given(raters=st.lists(st.tuples(st.integers(1, 31), st.integers(10, 50)), min_size=1, max_size=5))
def test_the_shares_of_raters_that_are_told_add_up_too(raters: list[tuple[int, int]]) -> None:
    days, overalls = [one for one, _ in raters], [overall for _, overall in raters]
    steps = days_steps(days, overalls)
    told = [step for step in steps if step["kind"] == "days"]
    assert sum(int(step["weight"]) for step in told) == 100
    assert sum(int(step["days"]) for step in told) == int(told[0]["of"])
    assert Fraction(steps[-1]["total"]) == added(steps)
    assert in_fractions(10 * added(steps)) == combined_tenths(days, overalls)


@given(amount=st.decimals(-(10**10), 10**10, places=4), over=st.integers(1, 400), digits=st.integers(0, 4))
def test_rounding_is_what_fractions_say_and_its_text_reads_back(amount: Decimal, over: int, digits: int) -> None:
    cut = half_up(amount, digits, over)
    assert cut * 10**digits == in_fractions(Fraction(amount) * 10**digits / over)
    assert Decimal(plain(cut, digits)) == cut
    assert "E" not in plain(cut)
