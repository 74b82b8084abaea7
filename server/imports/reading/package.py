"""The ZIP around an XLSX: what is in it is counted and measured before anything is parsed."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final
from xml.parsers import expat

from server.imports.reading import limits
from server.imports.reading.refused import Refused
from server.imports.records import Place

_STEP_BYTES: Final = 1 << 16
_ENCRYPTED: Final = 0x1
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)


class Package:
    """The parts of one workbook. `chunks` never gives more of a part than was allowed."""

    def __init__(self, name: str, content: bytes) -> None:
        self.file = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            self._sizes = self._measured(self._zip.infolist())
        except _BROKEN:
            raise Refused("file_damaged", Place(name)) from None
        if "xl/workbook.bin" in self._sizes or any(part.endswith("vbaProject.bin") for part in self._sizes):
            raise Refused("file_with_macros_or_binary", Place(name))

    def _measured(self, parts: list[zipfile.ZipInfo]) -> dict[str, int]:
        if len(parts) > limits.PARTS:
            raise Refused("file_unpacks_too_large", Place(self.file))
        unpacked = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts) or 1
        if unpacked > limits.UNPACKED_BYTES or (
            unpacked > limits.RATIO_FROM_BYTES and unpacked > packed * limits.UNPACKED_RATIO
        ):
            raise Refused("file_unpacks_too_large", Place(self.file))
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise Refused("file_locked", Place(self.file))
        return {part.filename.lstrip("/"): part.file_size for part in parts}

    def __contains__(self, part: str) -> bool:
        return part in self._sizes

    def chunks(self, part: str, most: int = limits.UNPACKED_BYTES) -> Iterator[bytes]:
        """Unpack a part bit by bit. What the directory says of its size is not believed."""
        given = 0
        try:
            with self._zip.open(part) as stream:
                while chunk := stream.read(_STEP_BYTES):
                    given += len(chunk)
                    if given > most:
                        raise Refused("file_unpacks_too_large", Place(self.file))
                    yield chunk
        except KeyError:
            raise Refused("file_damaged", Place(self.file)) from None
        except _BROKEN:
            raise Refused("file_damaged", Place(self.file)) from None

    def parse(self, part: str, parser: expat.XMLParserType, most: int = limits.UNPACKED_BYTES) -> Iterator[None]:
        """Feed a part to a parser, pausing after each bit so that what it found can be taken away."""
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._no_doctype
        given = 0
        try:
            for chunk in self.chunks(part, most):
                parser.Parse(chunk, False)
                given += len(chunk)
                if given - parser.CurrentByteIndex > limits.TOKEN_BYTES:
                    raise Refused("file_unpacks_too_large", Place(self.file))
                yield
            parser.Parse(b"", True)
        except expat.ExpatError:
            raise Refused("file_damaged", Place(self.file)) from None
        yield

    def _no_doctype(self, *_: object) -> None:
        # A workbook has none; entities are what XML bombs and reads of foreign files are made of.
        raise Refused("file_with_entities", Place(self.file))


def local(name: str) -> str:
    """Cut the prefix off an element's name: WPS, Excel and strict files use different ones."""
    return name.rpartition(":")[2]


def beside(part: str, target: str) -> str:
    """Return the part that a relationship of `part` points at."""
    if target.startswith("/"):
        return target.lstrip("/")
    steps: list[str] = []
    for step in (PurePosixPath(part).parent / target).parts:
        if step == "..":
            del steps[-1:]
        elif step != ".":
            steps.append(step)
    return "/".join(steps)
