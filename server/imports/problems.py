"""Why an import does not go on."""

from typing import Final

from server.foundation.problems import code

IMPORT_STATE: Final = code("import_state", 409)
"""Not possible where it stands."""
IMPORT_ERRORS: Final = code("import_errors", 409)
IMPORT_PLANT_CHANGED: Final = code("import_plant_changed", 409)
"""What the preview was made of is no longer so."""
IMPORT_PHONES_WAITING: Final = code("import_phones_waiting", 409)
IMPORT_CHOICE_NEEDED: Final = code("import_choice_needed", 409)
IMPORT_FORGOTTEN: Final = code("import_forgotten", 409)
"""Its files were deleted, since nobody applied it in time."""
IMPORT_INTERRUPTED: Final = code("import_interrupted", 409)
IMPORT_BROKE: Final = code("import_broke", 409)
"""Something unexpected; the log knows where."""
IMPORT_STOOD_UPON: Final = code("import_stood_upon", 409)
"""Later changes stand on what would be taken back."""
IMPORT_FILES: Final = code("import_files", 422)
"""No files, too many, too much, or not base64."""
IMPORT_BUSY: Final = code("import_busy", 409)
"""One at a time."""
IMPORT_ADMINS: Final = code("import_admins", 403)
"""An administrator would be put out or come back by it: for administrators alone."""
IMPORT_LAST_ADMIN: Final = code("import_last_admin", 409)
IMPORT_LEAVING: Final = code("import_leaving", 409)
"""So many leave that their number has to be said."""
IMPORT_PREVIEW_OTHER: Final = code("import_preview_other", 409)
"""Another preview was made than the one that is to be applied."""
IMPORT_TOO_MUCH: Final = code("import_too_much", 409)
"""Reading and planning would use more of the processor or of memory than an import may."""
IMPORT_SINCE: Final = code("import_since", 422)
