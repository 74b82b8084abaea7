"""From a request to an actor, and from a password to a session: the Flask side of identity."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from uuid import UUID

from flask import Response, after_this_request, current_app, request
from flask_jwt_extended import get_jwt, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError

from server.foundation import clock, metrics
from server.foundation.db import session, tenant_context, unit_of_work
from server.foundation.ids import AccountId, DeviceId, PersonId, SessionId, TenantId, unshort
from server.foundation.problems import AUTH_REQUIRED, NOT_FOUND, Problem
from server.foundation.settings import settings_of
from server.foundation.web import Actor
from server.identity import desk, devices, directory, filekeys, passwords, queries, service, throttle, tokens
from server.identity.models import Account, AccountState, SessionState
from server.identity.problems import CODE_INVALID, LOGIN_DELAYED, LOGIN_FAILED, WRONG_PASSWORD
from server.identity.service import Granted

Proof = Callable[[], None]  # what a proof still has to write, inside the unit of work
DEVICE_COOKIE: Final = "__Host-gemba_d"
DEVICE_COOKIE_S: Final = 400 * 24 * 3600
_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True)
class Claims:
    """What a verified token says."""

    tenant_id: TenantId
    account_id: AccountId
    session_id: SessionId
    generation: int


def _claims(*, refresh: bool) -> Claims:
    """Verify the cookie and its CSRF value. Raises Problem `auth_required` whatever is wrong."""
    try:
        verify_jwt_in_request(refresh=refresh, skip_revocation_check=True)
        said = get_jwt()
        # A read carries the value too where the app knows one: on a shared phone the cookie may be that of whoever
        # signed in last, and the person on the screen must not see with somebody else's rights.
        if request.headers.get("X-CSRF-TOKEN", said["csrf"]) != said["csrf"]:
            raise Problem(AUTH_REQUIRED)
        return Claims(
            TenantId(UUID(str(said["ten"]))),
            AccountId(UUID(str(said["sub"]))),
            SessionId(UUID(str(said["sid"]))),
            int(said["gen"]),
        )
    except (JWTExtendedException, PyJWTError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise Problem(AUTH_REQUIRED) from error


def read_token() -> Claims:
    """Return what the access token says. Raises Problem `auth_required`."""
    return _claims(refresh=False)


def find_actor(claims: Claims) -> Actor:
    """Return who knocks: one read of the session row, so that ending it holds at once."""
    row = queries.session_at_door(claims.session_id)
    if row is None or not _is_open(row, claims):
        raise Problem(AUTH_REQUIRED)
    return Actor(
        tenant_id=claims.tenant_id,
        person_id=PersonId(row.account_id),
        session_id=claims.session_id,
        device_id=row.device_id,
        drain_only=row.state == SessionState.DRAIN_ONLY,
    )


def _is_open(row: queries.AtDoor, claims: Claims) -> bool:
    closed = row.state == SessionState.CLOSED or service.is_expired(row, now=clock.now())
    return not closed and row.account_id == claims.account_id


@dataclass(frozen=True)
class Visitor:
    """The phone at the door: its own number and label, and the cookie of an earlier success."""

    device_id: DeviceId
    label: str
    browser: str
    address: str

    @property
    def browser_hash(self) -> str:
        """How the cookie is kept."""
        return hashlib.sha256(self.browser.encode()).hexdigest()


def visitor(asked: dict[str, Any]) -> Visitor:
    """Read the visitor from a login's body and cookies."""
    try:
        device_id = DeviceId(unshort(asked["device"]))
    except ValueError as error:
        raise Problem(NOT_FOUND) from error
    cookie = request.cookies.get(DEVICE_COOKIE, "")
    browser = cookie if len(cookie) == 43 and cookie.isascii() else secrets.token_urlsafe(32)
    return Visitor(device_id, asked["device_label"], browser, request.remote_addr or "")


def log_in(asked: dict[str, Any]) -> dict[str, Any]:
    """Sign in by password. Raises Problem `login_failed` or `login_delayed`, alike for numbers
    that exist and those that do not."""

    def proves(account: Account | None) -> Proof | None:
        stored = account.password_hash if account is not None else None
        if not passwords.matches(stored, asked["password"]):
            return None
        return lambda: None

    return _admit(asked, proves, LOGIN_FAILED)


def enrol(asked: dict[str, Any]) -> dict[str, Any]:
    """Set a password by a one-time code and sign in. Raises Problem `code_invalid`,
    `weak_password` or `login_delayed`."""
    plant_words = _words_of(asked["plant"])
    passwords.refuse_weak(asked["password"], known_words=(asked["employee_no"], *plant_words))

    def proves(account: Account | None) -> Proof | None:
        hashed = passwords.hash_password(asked["password"])
        if account is None or not service.is_code_of(account, asked["code"], now=clock.now()):
            return None
        account_id = AccountId(account.id)
        # Only now: before the code is proved, a refused name would tell whose number this is.
        passwords.refuse_weak(asked["password"], known_words=(*plant_words, *_names_of(account)))

        def redeem() -> None:
            service.redeem_code(queries.account(account_id), asked["code"], hashed, now=clock.now())

        return redeem

    return _admit(asked, proves, CODE_INVALID)


def drain(asked: dict[str, Any]) -> dict[str, Any]:
    """Open a session that only hands in, by HR's code for this phone. Raises Problem `code_invalid`, `login_delayed`."""
    device_id = visitor(asked).device_id

    def proves(account: Account | None) -> Proof | None:
        right = account is not None and devices.is_drain_code_of(account, device_id, asked["code"], now=clock.now())
        session().close()  # it has read, and a unit of work follows
        if account is None or not right:
            return None
        account_id = AccountId(account.id)
        return lambda: devices.spend_drain_code(account_id, device_id)

    return _admit(asked, proves, CODE_INVALID, drain=True)


def _words_of(plant_code: str) -> tuple[str, ...]:
    plant = queries.tenant_by_code(plant_code)
    words = (plant_code,) if plant is None else (plant.code, plant.name_zh, plant.name_en)
    session().close()
    return words


def _names_of(account: Account) -> tuple[str, ...]:
    """The number of a person, and the names whole and in parts."""
    found = directory.profile(PersonId(account.id), now=clock.now())
    session().close()
    if found is None:
        return (account.employee_no,)
    return (account.employee_no, found.name_zh, found.name_en.replace(" ", ""), *found.name_en.split())


def _admit(
    asked: dict[str, Any],
    proves: Callable[[Account | None], Proof | None],
    refused: Any,
    *,
    drain: bool = False,
) -> dict[str, Any]:
    """`drain`: also for an account that is shut, into a session that only hands in."""
    now = clock.now()
    guest = visitor(asked)
    plant = queries.tenant_by_code(asked["plant"])
    if plant is None:
        session().close()
        proves(None)
        raise Problem(refused)
    with tenant_context(plant.id):
        account = queries.account_by_number(asked["employee_no"])
        active = account is not None and (drain or account.state == AccountState.ACTIVE)
        known = account is not None and queries.has_signed_in_from(AccountId(account.id), guest.browser_hash)
        watched = throttle.subjects(
            settings_of(current_app).secret,
            asked["employee_no"],
            known_browser=guest.browser_hash if known else None,
            address=guest.address,
        )
        _refuse_hurry(throttle.wait_s(watched, now=now))
        session().close()  # hashing waits: no transaction is open meanwhile
        proof = proves(account if active else None)
        if proof is None or account is None:
            metrics.login_failures.inc()
            unit_of_work(lambda: throttle.record_failure(watched, now=now))
            raise Problem(refused)
        return unit_of_work(lambda: _enter(AccountId(account.id), guest, watched, proof, drain))


def _refuse_hurry(seconds: int) -> None:
    if seconds:
        raise Problem(LOGIN_DELAYED, retry_after_s=seconds, seconds=seconds)


def _enter(
    account_id: AccountId,
    guest: Visitor,
    watched: tuple[throttle.Subject, throttle.Subject],
    proof: Proof,
    drain: bool,
) -> dict[str, Any]:
    now = clock.now()
    # Asked again inside the unit: guesses that were hashed side by side do not slip through.
    _refuse_hurry(throttle.wait_s(watched, now=now))
    account = queries.account(account_id)
    if account is None or not (drain or account.state == AccountState.ACTIVE):
        raise Problem(LOGIN_FAILED)
    proof()
    throttle.forget([watched[0].key])
    return _open(account, guest, drain=drain)


def _open(account: Account, guest: Visitor, *, drain: bool = False) -> dict[str, Any]:
    granted = service.open_session(
        account,
        device_id=guest.device_id,
        label=guest.label,
        browser_hash=guest.browser_hash,
        now=clock.now(),
        drain=drain,
    )
    after_this_request(lambda response: _remember_browser(response, guest.browser))
    settings = settings_of(current_app)
    recovery = devices.recovery(granted.account_id, granted.device_id, (settings.secret, *settings.previous_secrets))
    return hand_out(granted) | {"recovery": recovery}


def _remember_browser(response: Response, browser: str) -> Response:
    if response.status_code < 300:
        response.set_cookie(
            DEVICE_COOKIE,
            browser,
            max_age=DEVICE_COOKIE_S,
            secure=True,
            httponly=True,
            samesite="Strict",
        )
    return response


def hand_out(granted: Granted) -> dict[str, Any]:
    """Make the tokens of a generation, set them as cookies, and say who is signed in."""
    made = tokens.make(_app(), granted, now=clock.now())

    def put(response: Response) -> Response:
        return tokens.put(response, made) if response.status_code < 300 else response

    after_this_request(put)
    return {
        "user": describe(PersonId(granted.account_id)),
        "csrf": made.csrf,
        "refresh_csrf": made.refresh_csrf,
        "phone": desk.phone_state(granted.device_id),
        "drain_only": granted.drain_only,
        "recovery": None,
    }


def describe(person_id: PersonId) -> dict[str, Any]:
    """Return the signed-in person as screens show them."""
    account = queries.account(AccountId(person_id))
    if account is None:
        raise Problem(AUTH_REQUIRED)
    found = directory.profile(person_id, now=clock.now())
    plant = queries.plant()
    return {
        "person_id": person_id,
        "employee_no": account.employee_no,
        "name_zh": found.name_zh if found else account.employee_no,
        "name_en": found.name_en if found else account.employee_no,
        "roles": list(found.roles) if found else [],
        "plant": plant,
    }


def file_key(actor: Actor) -> dict[str, str]:
    """Return what the phone of this session seals its outbox file with."""
    made = filekeys.file_key(settings_of(current_app).secret, actor.tenant_id, actor.person_id, actor.device_id)
    return {"id": made.id, "point": _base64(made.point), "proof": _base64(made.proof)}


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def refresh() -> dict[str, Any]:
    """Answer a refresh token. Raises Problem `auth_required` when the session is over."""
    claims = _claims(refresh=True)
    with tenant_context(claims.tenant_id):
        granted = unit_of_work(lambda: service.rotate(claims.session_id, claims.generation, now=clock.now()))
        if granted is None or granted.account_id != claims.account_id:
            raise Problem(AUTH_REQUIRED)
        return hand_out(granted)


def change_password(actor: Actor, current: str, new: str) -> None:
    """Set a new password and end the other sessions. Raises Problem `wrong_password`,
    `weak_password`."""
    account = queries.account(AccountId(actor.person_id))
    plant = queries.plant()
    if account is None:
        raise Problem(AUTH_REQUIRED)
    words = (plant.code, plant.name_zh, plant.name_en, *_names_of(account))
    stored, number = account.password_hash, account.employee_no
    watched = throttle.subjects(
        settings_of(current_app).secret,
        number,
        known_browser=str(actor.session_id),
        address=request.remote_addr or "",
    )
    _refuse_hurry(throttle.wait_s(watched, now=clock.now()))
    session().close()
    passwords.refuse_weak(new, known_words=words)
    if not passwords.matches(stored, current):
        unit_of_work(lambda: throttle.record_failure(watched, now=clock.now()))
        raise Problem(WRONG_PASSWORD)
    hashed = passwords.hash_password(new)

    def change() -> None:
        held = queries.account(AccountId(actor.person_id))
        if held is None:
            raise Problem(AUTH_REQUIRED)
        service.change_password(held, hashed, keep=actor.session_id, now=clock.now())

    unit_of_work(change)


def is_demo_visitor() -> bool:
    """Say whether the demo may offer its people: the setting, this machine, and a local name
    (a foreign page can point its own name at 127.0.0.1)."""
    if not settings_of(current_app).demo:
        return False
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    with suppress(ValueError):
        return ip_address(request.remote_addr or "").is_loopback and name in _LOCAL_NAMES
    return False


def enter_demo(asked: dict[str, Any]) -> dict[str, Any]:
    """Sign in as one of the demo's people. Raises Problem `not_found` anywhere else."""
    if not is_demo_visitor():
        raise Problem(NOT_FOUND)
    guest = visitor(asked)
    plant = queries.tenant_by_code(asked["plant"])
    if plant is None:
        raise Problem(NOT_FOUND)
    session().close()

    def enter() -> dict[str, Any]:
        account = queries.account_by_number(asked["employee_no"])
        if account is None or account.state != AccountState.ACTIVE:
            raise Problem(NOT_FOUND)
        return _open(account, guest)

    with tenant_context(plant.id):
        return unit_of_work(enter)


def doors() -> dict[str, Any]:
    """Return the plants, and in the demo the people to tap."""
    demo = is_demo_visitor()
    plants = list(queries.tenants())
    people = []
    for plant in plants if demo else ():
        with tenant_context(plant.id):
            people += [{"plant": plant.code, **vars(person)} for person in directory.demo_people(now=clock.now())]
    return {"plants": plants, "demo": demo, "people": people}


def _app() -> Any:
    return current_app._get_current_object()  # type: ignore[attr-defined]
