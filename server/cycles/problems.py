"""What can be wrong with a cycle or a delegation."""

from typing import Final

from server.foundation.problems import code

CYCLE_NOT_DRAFT: Final = code("cycle_not_draft", 409)
CYCLE_NOT_OPEN: Final = code("cycle_not_open", 409)
CYCLE_PERIOD: Final = code("cycle_period", 422)
CYCLE_DEADLINE: Final = code("cycle_deadline", 422)
CYCLE_EMPTY: Final = code("cycle_empty", 409)
DEPARTMENT_UNKNOWN: Final = code("department_unknown", 422)
DELEGATION_OVERLAPS: Final = code("delegation_overlaps", 409)
DELEGATION_PERSON: Final = code("delegation_person", 422)
DELEGATION_SPAN: Final = code("delegation_span", 422)
