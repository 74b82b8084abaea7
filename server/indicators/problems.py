"""What can be wrong with the library, its sets and the goal board."""

from typing import Final

from server.foundation.problems import code

INDICATOR_CODE_TAKEN: Final = code("indicator_code_taken", 409)
VERSION_NOT_OPEN: Final = code("version_not_open", 409)
VERSION_NOT_PROPOSED: Final = code("version_not_proposed", 409)
VERSION_NOT_APPROVED: Final = code("version_not_approved", 409)
VERSION_UNDER_WAY: Final = code("version_under_way", 409)
VERSION_CHANGED: Final = code("version_changed", 409)
VERSION_INCOMPLETE: Final = code("version_incomplete", 409)
VERSION_IN_USE: Final = code("version_in_use", 409)
RETURN_REASON: Final = code("return_reason", 422)
INFLUENCE_WORDS: Final = code("influence_words", 422)
INFLUENCE_SAME_PERSON: Final = code("influence_same_person", 409)
INFLUENCE_UNASKED: Final = code("influence_unasked", 409)
OUTPUT_UNKNOWN: Final = code("output_unknown", 422)
OUTPUTS_COUNT: Final = code("outputs_count", 409)
OUTPUTS_HELD: Final = code("outputs_held", 403)
SET_INCOMPLETE: Final = code("set_incomplete", 422)
SET_WHOM: Final = code("set_whom", 422)
SET_VERSION: Final = code("set_version", 422)
SET_DAY: Final = code("set_day", 409)
GOAL_PARENT: Final = code("goal_parent", 422)
GOAL_PLACE: Final = code("goal_place", 422)
GOAL_PERIOD: Final = code("goal_period", 422)
GOAL_HAS_CHILDREN: Final = code("goal_has_children", 409)
GOAL_CHANGED: Final = code("goal_changed", 409)
