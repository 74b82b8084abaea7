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
    "floor": ("id", "person_id", "name_zh", "name_en", "spans", "jobs", "proposals", "sways", "may"),
}
"""kind -> its columns. Instants are whole milliseconds since 1970, days are ISO text."""

READS: Final = 2
"""What the phone of today says of the rows that it knows. 1: window, agreement. 2: floor. A scope that holds a newer kind goes
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
)
"""One line of `form.lines`."""

TREND_LINE_COLUMNS: Final = ("key", "periods", "values", "data_to")
"""One line of `trend.lines`."""

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
