"""Indicators, the sets of job categories, and quick comments."""

import re
from decimal import Decimal
from typing import Any, Final

from server.imports.names import of_indicators, with_codes
from server.imports.plan import Change, Difference, Held, Plan, What, text_of, unique
from server.imports.records import Kind, Record
from server.indicators.models import RATING, SHORT_MAX, Chip, Indicator, IndicatorVersion, Scale, SetLine

INDICATOR, VERSION, SET_LINE, CHIP = (one.__tablename__ for one in (Indicator, IndicatorVersion, SetLine, Chip))
WORDING: Final = ("name_zh", "name_en", "unit", "direction", "target", "threshold", "source", "frequency")
PERCENT: Final = "%"
FULL: Final = 100
FILLED: Final = frozenset({"value", "target", "threshold", "period"})
BLANK: Final = "__"


def plan_indicators(plan: Plan, records: list[Record]) -> None:
    """Add indicators, a new version where wording or rule differ, and say by what categories are judged."""
    sets: dict[str, list[tuple[Record, Held]]] = {}
    worded: dict[str, Record] = {}
    versions: dict[str, Held] = {}
    for one in unique(plan, records, "code", "category"):
        code = str(one.values["code"])
        first = worded.setdefault(code, one)
        if first is one:
            versions[code] = _version(plan, code, one)
        elif any(first.values.get(name) != one.values.get(name) for name in WORDING):
            where = f"{first.place.file}:{first.place.row}"
            plan.error("rows_differ", one.place, key=code, other=where)
        sets.setdefault(str(one.values["category"]), []).append((one, versions[code]))
    for category, lines in sets.items():
        _set(plan, category, lines)


def _wording(one: Record, held: Held | None) -> Held:
    empty: Held = {"unit": "", "direction": "higher", "target": None, "threshold": None, "frequency": "monthly"}
    kept: Any = held or empty
    given = {name: one.values.get(name) for name in WORDING if name in one.values}
    wording = {name: given.get(name, kept.get(name)) for name in WORDING}
    wording |= {name: empty[name] for name in ("unit", "direction", "frequency") if wording[name] is None}
    wording["name_en"] = wording["name_en"] or wording["name_zh"]
    return wording


def _version(plan: Plan, code: str, one: Record) -> Held:
    indicator = plan.stock.indicators.get(code)
    held = None if indicator is None else plan.stock.versions.get(indicator["id"])
    wording = _wording(one, held)
    label = str(wording["name_zh"])
    differences = tuple(
        Difference(name, text_of(None if held is None else held[name]), text_of(wording[name]))
        for name in WORDING
        if held is None or held[name] != wording[name]
    )
    if held is not None and not differences and held["state"] != "retired":
        plan.change(Change(Kind.INDICATORS, What.UNCHANGED, code, label, one.place))
        return held
    if indicator is None:
        indicator = plan.insert(INDICATOR, {"id": plan.new_id(), "code": code})
        plan.stock.indicators[code] = indicator
    what = What.NEW if held is None else What.CHANGED
    made = plan.insert(VERSION, _new_version(plan, indicator, wording, held))
    plan.stock.versions[indicator["id"]] = made
    plan.change(Change(Kind.INDICATORS, what, code, label, one.place, differences))
    return made


def _new_version(plan: Plan, indicator: Held, wording: Held, held: Held | None) -> Held:
    same_names = held is not None and all(held[name] == wording[name] for name in ("name_zh", "name_en"))
    same_rule = held is not None and all(
        held[name] == wording[name] for name in ("unit", "direction", "target", "threshold", "source")
    )
    # A file says nothing about the way from a value to a mark: a line stays a line.
    on_line = held is not None and held["rule"] == Scale.LINE
    return {
        "id": plan.new_id(),
        "indicator_id": indicator["id"],
        "number": plan.stock.numbers.get(indicator["id"], 0) + 1,
        **wording,
        "short_zh": held["short_zh"] if held and same_names else str(wording["name_zh"])[:SHORT_MAX],
        "short_en": held["short_en"] if held and same_names else str(wording["name_en"])[:SHORT_MAX],
        "rule": (Scale.LINE if on_line else Scale.BANDS).value,
        "bands": None if on_line else held["bands"] if held and same_rule else bands(wording),
        "anchors": held["anchors"] if held else None,
        "state": "approved",
    }


def bands(wording: Held) -> list[float] | None:
    """From which value the data give 2, 3, 4 and 5, where a file says no more than threshold and target: 2 at the
    threshold, 4 at the target, 3 half way, 5 half a way beyond; never beyond what can be reached."""
    target, threshold = wording["target"], wording["threshold"]
    if wording["source"] == RATING or target is None or threshold is None or target == threshold:
        return None
    if (target > threshold) != (wording["direction"] == "higher"):
        return None
    half = (target - threshold) / 2
    best = target + half
    if wording["unit"] == PERCENT and target < FULL:
        best = min(best, Decimal(FULL))
    if target >= 0:
        best = max(best, Decimal(0))
    return [float(one) for one in (threshold, threshold + half, target, best)]


# ---- sets ---------------------------------------------------------------------------------------


def _set(plan: Plan, category: str, lines: list[tuple[Record, Held]]) -> None:
    weights = [one.values["weight"] for one, _ in lines]
    for (one, _), weight in zip(lines, weights, strict=True):
        if not isinstance(weight, Decimal) or weight != weight.to_integral_value() or not 1 <= weight <= FULL:
            plan.error("weight_wrong", one.place, weight=weight)
            return
    total = sum(int(weight) for weight in weights if isinstance(weight, Decimal))
    if total != FULL:
        plan.error("weights_do_not_sum", lines[0][0].place, category=category, total=total)
        return
    held = plan.stock.sets.get(category, [])
    for position, ((_, version), weight) in enumerate(zip(lines, weights, strict=True), start=1):
        wanted = {"indicator_version_id": version["id"], "weight": int(Decimal(str(weight)))}
        old = next((row for row in held if row["position"] == position), None)
        if old is None:
            plan.insert(SET_LINE, {"category": category, "position": position} | wanted)
        else:
            plan.update(SET_LINE, ("category", "position"), old, wanted)
    for old in held:
        if old["position"] > len(lines):
            plan.delete(SET_LINE, old)


# ---- quick comments -----------------------------------------------------------------------------


def plan_chips(plan: Plan, records: list[Record]) -> None:
    """Add quick comments; one that is there gets its English words changed."""
    records = with_codes(plan, records, "indicator", of_indicators(plan))
    for one in unique(plan, records, "indicator", "band", "zh"):
        code = str(one.values.get("indicator") or "")
        if code and code not in plan.stock.indicators:
            plan.error("indicator_unknown", one.place, code=code)
            continue
        zh, band = _fillable(str(one.values["zh"])), str(one.values["band"])
        held = plan.stock.chips.get((code, band, zh))
        en = _fillable(str(one.values.get("en") or (held["en"] if held else zh)))
        if held is None:
            row = {"id": plan.new_id(), "indicator_code": code, "band": band, "zh": zh, "en": en}
            plan.stock.chips[code, band, zh] = plan.insert(CHIP, row)
            plan.change(Change(Kind.CHIPS, What.NEW, band, zh, one.place))
            continue
        told = (Difference("en", held["en"], en),) if held["en"] != en else ()
        plan.update(CHIP, ("id",), held, {"en": en})
        plan.change(Change(Kind.CHIPS, What.CHANGED if told else What.UNCHANGED, band, zh, one.place, told))


def _fillable(text: str) -> str:
    """A blank that nothing is known to fill becomes one that its author fills in."""
    return re.sub(r"\{(\w+)\}", lambda found: found[0] if found[1] in FILLED else BLANK, text)
