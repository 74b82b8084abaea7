"""Fields and schemas that answer with codes instead of English sentences.

A `Failure` is a code that carries params; marshmallow passes it through like any message, and
`web.py` turns it into `errors: [{pointer, code, params}]`.
"""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

SAFE_INTEGER: Final = 2**53 - 1
TEXT_MAX: Final = 2000


class Failure(str):
    """A code with params, as a marshmallow message."""

    params: Mapping[str, Any]

    def __new__(cls, code: str, **params: Any) -> "Failure":
        made = super().__new__(cls, code)
        made.params = params
        return made


_FIELD_CODES: Final[dict[str, Any]] = {"required": "required", "null": "null", "validator_failed": "invalid"}


class Coded(ma.Schema):
    """Base of every schema: unknown fields are refused, messages are codes."""

    class Meta:
        unknown = ma.RAISE

    error_messages: dict[str, str] = {  # noqa: RUF012 (marshmallow declares it on the instance)
        "unknown": "unknown_field",
        "type": "not_an_object",
    }


class Between(validate.Range):
    """Inclusive bounds of a number."""

    def __init__(self, min: int | float | None = None, max: int | float | None = None) -> None:
        super().__init__(min=min, max=max)

    def __call__(self, value: Any) -> Any:
        if self.min is not None and value < self.min:
            raise ValidationError(Failure("too_small", min=self.min))
        if self.max is not None and value > self.max:
            raise ValidationError(Failure("too_big", max=self.max))
        return value


class Size(validate.Length):
    """Inclusive bounds of a length."""

    def __init__(self, min: int | None = None, max: int | None = None) -> None:
        super().__init__(min=min, max=max)

    def __call__(self, value: Any) -> Any:
        if self.min is not None and len(value) < self.min:
            raise ValidationError(Failure("too_short", min=self.min))
        if self.max is not None and len(value) > self.max:
            raise ValidationError(Failure("too_long", max=self.max))
        return value


class Text(fields.String):
    """Text in NFC without NUL or control characters; `lines=True` allows line breaks and tabs."""

    default_error_messages = _FIELD_CODES | {"invalid": "not_text", "invalid_utf8": "not_text"}

    def __init__(self, *, min: int = 0, max: int = TEXT_MAX, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(validate=Size(min, max), **kwargs)
        self._max = max
        self._lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if len(value) > 4 * self._max:  # before NFC, which is not free; NFC at most shortens by 3
            raise ValidationError(Failure("too_long", max=self._max))
        return clean_text(value, lines=self._lines).strip()


def clean_text(value: str, *, lines: bool) -> str:
    """Return the text in NFC. Raises ValidationError for control characters and half emoji."""
    for character in value:
        kind = unicodedata.category(character)
        if kind == "Cs" or (kind == "Cc" and not (lines and character in "\n\t")):
            raise ValidationError(Failure("control_character"))
    return unicodedata.normalize("NFC", value)


class Integer(fields.Integer):
    """A whole number, no text, no fraction, no true or false."""

    default_error_messages = _FIELD_CODES | {"invalid": "not_a_number", "too_large": "too_big"}

    def __init__(self, *, min: int = -SAFE_INTEGER, max: int = SAFE_INTEGER, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=Between(min, max), **kwargs)

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return value


class QueryInteger(Integer):
    """A whole number in a query string: at most 16 ASCII digits and a sign."""

    def _validated(self, value: Any) -> int:
        digits = value.removeprefix("-") if isinstance(value, str) else ""
        if not (0 < len(digits) <= 16 and digits.isascii() and digits.isdigit()):
            raise self.make_error("invalid", input=value)
        return int(value)


class Number(fields.Float):
    """A finite number; whole or with a fraction."""

    default_error_messages = _FIELD_CODES | {
        "invalid": "not_a_number",
        "special": "not_a_number",
        "too_large": "too_big",
    }

    def __init__(self, *, min: float = -1e15, max: float = 1e15, **kwargs: Any) -> None:
        super().__init__(allow_nan=False, validate=Between(min, max), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Boolean(fields.Boolean):
    """true or false, nothing that looks like it."""

    default_error_messages = _FIELD_CODES | {"invalid": "not_a_boolean"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Instant(fields.Field[datetime]):
    """RFC 3339 text with an offset; an aware datetime in UTC inside; `Z` when written."""

    default_error_messages = _FIELD_CODES | {"invalid": "not_an_instant"}

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not 19 <= len(value) <= 40 or not value.isascii():
            raise self.make_error("invalid")
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise self.make_error("invalid")
            return moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.make_error("invalid") from error


class Day(fields.Field[date]):
    """A calendar day, `YYYY-MM-DD`, in the plant's calendar."""

    default_error_messages = _FIELD_CODES | {"invalid": "not_a_day"}

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or len(value) != 10 or not value.isascii():
            raise self.make_error("invalid")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error


class Id(fields.Field[UUID]):
    """A UUID in canonical text, lower case with hyphens."""

    default_error_messages = _FIELD_CODES | {"invalid": "not_an_id"}

    def _serialize(self, value: UUID | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        if not isinstance(value, str) or len(value) != 36:
            raise self.make_error("invalid")
        try:
            return UUID(value)
        except ValueError as error:
            raise self.make_error("invalid") from error


class Choice(fields.Enum[Any]):
    """One value of an enumeration, written by value."""

    default_error_messages = _FIELD_CODES | {"unknown": "not_a_choice"}

    def __init__(self, enum: type[Enum], **kwargs: Any) -> None:
        super().__init__(enum, by_value=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise self.make_error("unknown", choices="")
        return super()._deserialize(value, attr, data, **kwargs)


class Items(fields.List[Any]):
    """A list of one kind, at most `max` long; the cap is checked before any element.

    Answers say `max=None`.
    """

    default_error_messages = _FIELD_CODES | {"invalid": "not_a_list"}

    def __init__(self, inner: Any, *, min: int = 0, max: int | None = 1000, **kwargs: Any) -> None:
        super().__init__(inner, validate=Size(min, max), **kwargs)
        self._max = max

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if self._max is not None and isinstance(value, list) and len(value) > self._max:
            raise ValidationError(Failure("too_long", max=self._max))
        return super()._deserialize(value, attr, data, **kwargs)


class Nested(fields.Nested):
    """Another schema inside this one."""

    default_error_messages = _FIELD_CODES | {"type": "not_an_object"}


class Anything(fields.Raw):
    """Any JSON value; only for answers and for positional bodies described elsewhere."""

    default_error_messages = _FIELD_CODES
