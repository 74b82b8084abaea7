"""Identifiers: UUIDv7 inside, 22 characters of base64url on the wire."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from functools import lru_cache
from typing import Final, NewType
from uuid import UUID

from server.foundation import clock

TenantId = NewType("TenantId", UUID)
AccountId = NewType("AccountId", UUID)
PersonId = NewType("PersonId", UUID)
SessionId = NewType("SessionId", UUID)
DeviceId = NewType("DeviceId", UUID)
DepartmentId = NewType("DepartmentId", UUID)
JobId = NewType("JobId", UUID)
IndicatorId = NewType("IndicatorId", UUID)
CycleId = NewType("CycleId", UUID)
DelegationId = NewType("DelegationId", UUID)
FormId = NewType("FormId", UUID)
EvaluationId = NewType("EvaluationId", UUID)
CaseId = NewType("CaseId", UUID)
ResultId = NewType("ResultId", UUID)
ChipId = NewType("ChipId", UUID)
SourceId = NewType("SourceId", UUID)
KeyId = NewType("KeyId", UUID)
IDS: Final = tuple(kind for kind in globals().values() if isinstance(kind, NewType))

SHORT_LENGTH: Final = 22
_VERSION_7 = 7 << 76
_VARIANT = 2 << 62


def new_id() -> UUID:
    """Make a UUIDv7: 48 bits of milliseconds, then 74 random bits.

    Time comes from the injected clock, so ids made under a test clock sort as that clock goes.
    """
    milliseconds = int(clock.now().timestamp() * 1000) & ((1 << 48) - 1)
    random = secrets.randbits(74)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | _VERSION_7 | high << 64 | _VARIANT | low)


_KEPT: Final = 16_384
"""One push names the same few ids hundreds of times."""


@lru_cache(_KEPT)
def short(value: UUID) -> str:
    """Write an id as 22 characters of base64url, without padding."""
    return urlsafe_b64encode(value.bytes).rstrip(b"=").decode("ascii")


@lru_cache(_KEPT)
def unshort(text: str) -> UUID:
    """Read what `short` wrote. Raises ValueError for anything that `short` would not write."""
    if len(text) != SHORT_LENGTH or not text.isascii():
        raise ValueError("not a short id")
    try:
        value = UUID(bytes=urlsafe_b64decode(text + "=="))
    except BadBase64 as error:
        raise ValueError("not a short id") from error
    if short(value) != text:  # base64 ignores foreign characters and spare bits; one id, one text
        raise ValueError("not a short id")
    return value
