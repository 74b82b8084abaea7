"""How a request ends for a phone, and what the phone makes of it: `outcomeOf` of `round.ts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.sim.planner import Outcome


@dataclass(frozen=True, slots=True)
class Reply:
    """`got`: answer, offline, timeout or captive. The rest is there for an answer alone."""

    got: str = "answer"
    status: int = 0
    ours: bool = False
    """Of our problem format."""
    code: str = ""
    retry_after_s: float | None = None
    body: Any = None


AN_EDIT_MAY_BE_WHY = ("sync_malformed", "too_large", "bad_json", "bad_request")
"""What our server says when one edit may be why it could take none. Only on its word is an edit set aside."""
OFFLINE, TIMEOUT = Reply("offline"), Reply("timeout")
CAPTIVE = Reply("answer", 200, body="<html>Welcome. Sign in for free Wi-Fi.</html>")
CUT = Reply("offline")
"""A body that is cut short counts as no answer."""


def page(status: int, retry_after_s: float | None = None) -> Reply:
    """A proxy's page: any status, nothing of ours."""
    return Reply("answer", status, retry_after_s=retry_after_s, body="<html>proxy</html>")


def problem(status: int, code: str, retry_after_s: float | None = None) -> Reply:
    """A problem of ours."""
    return Reply("answer", status, ours=True, code=code, retry_after_s=retry_after_s)


def is_login_asked(reply: Reply) -> bool:
    """A 401 of ours; a portal's page with that status asks for something else."""
    return reply.status == 401 and reply.ours


def outcome_of(reply: Reply, sent: tuple[int, ...]) -> Outcome:
    """Every end that is not an answer of ours."""
    if reply.got != "answer":
        return Outcome(reply.got)
    status, code = reply.status, reply.code if reply.ours else None
    if code == "author_mismatch" or is_login_asked(reply):
        return Outcome("needs_login")
    if code == "protocol_too_new":
        return Outcome("server_old")
    if code in AN_EDIT_MAY_BE_WHY:
        return Outcome("too_big", ns=sent)
    if 200 <= status < 400 or status in (401, 511):
        return Outcome("captive")
    if status in (429, 503):
        return Outcome("busy", retry_after_s=reply.retry_after_s)
    if status >= 500:
        return Outcome("server_down")
    if code is None:
        return Outcome("foreign")
    return Outcome("update_needed" if status == 426 else "refused")
