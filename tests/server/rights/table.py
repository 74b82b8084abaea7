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
    "values in imports":         ("-",          "-",       "-",       "-",    "p R",    "-"),
    "library":                   ("o R",        "o R",     "o R",     "o R",  "o R",    "o R"),
    "library, proposals":        ("-",          "t RW",    "-",       "a RW", "p RW",   "-"),
    "library, approval":         ("-",          "-",       "-",       "-",    "p W",    "-"),
    "library, draft for desks":  ("-",          "-",       "-",       "a RW", "p RW",   "-"),
    "library, draft of HR":      ("-",          "-",       "-",       "-",    "p W",    "-"),
    "word of the floor":        ("-",          "t R",      "-",        "a R",  "p R",    "-"),
    "agreement to outputs":      ("-",          "t W",     "-",       "-",    "-",      "-"),
    "sets of a person":          ("-",          "t R",     "-",       "a R",  "p R",    "-"),
    "values":                    ("o R",        "t R",     "o R",     "a R",  "p R",    "o R"),
    "values by hand":            ("o W",        "t W",     "o W",     "o W",  "p W",    "o W"),
    "desk of values":            ("-",          "-",       "-",       "-",    "p RW",   "-"),
    "agreements":                ("o R",        "t R",     "o R",     "a R",  "p R",    "o R"),
    "agreements, list":          ("-",          "-",       "-",       "a R",  "p R",    "-"),
    "agreements, terms":         ("-",          "t W",     "-",       "-",    "-",      "-"),
    "rounds of agreements":      ("-",          "-",       "-",       "-",    "p RW",   "-"),
    "keys of other systems":     ("-",          "-",       "-",       "-",    "-",      "p RW"),
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
    "supervisor": {"own": "o", "team": "t rate", "moved": "rate"},
    "successor": {"own": "o", "other": "t rate", "moved": "t"},
    "manager": {"own": "o", "team": "t", "moved": "t", "other": "t"},
    "delegate": {"own": "o", "team": "d", "moved": "d"},
    "partner": {"own": "o", "team": "a", "moved": "made"},
    "hr": {"own": "o", "team": "p", "moved": "p", "other": "p", "ended": "p", "future": "p"},
    "admin": {"own": "o", "team": "p", "moved": "p", "other": "p", "ended": "p", "future": "p"},
}
"""Who acts -> upon whom -> by which letters; `made`: the evaluation was made in his area. What is left out is `none`: another team, what ended, what is to come."""

AFTER_THE_CLOSE = {("supervisor", "moved"): ""}
"""Whoever rates keeps what he rated until the cycle closes; then the line of the day counts."""


@dataclass(frozen=True)
class Door:
    """What a door is about, R or W, and what it names, which says how it refuses.

    Nothing: the plant, or a list: 403. `evaluation`, `person`, `phone`, `session`, `number`: whose it is, asked about
    everybody. `record`: one of a desk, which is not there for others. `hidden`: not there for whoever may not read it;
    `proposal`: the same to those who may propose others. `side`: for whoever speaks for that side of a job; `side of a draft`: one that is hidden from them. `value`: of oneself. `kept`: for whoever leads that person directly, when he has one. `key`: no session opens it.
    """

    about: str
    right: str = "R"
    names: str = ""


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
    "DELETE /api/auth/sessions/<session_id>": Door("own", "W", "session"),
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
    "GET /api/imports/kinds": Door("imports"),
    "GET /api/imports/<import_id>/tables": Door("imports"),
    "GET /api/imports/<import_id>/findings": Door("imports"),
    "GET /api/imports/<import_id>/changes": Door("imports"),
    "PUT /api/imports/<import_id>/mappings": Door("imports", "W"),
    "POST /api/imports/<import_id>/apply": Door("imports", "W"),
    "POST /api/imports/<import_id>/undo": Door("imports", "W"),
    "POST /api/values": Door("own", "W", "key"),
    "GET /api/values/desk": Door("desk of values"),
    "GET /api/values/people/<person_id>": Door("values", "R", "person"),
    "POST /api/values/entries": Door("values by hand", "W", "person"),
    "POST /api/values/sources": Door("desk of values", "W"),
    "GET /api/values/keys": Door("keys of other systems"),
    "POST /api/values/keys": Door("keys of other systems", "W"),
    "DELETE /api/values/keys/<key_id>": Door("keys of other systems", "W"),
    "POST /api/values/objections": Door("own", "W", "value"),
    "POST /api/values/objections/<objection_id>/answer": Door("desk of values", "W", "record"),
    "POST /api/values/flags/<flag_id>/settle": Door("desk of values", "W", "record"),
    "GET /api/indicators": Door("library"),
    "POST /api/indicators": Door("library, proposals", "W"),
    "GET /api/indicators/proposals": Door("word of the floor"),
    "GET /api/indicators/<indicator_id>": Door("library, draft for desks", "R", "hidden"),
    "POST /api/indicators/<indicator_id>": Door("library, draft of HR", "W", "proposal"),
    "POST /api/indicators/<indicator_id>/versions": Door("library, draft of HR", "W", "proposal"),
    "POST /api/indicators/versions/<version_id>": Door("library, draft of HR", "W"),
    "POST /api/indicators/versions/<version_id>/propose": Door("library, draft of HR", "W"),
    "POST /api/indicators/versions/<version_id>/send-back": Door("library, approval", "W"),
    "POST /api/indicators/versions/<version_id>/approve": Door("library, approval", "W"),
    "POST /api/indicators/versions/<version_id>/retire": Door("library, approval", "W"),
    "POST /api/indicators/versions/<version_id>/influence": Door("agreement to outputs", "W", "side of a draft"),
    "GET /api/indicators/versions/<version_id>/difference": Door("library, draft for desks", "R", "hidden"),
    "GET /api/core-outputs": Door("library, proposals"),
    "POST /api/core-outputs/<job_id>": Door("library, proposals", "W"),
    "POST /api/core-outputs/<job_id>/agree": Door("agreement to outputs", "W", "side"),
    "GET /api/indicator-sets": Door("library, proposals"),
    "POST /api/indicator-sets": Door("library, approval", "W"),
    "GET /api/indicator-sets/own": Door("own"),
    "GET /api/indicator-sets/of/<person_id>": Door("sets of a person", "R", "person"),
    "POST /api/indicator-sets/ahead": Door("library, approval", "W"),
    "POST /api/indicator-sets/<set_id>/end": Door("library, approval", "W"),
    "DELETE /api/indicator-sets/<set_id>": Door("library, approval", "W"),
    "GET /api/goals": Door("library"),
    "GET /api/goals/owners": Door("library, proposals"),
    "POST /api/goals": Door("library, proposals", "W"),
    "POST /api/goals/<goal_id>": Door("library, approval", "W"),
    "DELETE /api/goals/<goal_id>": Door("library, approval", "W"),
    "GET /api/agreements/window": Door("rounds of agreements"),
    "POST /api/agreements/window": Door("rounds of agreements", "W"),
    "POST /api/agreements/window/open": Door("rounds of agreements", "W"),
    "POST /api/agreements/window/shut": Door("rounds of agreements", "W"),
    "POST /api/agreements/begin": Door("rounds of agreements", "W"),
    "GET /api/agreements/counts": Door("rounds of agreements"),
    "GET /api/agreements": Door("agreements, list"),
    "GET /api/agreements/<agreement_id>": Door("agreements", "R", "person"),
    "DELETE /api/agreements/<agreement_id>/kept": Door("agreements, terms", "W", "kept"),
    "GET /api/completion/board": Door("board"),
    "GET /api/completion/phones": Door("contact of a phone"),
    "POST /api/completion/outbox-files": Door("outbox files", "W"),
    "GET /api/devices": Door("phones"),
    "GET /api/phones": Door("phones"),
    "GET /api/phones/<device_id>": Door("phones", "R", "phone"),
    "POST /api/devices/<device_id>/shared": Door("phones", "W", "phone"),
    "POST /api/devices/<device_id>/lost": Door("phones", "W", "phone"),
    "POST /api/devices/<device_id>/drain-code": Door("hand-in codes", "W", "phone"),
    "GET /api/evaluations/<evaluation_id>": Door("evaluation", "R", "evaluation"),
    "GET /api/evaluations/<evaluation_id>/history": Door("history", "R", "evaluation"),
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
    "agreements on a phone": {
        "supervisor": {"employee", "team"},
        "successor": {"other", "moved"},
        "manager": {"supervisor", "successor"},
    },
    # Whoever reported to him lately stays there for the values of those days; what leaders are measured by nobody counts.
    "values on a phone": {
        "supervisor": {"employee", "team", "moved", "ended"},
        "successor": {"other", "moved"},
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
    """How an actor stands to a person's evaluation."""
    found = RELATED[actor].get(target, "")
    if closed:
        found = AFTER_THE_CLOSE.get((actor, target), found)
    held = set(found.split())
    return held | ({"t"} if "rate" in held else set()) | ({"a"} if "made" in held else set())


def of_person(actor: str, target: str) -> set[str]:
    """How an actor stands to a person today: whoever rates, or stands in for a rater, has no part in him by that."""
    return set(RELATED[actor].get(target, "").split()) - {"rate", "made", "d"}


def allows(about: str, right: str, actor: str, held: set[str]) -> bool:
    """Whether the table gives this right to somebody who stands so."""
    letter, _, rights = TABLE[about][ROLES.index(KINDS[actor])].partition(" ")
    own = TABLE[about][0].startswith("o ") and "o" in held
    return (own and right in TABLE[about][0]) or (right in rights and letter in held - {"o"})


def status(name: str, actor: str, target: str, stage: str) -> int | None:
    """What a door answers: None for an answer, else 401, 403 or 404."""
    door = DOORS[name]
    assert door is not None
    if door.names == "evaluation":
        return _of_evaluation(door, actor, target, stage)
    granted = door.right in TABLE[door.about][ROLES.index(KINDS[actor])].partition(" ")[2]
    if door.names == "person":
        return _of_person(door, actor, target)
    if door.names == "kept":
        held = of_person(actor, target)
        direct = "t" in held and actor != "manager"
        return 404 if direct or not held else 403  # nobody here has a change that waits
    if door.names == "session" and door.about == "own":
        return None if target == "own" else 404
    if door.names in ("phone", "session", "number"):
        if granted and target == "south":
            return 404
        officer = door.about == "hand-in codes" and actor == "hr" and target == "own"
        return None if granted and not officer else 403
    return _of_plant(door, actor, granted)


def _of_plant(door: Door, actor: str, granted: bool) -> int | None:
    line = KINDS[actor] == "line"
    if door.names == "key":
        return 401  # no session opens it
    if door.names == "value":
        return None if actor == "employee" else 404  # nothing is measured of the others
    if door.names.startswith("side"):  # these two lead that job directly; the draft at hand is for desks alone
        answered = None if door.names == "side" else 404
        return answered if actor in ("supervisor", "successor") else 403
    if granted:
        return None
    if door.names == "hidden" or (door.names == "record" and actor != "admin") or (door.names == "proposal" and line):
        return 404
    return 403


def _of_person(door: Door, actor: str, target: str) -> int | None:
    held = of_person(actor, target)
    if allows(door.about, door.right, actor, held):
        return None
    closed_whole = TABLE[door.about][ROLES.index(KINDS[actor])] == "-"
    return 403 if closed_whole or held - {"o"} else 404


def _of_evaluation(door: Door, actor: str, target: str, stage: str) -> int | None:
    held = letters(actor, target, stage == "closed")
    if allows(f"{door.about}, {stage.replace('closed', 'submitted')}", door.right, actor, held):
        return None
    # Inside the plant an administrator is told that it is not for him; to all others it is not there.
    return 403 if actor == "admin" and "p" in held else 404
