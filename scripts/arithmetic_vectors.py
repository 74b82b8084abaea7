"""Writes tests/vectors/arithmetic.json, by which server and phone are held to the same sums.

Edges by hand, then drawn cases with a fixed seed. What comes out is what the server's arithmetic says today: a test
notices when the file and the code differ, and the laws of tests/server/indicators/test_arithmetic_laws.py, reckoned
in fractions, say whether the code is right. A changed line in the diff of this file is a changed result for people.
"""

import json
import random
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from server.indicators.arithmetic import days_within, lacking  # noqa: E402  the path comes first
from server.indicators.arithmetic.explained import (  # noqa: E402
    attendance_steps,
    band_step,
    days_steps,
    linear_step,
    sum_steps,
    value_step,
)
from server.indicators.arithmetic.rounding import half_up, plain  # noqa: E402
from server.indicators.arithmetic.rules import linear_bands  # noqa: E402
from server.indicators.arithmetic.values import FREQUENCIES, LOWERS, NEVER_LOWERS, aggregate_of  # noqa: E402

FILE: Final = ROOT / "tests/vectors/arithmetic.json"
SEED: Final = 20261129
WEIGHTS: Final = ([30, 30, 20, 10, 10], [35, 25, 20, 20], [40, 30, 30], [34, 33, 33], [100], [1, 99], [50, 25, 25])
RULES: Final = (("90", "100", "higher"), ("96", "98.5", "higher"), ("92.5", "92.6", "higher"), ("150", "50", "lower"),
                ("90", "45", "lower"), ("1", "0", "lower"), ("-5", "5", "higher"), ("0.3", "0.1", "lower"))  # fmt: skip
BANDS: Final = ((["90", "95", "100", "105"], "higher"), (["94", "96", "98.5", "99.5"], "higher"),
                (["92", "94", "98", "100"], "higher"), (["150", "100", "50", "20"], "lower"),
                (["3", "2", "1", "0"], "lower"), (["0.3", "0.25", "0.2", "0.1"], "lower"))  # fmt: skip


def made() -> dict[str, list[dict[str, Any]]]:
    """Every case by the function it is for. Numbers with a fraction are text."""
    chance = random.Random(SEED)
    makers: dict[str, Callable[[random.Random], Iterator[dict[str, Any]]]] = {
        "half_up": _half_up, "value": _value, "aggregate": _aggregate, "attendance": _attendance, "bands": _bands,
        "linear": _linear, "sums": _sums, "lacking": _lacking, "days": _days, "within": _within,
    }  # fmt: skip
    return {name: list(make(chance)) for name, make in makers.items()}


def _drawn(chance: random.Random, low: int, high: int, digits: int = 2) -> Decimal:
    return Decimal(chance.randint(low * 10**digits, high * 10**digits)).scaleb(-digits)


def _half_up(chance: random.Random) -> Iterator[dict[str, Any]]:
    edges = [("0.5", "1", 0), ("1.5", "1", 0), ("2.5", "1", 0), ("-0.5", "1", 0), ("-2.5", "1", 0), ("0.005", "1", 2),
             ("-0.004", "1", 2), ("1", "3", 2), ("2", "3", 2), ("-1", "-8", 2), ("1", "-8", 2), ("0", "7", 2),
             ("0.4999999999999999999999999999999999", "1", 0), ("99999999999.9999", "7", 4), ("98.7049", "1", 1)]  # fmt: skip
    for amount, over, digits in edges:
        yield _half(Decimal(amount), Decimal(over), digits)
    for _ in range(60):
        yield _half(
            _drawn(chance, -200, 200, 4), Decimal(chance.choice((1, 2, 3, 6, 7, 8, 40, 300))), chance.randint(0, 3)
        )


def _half(amount: Decimal, over: Decimal, digits: int) -> dict[str, Any]:
    cut = plain(half_up(amount, digits, over), digits)
    return {"amount": plain(amount), "over": plain(over), "digits": digits, "cut": cut}


def _value(chance: random.Random) -> Iterator[dict[str, Any]]:
    lists = [
        [],
        ["0"],
        ["1", "1", "2"],
        ["0.005"],
        ["95.6", "100.4"],
        ["3", "0", "1"],
        ["-1", "-2"],
        ["99.995", "99.994"],
    ]
    many = [[Decimal(one) for one in values] for values in lists]
    many += [
        [_drawn(chance, 0, 120, chance.choice((0, 1, 2, 4))) for _ in range(chance.randint(1, 6))] for _ in range(20)
    ]
    for values in many:
        for how in ("mean", "sum", "last"):
            yield {"values": [plain(one) for one in values], "how": how, "step": value_step(values, how)}


def _aggregate(_: random.Random) -> Iterator[dict[str, Any]]:
    for unit in ("%", "", "count", "ppm", "min", "h", "次", "件", "起", "times", "cases", "件/天"):
        for frequency in FREQUENCIES:
            yield {"unit": unit, "frequency": frequency, "how": aggregate_of(unit, frequency)}


def _attendance(chance: random.Random) -> Iterator[dict[str, Any]]:
    edges: list[tuple[str, dict[str, str]]] = [
        ("22", {}), ("22", {"work_injury": "22"}), ("0", {}), ("22", {"unexcused": "22"}), ("22", {"personal": "0.5"}),
        ("22", {"work_injury": "10", "unexcused": "1"}), ("22", {"annual": "3", "personal": "1", "medical": "2.5"}),
    ]  # fmt: skip
    edges += [("21", {kind: "7", "personal": "1"}) for kind in sorted(NEVER_LOWERS)]
    for planned, away in edges:
        yield _away(Decimal(planned), {kind: Decimal(days) for kind, days in away.items()})
    kinds = sorted(NEVER_LOWERS | LOWERS)
    for _ in range(25):
        chosen = chance.sample(kinds, chance.randint(1, 4))
        yield _away(Decimal(chance.randint(18, 26)), {kind: Decimal(chance.randint(0, 8)) / 2 for kind in chosen})


def _away(planned: Decimal, away: dict[str, Decimal]) -> dict[str, Any]:
    text = {kind: plain(days) for kind, days in away.items()}
    return {"planned": plain(planned), "away": text, "steps": attendance_steps(planned, away)}


def _bands(chance: random.Random) -> Iterator[dict[str, Any]]:
    for bands, direction in BANDS:
        bounds = [Decimal(bound) for bound in bands]
        near = [bound + step for bound in bounds for step in (Decimal("-0.0001"), Decimal(0), Decimal("0.0001"))]
        for value in near + [_drawn(chance, 0, 160, chance.randint(0, 4)) for _ in range(6)]:
            step = band_step(value, bounds, direction)
            yield {"value": plain(value), "bands": bands, "direction": direction, "step": step}


def _linear(chance: random.Random) -> Iterator[dict[str, Any]]:
    for low, high, direction in RULES:
        threshold, target = Decimal(low), Decimal(high)
        bounds = linear_bands(threshold, target, direction)
        near = [bound + step for bound in bounds for step in (Decimal("-0.0001"), Decimal(0), Decimal("0.0001"))]
        span = abs(int(target - threshold)) + 1
        drawn = [threshold + _drawn(chance, -2 * span, 2 * span, chance.randint(0, 4)) for _ in range(10)]
        for value in near + drawn:
            yield {
                "value": plain(value), "threshold": low, "target": high, "direction": direction,
                "bands": [plain(bound) for bound in bounds], "step": linear_step(value, threshold, target, direction),
            }  # fmt: skip


def _sums(chance: random.Random) -> Iterator[dict[str, Any]]:
    for weights in WEIGHTS:
        for mark in (1, 5, None):
            yield from _sum(weights, [mark] * len(weights))
        for _ in range(12):
            yield from _sum(weights, [chance.choice((1, 2, 3, 4, 5, _drawn(chance, 1, 5), None)) for _ in weights])
        for _ in range(8):
            yield from _sum(weights, [chance.randint(1, 5) for _ in weights])


def _sum(weights: list[int], marks: list[Any]) -> Iterator[dict[str, Any]]:
    text = [None if mark is None else plain(mark) for mark in marks]
    for missing in ("wait", "reweigh") if None in marks else ("wait",):
        steps = sum_steps(weights, marks, missing)  # type: ignore[arg-type]  mypy reads no literal in a loop over two
        yield {"weights": weights, "marks": text, "missing": missing, "steps": steps}


def _lacking(_: random.Random) -> Iterator[dict[str, Any]]:
    for weights in (*WEIGHTS, [], [99], [101], [60, 30], [60, 60]):
        yield {"weights": weights, "lacking": lacking(weights)}


def _days(chance: random.Random) -> Iterator[dict[str, Any]]:
    edges = [([14, 16], [36, 41]), ([10, 10, 10], [30, 40, 50]), ([30], [33]), ([0, 30], [None, 33]), ([15, 15], [35, 36]),
             ([1, 364], [None, 33]), ([1, 1, 1, 1, 1, 1], [10, 20, 30, 40, 50, 10]), ([14, 16], [None, 41]), ([0, 30], [50, 10])]  # fmt: skip
    for days, overalls in edges:
        yield {"days": days, "overalls": overalls, "steps": days_steps(days, overalls)}
    for _ in range(60):
        days = [chance.randint(1, 31) for _ in range(chance.randint(1, 4))]
        overalls = [None if chance.random() < 0.07 else chance.randint(10, 50) for _ in days]
        yield {"days": days, "overalls": overalls, "steps": days_steps(days, overalls)}


def _within(chance: random.Random) -> Iterator[dict[str, Any]]:
    spans = [("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-12-31"), ("2026-11-30", "2026-12-05"),
             ("2026-10-01", "2026-10-31"), ("2026-12-01", "2026-12-31"), ("2026-11-14", "2026-11-14")]  # fmt: skip
    found = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans]
    for _ in range(20):
        first = date(2026, 10, 15) + timedelta(days=chance.randint(0, 60))
        found.append((first, first + timedelta(days=chance.randint(0, 40))))
    for first, last in found:
        for period in ((date(2026, 11, 1), date(2026, 11, 30)), (date(2028, 2, 1), date(2028, 2, 29))):
            days = [one.isoformat() for one in (first, last, *period)]
            yield {"days": days, "within": days_within(first, last, *period)}


def written() -> str:
    """The file: one case a line, so that a diff shows the cases that changed."""
    parts = [
        f" {json.dumps(name)}: [\n" + ",\n".join(f"  {json.dumps(case, ensure_ascii=False)}" for case in cases) + "\n ]"
        for name, cases in made().items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
