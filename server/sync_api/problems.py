"""What POST /api/sync answers as a whole. A single edit gets a receipt, never a problem."""

from typing import Final

from server.foundation.problems import code

AUTHOR_MISMATCH: Final = code("author_mismatch", 403)
"""The push was typed by another person than the one signed in. Nothing of it was read."""
SYNC_MALFORMED: Final = code("sync_malformed", 422)
"""The envelope is not of protocol 1; `errors` names the place."""
UPDATE_NEEDED: Final = code("update_needed", 426)
"""The phone's app is too old for what the server would send; its edits are still taken."""
PROTOCOL_TOO_NEW: Final = code("protocol_too_new", 409)
"""The phone's app is newer than the server. Nothing of the request was read, and nothing is wrong with it."""
