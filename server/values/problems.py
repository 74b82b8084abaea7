"""What can be wrong with values, their sources and keys."""

from typing import Final

from server.foundation.problems import code

SOURCE_LOCKED: Final = code("source_locked", 409)
SOURCE_OWNER: Final = code("source_owner", 422)
SOURCE_BY_HAND: Final = code("source_by_hand", 422)
LEAVE_PROTECTED: Final = code("leave_protected", 422)
KEY_INDICATOR: Final = code("key_indicator", 422)
KEY_SPAN: Final = code("key_span", 422)
BATCH_KEY_REUSED: Final = code("batch_key_reused", 422)
VALUE_REASON: Final = code("value_reason", 422)
OBJECTION_TWICE: Final = code("objection_twice", 409)
OBJECTION_OLD: Final = code("objection_old", 409)
OBJECTION_ANSWERED: Final = code("objection_answered", 409)
