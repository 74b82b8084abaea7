"""Why a phone's file is not taken in."""

from typing import Final

from server.foundation.problems import code

FILE_UNREADABLE: Final = code("file_unreadable", 422)
"""Not a file that a phone of ours saved, or cut off."""
FILE_OTHER_PLANT: Final = code("file_other_plant", 422)
FILE_KEY_UNKNOWN: Final = code("file_key_unknown", 422)
"""Sealed for another server, or with a secret that this one no longer has."""
FILE_NOT_THEIRS: Final = code("file_not_theirs", 422)
"""Changed after it was saved, or not saved by this person's phone."""
