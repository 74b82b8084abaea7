"""What can be wrong with agreements and their windows."""

from typing import Final

from server.foundation.problems import code

WINDOW_DAYS: Final = code("window_days", 422)
WINDOW_UNTIL: Final = code("window_until", 422)
WINDOW_OPEN: Final = code("window_open", 409)
WINDOW_SHUT: Final = code("window_shut", 409)
AGREEMENTS_NONE: Final = code("agreements_none", 409)
