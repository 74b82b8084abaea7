"""Which kind of file bytes are: told by what they are, not by how they are called."""

import re
from typing import Final

from server.imports.reading import limits
from server.imports.reading.csv_file import open_text
from server.imports.reading.refused import Refused
from server.imports.reading.sheets import Sheet
from server.imports.reading.xlsx_file import open_xlsx
from server.imports.records import Place

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How a workbook with a password is kept: the new kind inside a container of the old.
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_OTHER: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x7fELF")
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|\?xml|head|body|meta|style|div)", re.I)
_HEAD_BYTES: Final = 512


def open_file(name: str, content: bytes) -> list[Sheet]:
    """Open a file's sheets, or raise Refused with the reason why it is none that we read."""
    place = Place(name)
    if len(content) > limits.FILE_BYTES:
        raise Refused("file_too_large", place, limit=limits.FILE_BYTES // 1024 // 1024)
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Refused("file_empty", place)
    if content.startswith(_ZIP):
        return open_xlsx(name, content)
    if content.startswith(_OLD_OFFICE):
        raise Refused("file_locked" if _LOCKED in content else "file_old_excel", place)
    if content.startswith(_OTHER):
        raise Refused("file_no_table", place)
    head = content[:_HEAD_BYTES]
    if _PAGE.match(head) or _PAGE.match(head.replace(b"\x00", b"").lstrip(b"\xff\xfe")):
        raise Refused("file_is_a_page", place)
    return open_text(name, content)
