"""Keys of other systems: named, of one source, hashed, with an end; shown once, when they are made.

A key's text is gmb_<plant>_<key>_<secret>: which plant and which row follow from it, so nothing is searched across
plants. Only a hash of the whole text is kept; 256 random bits need no slow one.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import current_tenant, session
from server.foundation.ids import SHORT_LENGTH, KeyId, PersonId, SourceId, TenantId, new_id, short, unshort
from server.foundation.problems import AUTH_REQUIRED, NOT_FOUND, Problem
from server.foundation.web import Actor
from server.people.desk import require_plant
from server.policy import Action
from server.values import queries, sources
from server.values.models import ApiKey, ValueBatch
from server.values.pace import PACE
from server.values.problems import KEY_INDICATOR, KEY_SPAN

KEPT: Final = timedelta(days=7)
"""So long a batch that comes again is known."""
MARK: Final = "gmb"
LONGEST: Final = timedelta(days=400)
"""A year and the weeks in which the next key is brought to the other system."""
_SECRET_LENGTH: Final = 43
_LENGTH: Final = len(MARK) + 2 * SHORT_LENGTH + _SECRET_LENGTH + 3


@dataclass(frozen=True)
class Shown:
    """What a key's text says, before anything is read."""

    tenant_id: TenantId
    key_id: KeyId
    hash: str


@dataclass(frozen=True)
class Caller:
    """Another system at the door: what it may write."""

    key_id: KeyId
    source: str
    indicators: tuple[str, ...]


def read(header: str) -> Shown:
    """Read `Authorization`. Raises Problem `auth_required` whatever is wrong."""
    scheme, _, text = header.partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or len(text) != _LENGTH or not text.isascii() or not text.startswith(f"{MARK}_"):
        raise Problem(AUTH_REQUIRED)
    # By length, not by the underscore, which base64url uses too.
    plant, key = text[4 : 4 + SHORT_LENGTH], text[5 + SHORT_LENGTH : 5 + 2 * SHORT_LENGTH]
    try:
        return Shown(TenantId(unshort(plant)), KeyId(unshort(key)), _hash(text))
    except ValueError as error:
        raise Problem(AUTH_REQUIRED) from error


def find(shown: Shown, *, now: datetime) -> Caller:
    """Who holds this key. Raises Problem `auth_required` for one that is unknown, revoked or at its end,
    `too_many_requests`."""
    held = queries.key(shown.key_id)
    if held is None or not hmac.compare_digest(held.hash, shown.hash):
        raise Problem(AUTH_REQUIRED)
    if held.revoked_at is not None or held.expires_at <= now:
        raise Problem(AUTH_REQUIRED)
    PACE.knock(held.id, now)
    source = queries.source(held.source_id)
    if source is None:
        raise Problem(AUTH_REQUIRED)
    return Caller(KeyId(held.id), source.code, tuple(held.indicators))


@dataclass(frozen=True)
class Wanted:
    """A key that an administrator asks for."""

    name: str
    source: str
    indicators: Collection[str]
    expires_at: datetime


def make(asked: Wanted, *, by: Actor, now: datetime) -> dict[str, Any]:
    """Make a key; its text is in this answer and nowhere else. Raises Problem `not_allowed`, `not_found`,
    `key_indicator`, `key_span`.
    """
    require_plant(by, Action.API_KEY_MANAGE, now=now)
    if not now < asked.expires_at <= now + LONGEST:
        raise Problem(KEY_SPAN, days=LONGEST.days)
    forget(queries.answers_before(now - KEPT))
    source = sources.locked(asked.source)
    known = {code for code, one in queries.measured().items() if one.source == source.code}
    if not set(asked.indicators) <= known:
        raise Problem(KEY_INDICATOR)
    key_id = new_id()
    text = f"{MARK}_{short(current_tenant())}_{short(key_id)}_{secrets.token_urlsafe(32)}"
    made = ApiKey(
        id=key_id,
        name=asked.name,
        hash=_hash(text),
        hint=text[-4:],
        source_id=SourceId(source.id),
        indicators=sorted(set(asked.indicators)),
        made_by_id=PersonId(by.person_id),
        made_at=now,
        expires_at=asked.expires_at,
        last_used_at=None,
        revoked_at=None,
    )
    session().add(made)
    return shown(made, source.code) | {"key": text}


def revoke(key_id: UUID, *, by: Actor, now: datetime) -> None:
    """End a key at once. Raises Problem `not_allowed`, `not_found`."""
    require_plant(by, Action.API_KEY_MANAGE, now=now)
    held = queries.key(key_id)
    if held is None:
        raise Problem(NOT_FOUND)
    if held.revoked_at is None:
        held.revoked_at = now
        forget(queries.answers_of(key_id))  # nobody repeats a batch with it any more


def forget(answers: Any) -> None:
    """Forget answers to batches, by a condition."""
    session().execute(sa.delete(ValueBatch).where(answers).execution_options(synchronize_session=False))


def listed(*, by: Actor, now: datetime) -> Sequence[dict[str, Any]]:
    """Every key, the newest first, without its text. Raises Problem `not_allowed`."""
    require_plant(by, Action.API_KEY_MANAGE, now=now)
    codes = {one.id: one.code for one in queries.sources()}
    return [shown(one, codes[one.source_id]) for one in queries.all_keys()]


def shown(one: ApiKey, source: str) -> dict[str, Any]:
    """A key as the administrator sees it."""
    names = ("id", "name", "hint", "indicators", "made_at", "expires_at", "last_used_at", "revoked_at")
    return {name: getattr(one, name) for name in names} | {"source": source}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()
