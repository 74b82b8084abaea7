"""What a workbook says of itself: its sheets, how its numbers are shown, and the texts that its cells share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from server.imports.reading import limits
from server.imports.reading.cells.remarks import short
from server.imports.reading.formats import PLAIN, Format, format_of
from server.imports.reading.package import Package, beside, local
from server.imports.reading.refused import Refused
from server.imports.records import Place

_DAYS_1904: Final = 1462
_TRUE: Final = ("1", "true", "on")


@dataclass(slots=True)
class Workbook:
    """The sheets in their order, with what is needed to read their cells."""

    package: Package
    sheets: list[tuple[str, str]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    date_shift: int = 0
    formats: list[Format] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def format(self, style: str | None) -> Format:
        """Return how cells of a style show their number."""
        if style is None or not style.isdecimal() or len(style) > 6:
            return PLAIN
        return self.formats[int(style)] if int(style) < len(self.formats) else PLAIN

    def text(self, index: str) -> str:
        """Return a shared text."""
        if index.isdecimal() and len(index) < 9 and int(index) < len(self.texts):
            return self.texts[int(index)]
        raise Refused("file_damaged", Place(self.package.file))


def open_workbook(package: Package) -> Workbook:
    """Read everything but the cells."""
    book = Workbook(package)
    part = _relations(package, "").get("officeDocument", "xl/workbook.xml")
    if part not in package:
        raise Refused("file_no_workbook", Place(package.file))
    relations = _relations(package, part, by_id=True)
    kinds = _relations(package, part)
    named: list[tuple[str, str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "sheet":
            ids = [value for key, value in attributes.items() if local(key) == "id"]
            named.append((short(attributes.get("name", "")), attributes.get("state", ""), ids[0] if ids else ""))
        elif local(name) == "workbookPr" and attributes.get("date1904", "").lower() in _TRUE:
            book.date_shift = _DAYS_1904

    _walk(package, part, start)
    taken: set[str] = set()
    for name, state, relation in named[: limits.SHEETS]:
        target = relations.get(relation, "")
        if "/worksheets/" not in f"/{target}" or target not in package:
            continue
        if target in taken:  # no office writes that: a small file that is read fifty times
            raise Refused("file_damaged", Place(package.file))
        taken.add(target)
        if state.lower() in ("hidden", "veryhidden"):
            book.hidden.append(name)
        else:
            book.sheets.append((name, target))
    if (styles := kinds.get("styles", "")) in package:
        book.formats = _formats(package, styles)
    if (texts := kinds.get("sharedStrings", "")) in package:
        book.texts = _texts(package, texts)
    return book


def _walk(
    package: Package, part: str, start: Callable[[str, dict[str, str]], None], most: int = limits.SMALL_PART_BYTES
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    for _ in package.parse(part, parser, most):
        pass


def _relations(package: Package, part: str, *, by_id: bool = False) -> dict[str, str]:
    """Where a part points, by the last word of the kind or by id. Targets outside the file are never followed."""
    folder, _, name = part.rpartition("/")
    path = f"{folder}/_rels/{name}.rels".lstrip("/")
    found: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            key = attributes.get("Id", "") if by_id else attributes.get("Type", "").rpartition("/")[2]
            found.setdefault(key, beside(part, attributes.get("Target", "")))

    if path in package:
        _walk(package, path, start)
    return found


def _formats(package: Package, part: str) -> list[Format]:
    codes: dict[int, str] = {}
    styles: list[int] = []
    within: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        number = attributes.get("numFmtId", "0")
        known = int(number) if number.isdecimal() and len(number) < 9 else 0
        if name == "numFmt":
            codes[known] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            within.append(name)
        elif name == "xf" and within and len(styles) < limits.STYLES:
            styles.append(known)

    def end(name: str) -> None:
        if local(name) == "cellXfs":
            within.clear()

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for _ in package.parse(part, parser, limits.SMALL_PART_BYTES * 2):
        pass
    return [format_of(number, codes.get(number)) for number in styles]


def _texts(package: Package, part: str) -> list[str]:
    """The shared texts, without the readings that stand over Chinese and Japanese characters."""
    texts: list[str] = []
    bits: list[str] = []
    held = length = 0
    taking = reading = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal taking, reading
        name = local(name)
        if name == "t":
            taking = not reading
        elif name == "rPh":
            reading = True

    def end(name: str) -> None:
        nonlocal taking, reading, held, length
        name = local(name)
        if name == "t":
            taking = False
        elif name == "rPh":
            reading = False
        elif name == "si":
            texts.append("".join(bits)[: limits.CELL_KEPT])
            held += len(texts[-1])
            length = 0
            bits.clear()
            if len(texts) > limits.SHARED_TEXTS or held > limits.SHARED_CHARACTERS:
                raise Refused("file_unpacks_too_large", Place(package.file))

    def characters(data: str) -> None:
        nonlocal length
        if taking and length < limits.CELL_KEPT:
            length += len(data)
            bits.append(data)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    for _ in package.parse(part, parser):
        pass
    return texts
