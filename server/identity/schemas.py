"""Shapes of identity's requests and answers."""

from typing import Any

from marshmallow import ValidationError, validates

from server.foundation import fields
from server.foundation.fields import Coded, Failure
from server.foundation.ids import SHORT_LENGTH, unshort
from server.identity.desk import May
from server.identity.models import (
    DEVICE_LABEL_MAX,
    EMPLOYEE_NO_MAX,
    PASSWORD_MAX,
    PLANT_CODE_MAX,
)


class Password(fields.Text):
    """A secret as typed: spaces count, nothing is cut off."""

    def _deserialize(self, value: object, attr: str | None, data: object, **kwargs: object) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if len(value) > PASSWORD_MAX:
            raise ValidationError(Failure("too_long", max=PASSWORD_MAX))
        return fields.clean_text(value, lines=False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min=1, max=PASSWORD_MAX, **kwargs)


class DeviceAskedSchema(Coded):
    """Which device of which plant."""

    plant = fields.Text(required=True, min=1, max=PLANT_CODE_MAX)
    device = fields.Text(
        required=True,
        min=SHORT_LENGTH,
        max=SHORT_LENGTH,
        metadata={"description": "The phone's own random number, 22 characters of base64url."},
    )

    @validates("device")
    def _is_short_id(self, value: str, **_kwargs: object) -> None:
        try:
            unshort(value)
        except ValueError as error:
            raise ValidationError(Failure("not_an_id")) from error


class DoorSchema(DeviceAskedSchema):
    """Which account on which device."""

    employee_no = fields.Text(required=True, min=1, max=EMPLOYEE_NO_MAX)
    device_label = fields.Text(required=True, max=DEVICE_LABEL_MAX)


class LoginSchema(DoorSchema):
    """Sign in by password."""

    password = Password(required=True)


class EnrolSchema(DoorSchema):
    """Set a password by a one-time code."""

    code = fields.Text(required=True, min=1, max=40)
    password = Password(required=True)


class DrainSchema(DoorSchema):
    """Hand in what lies on a phone, by HR's one-time code."""

    code = fields.Text(required=True, min=1, max=40)


class PasswordChangeSchema(Coded):
    """A new password, proved by the present one."""

    current = Password(required=True)
    new = Password(required=True)


class PlantNameSchema(Coded):
    """A plant on the sign-in page."""

    code = fields.Text(required=True)
    name_zh = fields.Text(required=True)
    name_en = fields.Text(required=True)


class PlantSchema(PlantNameSchema):
    """The plant of a signed-in person."""

    time_zone = fields.Text(required=True, metadata={"description": "IANA name."})


class UserSchema(Coded):
    """Who is signed in."""

    person_id = fields.Id(required=True)
    employee_no = fields.Text(required=True)
    name_zh = fields.Text(required=True)
    name_en = fields.Text(required=True)
    roles = fields.Items(fields.Text(), required=True)
    plant = fields.Nested(PlantSchema, required=True)


class RecoverySchema(Coded):
    """What opens the data on this phone when the PIN is forgotten. Only after a full login, never at a refresh."""

    id = fields.Text(required=True)
    secret = fields.Text(required=True, metadata={"description": "32 bytes, base64url."})


class DeviceStateSchema(Coded):
    """What a phone may know of itself."""

    shared = fields.Boolean(required=True, metadata={"description": "Goes from hand to hand: asks for a PIN."})
    lost = fields.Boolean(required=True, metadata={"description": "Hands in edits, gets nothing, wipes its rows."})


class SignedInSchema(Coded):
    """The answer to every way in. Tokens are in cookies that no script can read."""

    user = fields.Nested(UserSchema, required=True)
    csrf = fields.Text(required=True, metadata={"description": "X-CSRF-TOKEN of every unsafe request."})
    refresh_csrf = fields.Text(required=True, metadata={"description": "X-CSRF-TOKEN of /api/auth/refresh."})
    phone = fields.Nested(DeviceStateSchema, required=True)
    drain_only = fields.Boolean(required=True, metadata={"description": "This session hands in and reads nothing."})
    recovery = fields.Nested(RecoverySchema, required=True, allow_none=True)


class FileKeySchema(Coded):
    """What a phone seals its outbox file with."""

    id = fields.Text(required=True)
    point = fields.Text(required=True, metadata={"description": "P-256, uncompressed, base64url"})
    proof = fields.Text(required=True, metadata={"description": "This person's on this phone alone, base64url"})


class MeSchema(Coded):
    """Who is signed in, and whether this session only hands in edits."""

    user = fields.Nested(UserSchema, required=True)
    phone = fields.Nested(DeviceStateSchema, required=True)
    drain_only = fields.Boolean(required=True)


class DemoPersonSchema(Coded):
    """Somebody whom the demo offers with one tap."""

    plant = fields.Text(required=True)
    employee_no = fields.Text(required=True)
    name_zh = fields.Text(required=True)
    name_en = fields.Text(required=True)
    title_zh = fields.Text(required=True)
    title_en = fields.Text(required=True)
    role = fields.Text(required=True)


class DoorsSchema(Coded):
    """What the sign-in page needs."""

    plants = fields.Items(fields.Nested(PlantNameSchema), required=True)
    demo = fields.Boolean(required=True)
    people = fields.Items(fields.Nested(DemoPersonSchema), required=True)


class SessionSchema(Coded):
    """One open session; `current` is that of whoever asks."""

    id = fields.Id(required=True)
    device_label = fields.Text(required=True)
    state = fields.Text(required=True)
    created_at = fields.Instant(required=True)
    last_seen_at = fields.Instant(required=True)
    current = fields.Boolean(required=True)


class DeviceUserSchema(Coded):
    """Somebody who has signed in on a phone."""

    person_id = fields.Id(required=True)
    employee_no = fields.Text(required=True)
    may = fields.Items(fields.Choice(May), required=True, metadata={"description": "What the reader may do for them."})


class DeviceSchema(Coded):
    """One phone of the plant."""

    id = fields.Id(required=True)
    label = fields.Text(required=True)
    shared = fields.Boolean(required=True)
    lost_at = fields.Instant(required=True, allow_none=True)
    last_seen_at = fields.Instant(required=True)
    may = fields.Items(fields.Choice(May), required=True, metadata={"description": "What the reader may do with it."})
    users = fields.Items(fields.Nested(DeviceUserSchema), required=True, max=None)


class SharedSchema(Coded):
    """Whether a phone goes from hand to hand."""

    shared = fields.Boolean(required=True)


class LostSchema(Coded):
    """Whether a phone is lost."""

    lost = fields.Boolean(required=True)


class DrainCodeAskedSchema(Coded):
    """Whose edits are to be handed in."""

    person_id = fields.Id(required=True)


class DrainCodeSchema(Coded):
    """A one-time code; it is shown once."""

    code = fields.Text(required=True)
    until = fields.Instant(required=True)
