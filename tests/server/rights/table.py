"""The table of rights, written down a second time: not from server/policy.py, but from what the plant was promised.

**A new door?** Add one line to DOORS: what it shows or changes (a row of TABLE), R or W, and what its path names.
A new kind of thing gets a row in TABLE first, and in docs/security.md.

Letters: o own, t team by the line of the day (a manager's reaches down), d delegated, a an HR partner's area,
p plant, - none. `rate` stands where the table says t RW: only the rater whom the evaluation names.
"""

from dataclasses import dataclass

ROLES = ("employee", "line", "delegate", "partner", "hr", "admin")
KINDS = {
    "employee": "employee", "former": "employee", "supervisor": "line", "successor": "line", "manager": "line",
    "delegate": "delegate", "partner": "partner", "hr": "hr", "admin": "admin",
}  # fmt: skip
"""Who acts -> the column of the table that counts for him. `former`: every role, until yesterday and from tomorrow."""

TABLE: dict[str, tuple[str, ...]] = {
    #                             employee      line       delegate   HRBP    HR        admin
    "evaluation, draft":         ("-",          "rate RW", "d RW",    "-",    "-",      "-"),
    "evaluation, submitted":     ("-",          "t R",     "d R",     "a R",  "p R",    "-"),
    "history, draft":            ("-",          "rate R",  "d R",     "-",    "-",      "-"),
    "history, submitted":        ("o R",        "t R",     "d R",     "a R",  "p R",    "-"),
    "people":                    ("-",          "t R",     "-",       "a R",  "p RW",   "-"),
    "board":                     ("-",          "t R",     "-",       "a R",  "p R",    "-"),
    "names of cycles":           ("-",          "t R",     "-",       "a R",  "p R",    "-"),
    "cycles":                    ("-",          "-",       "-",       "-",    "p RW",   "-"),
    "imports":                   ("-",          "-",       "-",       "-",    "p RW",   "p RW"),
    "phones":                    ("-",          "-",       "-",       "-",    "p RW",   "p RW"),
    "hand-in codes":             ("-",          "-",       "-",       "-",    "p W",    "p W"),
    "contact of a phone":        ("-",          "-",       "-",       "-",    "p R",    "p R"),
    "outbox files":              ("-",          "-",       "-",       "-",    "p W",    "-"),
    "sessions of others":        ("-",          "-",       "-",       "-",    "-",      "p RW"),
    "own":                       ("o RW",       "o RW",    "o RW",    "o RW", "o RW",   "o RW"),
}  # fmt: skip

RELATED: dict[str, dict[str, str]] = {
    "employee": {"own": "o"},
    "former": {"own": "o"},
    "supervisor": {"own": "o", "team": "t rate", "moved": "t rate"},
    "successor": {"own": "o", "other": "t rate", "moved": "t"},
    "manager": {"own": "o", "team": "t", "moved": "t", "other": "t"},
    "delegate": {"own": "o", "team": "d", "moved": "d"},
    "partner": {"own": "o", "team": "a", "moved": "a"},
    "hr": {"own": "o", "team": "p", "moved": "p", "other": "p", "ended": "p", "future": "p"},
    "admin": {"own": "o", "team": "p", "moved": "p", "other": "p", "ended": "p", "future": "p"},
}
"""Who acts -> upon whom -> by which letters. What is left out is `none`: another team, what ended, what is to come."""

AFTER_THE_CLOSE = {("supervisor", "moved"): ""}
"""Whoever rates keeps what he rated until the cycle closes; then the line of the day counts."""

OFFICERS = {"hr", "admin"}


@dataclass(frozen=True)
class Door:
    """What a door is about, and what its path names: nothing, an evaluation, a phone, a session, a cycle."""

    about: str
    right: str = "R"
    names: str = ""
    outside: int = 403
    """How it refuses inside the plant: 403 the whole desk, 404 the single record."""


DOORS: dict[str, Door | None] = {
    # None: public, needs no session and tells of no person.
    "GET /": None,
    "GET /<name>": None,
    "GET /healthz": None,
    "GET /readyz": None,
    "GET /metrics": None,
    "GET /api/docs": None,
    "GET /api/docs.css": None,
    "GET /api/openapi.json": None,
    "POST /api/csp-report": None,
    "GET /api/auth/doors": None,
    "POST /api/auth/login": None,
    "POST /api/auth/demo": None,
    "POST /api/auth/enrol": None,
    "POST /api/auth/drain": None,
    "POST /api/devices/state": None,
    "POST /api/auth/refresh": None,
    "GET /api/auth/me": Door("own"),
    "GET /api/auth/sessions": Door("own"),
    "GET /api/auth/file-key": Door("own"),
    "GET /api/phones/own": Door("own"),
    "POST /api/sync": Door("own", "W"),
    "POST /api/auth/password": Door("own", "W"),
    "POST /api/auth/logout": Door("own", "W"),
    "DELETE /api/auth/sessions/<session_id>": Door("own", "W", "session", 404),
    "GET /api/sessions": Door("sessions of others", "R", "number"),
    "DELETE /api/sessions/<session_id>": Door("sessions of others", "W", "session"),
    "POST /api/sessions/<session_id>/drain": Door("sessions of others", "W", "session"),
    "GET /api/departments": Door("people"),
    "GET /api/people": Door("people"),
    "GET /api/cycles": Door("names of cycles"),
    "POST /api/cycles": Door("cycles", "W"),
    "GET /api/cycles/<cycle_id>/delegations": Door("cycles"),
    "POST /api/cycles/<cycle_id>/delegations": Door("cycles", "W"),
    "DELETE /api/cycles/<cycle_id>/delegations/<delegation_id>": Door("cycles", "W"),
    "POST /api/cycles/<cycle_id>/open": Door("cycles", "W"),
    "GET /api/imports": Door("imports"),
    "POST /api/imports": Door("imports", "W"),
    "GET /api/imports/<import_id>": Door("imports"),
    "GET /api/imports/<import_id>/findings": Door("imports"),
    "GET /api/imports/<import_id>/changes": Door("imports"),
    "PUT /api/imports/<import_id>/mappings": Door("imports", "W"),
    "POST /api/imports/<import_id>/apply": Door("imports", "W"),
    "POST /api/imports/<import_id>/undo": Door("imports", "W"),
    "GET /api/completion/board": Door("board"),
    "GET /api/completion/phones": Door("contact of a phone"),
    "POST /api/completion/outbox-files": Door("outbox files", "W"),
    "GET /api/devices": Door("phones"),
    "GET /api/phones": Door("phones"),
    "GET /api/phones/<device_id>": Door("phones", "R", "phone"),
    "POST /api/devices/<device_id>/shared": Door("phones", "W", "phone"),
    "POST /api/devices/<device_id>/lost": Door("phones", "W", "phone"),
    "POST /api/devices/<device_id>/drain-code": Door("hand-in codes", "W", "phone"),
    "GET /api/evaluations/<evaluation_id>": Door("evaluation", "R", "evaluation", 404),
    "GET /api/evaluations/<evaluation_id>/history": Door("history", "R", "evaluation", 404),
}

HOW_TO_ADD = "add it to DOORS in tests/server/rights/table.py: what it is about, R or W, what its path names"

SHOWN = {
    "GET /api/people": {
        "supervisor": {"employee", "team"},
        "successor": {"other", "moved"},
        "manager": {"supervisor", "successor", "employee", "team", "moved", "other"},
        "partner": {"supervisor", "employee", "team"},
    },
    "the board": {
        "supervisor": {"employee", "team"},
        "successor": {"other", "moved"},
        "manager": {"supervisor", "successor", "employee", "team", "moved", "other"},
        "partner": {"supervisor", "employee", "team", "moved"},
    },
    "phone": {
        "supervisor": {"employee", "team", "moved"},
        "successor": {"other"},
        "delegate": {"employee", "team", "moved"},
        "manager": {"supervisor", "successor"},
    },
}
"""Lists and phones: whose rows each holds, exactly. HR sees everybody's list; whoever is not named sees nothing."""


def letters(actor: str, target: str, closed: bool = False) -> set[str]:
    found = RELATED[actor].get(target, "")
    if closed:
        found = AFTER_THE_CLOSE.get((actor, target), found)
    return set(found.split())


def allows(about: str, right: str, actor: str, held: set[str]) -> bool:
    """Whether the table gives this right to somebody who stands so."""
    letter, _, rights = TABLE[about][ROLES.index(KINDS[actor])].partition(" ")
    own = TABLE[about][0].startswith("o ") and "o" in held
    return (own and right in TABLE[about][0]) or (right in rights and letter in held - {"o"})


def status(name: str, actor: str, target: str, stage: str) -> int | None:
    """What a door answers: None for an answer, else 403 or 404."""
    door = DOORS[name]
    assert door is not None
    about = f"{door.about}, {stage.replace('closed', 'submitted')}" if door.names == "evaluation" else door.about
    cell = TABLE[about][ROLES.index(KINDS[actor])]
    if about == "own":
        return None if target == "own" or not door.names else 404
    if door.names == "":
        return None if door.right in cell.partition(" ")[2] else 403
    if door.names in ("phone", "session", "number"):
        if door.right not in cell.partition(" ")[2]:
            return 403
        if target == "south":
            return 404
        return 403 if about == "hand-in codes" and actor == "hr" and target == "own" else None
    held = letters(actor, target, stage == "closed")
    if allows(about, door.right, actor, held):
        return None
    # Inside the plant an administrator is told that it is not for him; to all others it is not there.
    return 403 if actor == "admin" and "p" in held else 404
