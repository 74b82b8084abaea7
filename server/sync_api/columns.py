"""Columns of the rows that POST /api/sync carries, each kind once.

A row is an array in this order with its trailing nulls cut off. `gemba openapi --client` writes the
same lists to `pwa/src/generated/wire-columns.ts`; a new column goes at the END of its list, so that
a phone of yesterday still reads what it knows.
"""

from typing import Final

PROTOCOL: Final = 1

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "cycle": ("id", "name_zh", "name_en", "period_from", "period_to", "deadline_at", "state"),
    "form": ("id", "job_zh", "job_en", "lines"),
    "evaluation": (
        "id",
        "cycle_id",
        "form_id",
        "rater_id",
        "employee_no",
        "name_zh",
        "name_en",
        "level",
        "department_zh",
        "department_en",
        "values",
        "rules",
        "lasts",
        "last_overall",
        "state",
        "fields",
        "submitted_at",
        "may",
        "run_order",
        "answer",
        "answer_note",
        "answered_at",
    ),
    "case": (
        "id",
        "evaluation_id",
        "code",
        "state",
        "base_value",
        "candidates",
        "chosen",
        "reason",
        "decided_by_zh",
        "decided_by_en",
        "decided_at",
        "may",
    ),
    "result": (
        "id",
        "cycle_id",
        "form_id",
        "rater_zh",
        "rater_en",
        "values",
        "rules",
        "scores",
        "comments",
        "chips",
        "reasons",
        "overall",
        "last_overall",
        "released_at",
        "version",
        "state",
        "answer",
        "answer_note",
        "answered_at",
        "may",
        "overall_history",
        "judge_zh",
        "judge_en",
        "data_to",
    ),
    "trend": ("id", "lines"),
    "chip": ("id", "indicator_code", "band", "zh", "en"),
    "window": ("id", "every", "first_day", "last_day", "spans"),
    "agreement": (
        "id",
        "person_id",
        "employee_no",
        "name_zh",
        "name_en",
        "department_zh",
        "department_en",
        "supervisor_zh",
        "supervisor_en",
        "period",
        "period_from",
        "period_to",
        "lines",
        "texts",
        "voices",
        "may",
        "kept",
    ),
    "measured": (
        "id",
        "employee_no",
        "name_zh",
        "name_en",
        "department_zh",
        "department_en",
        "series",
        "objections",
        "spans",
        "keeps",
    ),
    "floor": ("id", "person_id", "name_zh", "name_en", "spans", "jobs", "proposals", "sways", "may"),
}
"""kind -> its columns. Instants are whole milliseconds since 1970, days are ISO text."""

READS: Final = 3
"""What the phone of today says of the rows that it knows. 1: window, agreement. 2: measured. 3: floor. A scope that
holds a newer kind goes
only to phones that say so: another would drop the rows and keep the cursor."""

LINE_COLUMNS: Final = (
    "key",
    "code",
    "name_zh",
    "name_en",
    "short_zh",
    "short_en",
    "unit",
    "direction",
    "target",
    "threshold",
    "weight",
    "source",
    "bands",
    "anchors",
    "set_weight",
    "rule",
)
"""One line of `form.lines`. `set_weight`: what the set of indicators says, where another weight was agreed. `rule`:
"line" where the data mark on the straight line through threshold and target; `bands` are then the line's own."""

TREND_LINE_COLUMNS: Final = ("key", "periods", "values", "data_to", "changes")
"""One line of `trend.lines`. `changes`: what was corrected of the cycle's own values, by `TREND_CHANGE_COLUMNS`."""

TREND_CHANGE_COLUMNS: Final = ("label", "before", "after", "reason", "changed_at")
"""One entry of a trend line's `changes`, the oldest first."""

TEXT_COLUMNS: Final = (
    "version",
    "lines",
    "words",
    "author_zh",
    "author_en",
    "device_time",
    "received_at",
    "late",
)
"""One entry of `agreement.texts`: a change of the terms, the last one standing. `lines`: [key, target, weight]."""

VOICE_COLUMNS: Final = (
    "version",
    "kind",
    "words",
    "text",
    "author_id",
    "author_zh",
    "author_en",
    "device_time",
    "received_at",
)
"""One entry of `agreement.voices`; `text` is the version of the text that was on the screen, null: as drawn up."""

KEPT_COLUMNS: Final = ("version", "lines", "words", "device_time", "received_at")
"""`agreement.kept`: the asking person's own change that came while the window was shut."""

SERIES_COLUMNS: Final = (
    "indicator",
    "name_zh",
    "name_en",
    "unit",
    "direction",
    "target",
    "threshold",
    "frequency",
    "source",
    "source_zh",
    "source_en",
    "by_hand",
    "locked",
    "leave_lowers",
    "data_to",
    "points",
)
"""One entry of `measured.series`. `by_hand` 1: the asking person enters it; `locked`: why its source takes nothing in."""

POINT_COLUMNS: Final = ("period_from", "period_to", "label", "value", "flags", "changes", "entered")
"""One value of a series, the oldest first. `entered`: by whom and when it was entered on a phone, if it was."""

CHANGE_COLUMNS: Final = ("before", "after", "reason", "by_zh", "by_en", "key_name", "late", "changed_at")
"""One correction of a value."""

ENTERED_COLUMNS: Final = ("by_zh", "by_en", "device_time", "received_at")
"""`entered` of a value."""

OBJECTION_COLUMNS: Final = (
    "indicator",
    "period_from",
    "shown",
    "shown_to",
    "reason",
    "state",
    "raised_at",
    "due_at",
    "device_time",
    "answer",
    "answered_by_zh",
    "answered_by_en",
    "answered_at",
)
"""One entry of `measured.objections`: the last one to each value of oneself."""

CANDIDATE_COLUMNS: Final = (
    "version",
    "value",
    "author_id",
    "author_zh",
    "author_en",
    "device_label",
    "device_time",
    "received_at",
    "base_version",
    "comment",
)
"""One entry of `case.candidates`; `version` and `base_version` are "w.n"."""

VERSION_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "case": ("chosen",),
    "result": ("version",),
}
"""Columns whose whole value is one version ("w.n" on the wire). Versions inside
`evaluation.fields` and `case.candidates` stand at the places that their own lists give."""

MAY: Final = {
    "score": 1,
    "submit": 2,
    "recall": 4,
    "decide": 8,
    "answer": 16,
    "agree": 32,
    "reply": 64,
    "adjust": 128,
    "propose": 256,
}
"""Bits of the column `may`: what the asking person may do with this row now."""

RECEIPTS: Final = {
    "a": "applied",
    "s": "same",
    "m": "merged",
    "c": "conflict",
    "p": "parked",
    "h": "held",
    "r": "retry",
    "u": "update_needed",
    "i": "id_reused",
}
"""Letter of a receipt -> its name. Its third place: c case id, p reason code, h missing version
("w.n"), s the version it equals ("w.n"), r seconds."""

FIELD_CODES: Final = {"s": "score", "c": "comment", "r": "reason", "g": "chips"}
"""First letter of a mutation's code -> first part of the canonical field name; the rest of the
code is the line's key. `!submit` and `!recall` write `status`, `ans` writes `answer`, `!terms` and `voi` the
terms somebody is measured by and what is said of them, `pro`, `inf` and `ver` what the floor says of its indicators."""
