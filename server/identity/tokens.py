"""Tokens: Flask-JWT-Extended in cookies, a key ring by `kid`, and the injected clock for expiry."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal

from flask import Flask, Response
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    set_access_cookies,
    set_refresh_cookies,
    unset_access_cookies,
    unset_refresh_cookies,
)
from flask_jwt_extended.exceptions import CSRFError
from jwt import ExpiredSignatureError, InvalidKeyError

from server.foundation import clock
from server.foundation.db import current_tenant
from server.foundation.settings import settings_of
from server.identity.service import IDLE, Granted

ACCESS_COOKIE: Final = "__Host-gemba_a"
REFRESH_COOKIE: Final = "__Secure-gemba_r"
REFRESH_PATH: Final = "/api/auth"
ACCESS_S: Final = 15 * 60
REFRESH_S: Final = int(IDLE.total_seconds())
LEEWAY_S: Final = 60
NAME: Final = "gemba"
TOKENS_KEPT: Final = 4096
Kind = Literal["access", "refresh"]


@dataclass(frozen=True)
class Tokens:
    """What a login or refresh hands out. Only the CSRF values ever reach a script."""

    access: str
    refresh: str
    csrf: str
    refresh_csrf: str


class _Manager(JWTManager):
    """Judges expiry by the injected clock instead of the machine's, and verifies a token's signature once.

    What is kept is what the same text under the same keys will always say: nothing has to end it before the process,
    whose keys it is. Expiry and the CSRF value are looked at each time, and the session's row after that.
    """

    def __init__(self, app: Flask) -> None:
        self._verified = lru_cache(TOKENS_KEPT)(self._verify)
        super().__init__(app)

    def _verify(self, encoded_token: str) -> dict[str, Any]:
        claims: dict[str, Any] = super()._decode_jwt_from_config(encoded_token, None, allow_expired=True)
        return claims

    def _decode_jwt_from_config(
        self, encoded_token: str, csrf_value: Any = None, allow_expired: bool = False
    ) -> dict[str, Any]:
        claims = dict(self._verified(encoded_token))
        if csrf_value and not hmac.compare_digest(str(claims.get("csrf")).encode(), csrf_value.encode()):
            raise CSRFError("not of this session")
        expires_s = claims.get("exp")
        if not isinstance(expires_s, int):
            raise InvalidKeyError("a token of ours has an expiry")
        if not allow_expired and clock.now().timestamp() > expires_s + LEEWAY_S:
            raise ExpiredSignatureError("expired")
        return claims


def install(app: Flask) -> JWTManager:
    """Set the library up for this application."""
    app.config.update(
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_TOKEN_LOCATION=["cookies"],
        JWT_ACCESS_COOKIE_NAME=ACCESS_COOKIE,
        JWT_ACCESS_COOKIE_PATH="/",
        JWT_REFRESH_COOKIE_NAME=REFRESH_COOKIE,
        JWT_REFRESH_COOKIE_PATH=REFRESH_PATH,
        JWT_COOKIE_SECURE=True,
        JWT_COOKIE_SAMESITE="Strict",
        JWT_COOKIE_CSRF_PROTECT=True,
        JWT_CSRF_IN_COOKIES=False,
        JWT_ACCESS_TOKEN_EXPIRES=False,
        JWT_REFRESH_TOKEN_EXPIRES=False,
        JWT_ENCODE_ISSUER=NAME,
        JWT_DECODE_ISSUER=NAME,
        JWT_ENCODE_AUDIENCE=NAME,
        JWT_DECODE_AUDIENCE=NAME,
        JWT_DECODE_LEEWAY=LEEWAY_S,
        JWT_ENCODE_NBF=False,
    )
    manager = _Manager(app)
    settings = settings_of(app)
    ring = {_kid(s): _key(s) for s in reversed((settings.secret, *settings.previous_secrets)) if s}

    @manager.encode_key_loader
    def encode_key(_identity: Any) -> bytes:
        return _key(settings.secret)

    @manager.decode_key_loader
    def decode_key(header: dict[str, Any], _claims: dict[str, Any]) -> bytes:
        key = ring.get(str(header.get("kid")))
        if key is None:
            raise InvalidKeyError("no such key")
        return key

    app.extensions["gemba_kid"] = _kid(settings.secret)
    return manager


def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"gemba session tokens", hashlib.sha256).digest()


def _kid(secret: str) -> str:
    return hashlib.sha256(_key(secret)).hexdigest()[:8]


def make(app: Flask, granted: Granted, *, now: datetime) -> Tokens:
    """Make both tokens of a generation. No roles inside: rights are read at each request."""
    settings = settings_of(app)
    csrf: dict[Kind, str] = {
        kind: hmac.new(_key(settings.secret), f"csrf {kind} {granted.session_id}".encode(), hashlib.sha256).hexdigest()[
            :32
        ]
        for kind in ("access", "refresh")
    }

    def claims(kind: Kind, life_s: int) -> dict[str, Any]:
        # The CSRF value is that of the session, not of the token: after a lost answer or in a
        # second tab the value that the phone keeps still fits the cookie that the browser has.
        return {
            "sid": str(granted.session_id),
            "gen": granted.generation,
            "ten": str(current_tenant()),
            "exp": int(now.timestamp()) + life_s,
            "csrf": csrf[kind],
        }

    subject = str(granted.account_id)
    headers = {"kid": app.extensions["gemba_kid"]}
    access = create_access_token(subject, additional_claims=claims("access", ACCESS_S), additional_headers=headers)
    refresh = create_refresh_token(subject, additional_claims=claims("refresh", REFRESH_S), additional_headers=headers)
    return Tokens(access, refresh, csrf["access"], csrf["refresh"])


def put(response: Response, tokens: Tokens) -> Response:
    """Set both cookies. The library's own age would be a year, whatever the token says."""
    set_access_cookies(response, tokens.access, max_age=ACCESS_S)
    set_refresh_cookies(response, tokens.refresh, max_age=REFRESH_S)
    return response


def drop(response: Response) -> Response:
    """Take both cookies away."""
    unset_access_cookies(response)
    unset_refresh_cookies(response)
    return response
