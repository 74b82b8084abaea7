"""Findings in words, for a screen or a command line: where it is, and what is so."""

from collections.abc import Mapping

from server.foundation.locales import Language, say
from server.imports.records import Finding, Place


def sentence(finding: Finding, language: Language) -> str:
    """Return the whole of a finding: file, sheet, row, column and what is the matter."""
    what = said(finding, language)
    place = where(finding.place, language)
    return say("import_finding", language, {"place": place, "what": what}) if place else what


def said(finding: Finding, language: Language) -> str:
    """Return what is the matter, without where."""
    return say(f"finding_{finding.code}", language, _named(finding.params, language))


def where(place: Place, language: Language) -> str:
    """Return a place as its owner finds it; nothing where it is about everything."""
    if not place.file:
        return ""
    said = say(
        f"import_place_{'sheet' if place.sheet else 'file'}", language, {"file": place.file, "sheet": place.sheet}
    )
    if place.row:
        said = say("import_place_row", language, {"row": place.row, "in": said})
    if place.column:
        said = say("import_place_column", language, {"column": place.column, "in": said})
    if place.header:
        said = say("import_place_header", language, {"header": place.header, "in": said})
    return said


def _named(params: Mapping[str, str], language: Language) -> dict[str, str]:
    """Fields by the name that people know. What a cell holds is filled in last, so a blank in it stays as it is."""
    named = {
        key: say(f"import_field_{value}", language, {}) if key == "field" else value for key, value in params.items()
    }
    return dict(sorted(named.items(), key=lambda pair: pair[0] in ("text", "header")))
