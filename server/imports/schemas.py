"""Shapes of imports in the API."""

from typing import Final

from marshmallow import fields as ma_fields
from marshmallow import validate

from server.foundation.fields import (
    Anything,
    Boolean,
    Choice,
    Coded,
    Day,
    Id,
    Instant,
    Integer,
    Items,
    Nested,
    QueryInteger,
    Text,
)
from server.imports.models import FILE_NAME_MAX, Phase, State
from server.imports.phones import Choice as PhonesChoice
from server.imports.plan import What
from server.imports.records import Kind, Weight
from server.imports.service import BYTES_MAX, FILES_MAX

CONTENT_MAX: Final = BYTES_MAX * 4 // 3 + 4
COLUMNS_MAX: Final = 60
PAGES_MAX: Final = 10_000


class ImportMappingSchema(Coded):
    """What a table is about, and of each column, by its letter, the field that it is; one left out is not read."""

    kind = Choice(Kind, required=True, allow_none=True, metadata={"description": "null: the table is not read."})
    columns = ma_fields.Dict(
        data_key="fields",
        attribute="fields",
        required=True,
        keys=ma_fields.String(validate=validate.Regexp(r"[A-Z]{1,2}\Z", error="not_text")),
        values=Text(max=40),
        validate=validate.Length(max=COLUMNS_MAX, error="too_long"),
        error_messages={"required": "required", "null": "null", "invalid": "not_an_object"},
    )


class ImportFileSchema(Coded):
    """A file as it comes."""

    name = Text(required=True, min=1, max=FILE_NAME_MAX)
    content = ma_fields.String(
        required=True,
        validate=validate.Length(max=CONTENT_MAX, error="too_long"),
        error_messages={"required": "required", "null": "null", "invalid": "not_text"},
        metadata={"description": "Its bytes in base64."},
    )


class NewImportSchema(Coded):
    """A set of files. Nothing is changed before it is applied."""

    files = Items(Nested(ImportFileSchema), required=True, min=1, max=FILES_MAX)
    since = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "From when changes without a date of their own hold; today where it is not said."},
    )
    complete = Boolean(load_default=False, metadata={"description": "Whoever is not in the list of people has left."})


class MappingsSchema(Coded):
    """How the columns of each header, by its signature, are understood; what is not named is found anew."""

    mappings = ma_fields.Dict(
        required=True,
        keys=Text(max=64),
        values=Nested(ImportMappingSchema),
        validate=validate.Length(max=FILES_MAX * 5, error="too_long"),
        error_messages={"required": "required", "null": "null", "invalid": "not_an_object"},
    )


class ApplySchema(Coded):
    """Which preview is to be applied, as it was shown. `phones`: what is to become of work on phones that is not
    delivered, needed where there is any. `leaving`: how many leave, typed by a person, needed where it is told."""

    preview = Text(required=True, max=64)
    phones = Choice(PhonesChoice, load_default=None, allow_none=True)
    leaving = Integer(load_default=None, allow_none=True, min=0, max=1_000_000)


class PageQuerySchema(Coded):
    """Which page, counted from 0."""

    page = QueryInteger(load_default=0, min=0, max=PAGES_MAX)


class PlaceSchema(Coded):
    """Where something stands in a file: row from 1, column by letter; 0 and empty where it is about all of it."""

    file = Text(required=True)
    sheet = Text(required=True)
    row = Integer(required=True)
    column = Text(required=True)
    header = Text(required=True)


class FindingSchema(Coded):
    """What somebody has to know before applying, in both languages; for programs its code and what fills the words."""

    code = Text(required=True)
    weight = Choice(Weight, required=True)
    place = Nested(PlaceSchema, required=True)
    params = Anything(required=True)
    said_zh = Text(required=True)
    said_en = Text(required=True)


class DifferenceSchema(Coded):
    """One thing before and after."""

    name = Text(required=True)
    before = Text(required=True, allow_none=True)
    after = Text(required=True, allow_none=True)


class ChangeSchema(Coded):
    """What becomes of one thing. What stays as it is is counted and not listed."""

    kind = Choice(Kind, required=True)
    what = Choice(What, required=True)
    key = Text(required=True)
    label = Text(required=True)
    place = Nested(PlaceSchema, required=True)
    differences = Items(Nested(DifferenceSchema), required=True, max=None)
    on = Text(required=True, allow_none=True)


class ColumnSchema(Coded):
    """A column: its letter, what stands over it, the field that it is (null: not read), and the cells of some rows."""

    letter = Text(required=True)
    label = Text(required=True)
    field = Text(required=True, allow_none=True)
    guessed = Boolean(required=True)
    sample = ma_fields.List(Text(), required=True)


class TableSchema(Coded):
    """A table that was found: where, how many rows, what it is about (null: not known, or not to be read) and who said
    so: `found`, `remembered` from an earlier import, or `own`."""

    signature = Text(required=True)
    file = Text(required=True)
    sheet = Text(required=True)
    encoding = Text(required=True)
    row = Integer(required=True, metadata={"description": "Of the header."})
    rows = Integer(required=True)
    kind = Choice(Kind, required=True, allow_none=True)
    origin = Text(required=True)
    columns = Items(Nested(ColumnSchema), required=True, max=None)


class TablesSchema(Coded):
    """A page of tables."""

    items = Items(Nested(TableSchema), required=True, max=None)
    page = Integer(required=True)
    more = Boolean(required=True)


class FieldSchema(Coded):
    """What a column may be."""

    name = Text(required=True)
    needed = Boolean(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)


class KindSchema(Coded):
    """What a table may be about, with the columns that it may have."""

    kind = Choice(Kind, required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    columns = Items(Nested(FieldSchema), data_key="fields", attribute="fields", required=True, max=None)


class FindingsSchema(Coded):
    """A page of findings."""

    items = Items(Nested(FindingSchema), required=True, max=None)
    page = Integer(required=True)
    more = Boolean(required=True)


class ChangesSchema(Coded):
    """A page of changes."""

    items = Items(Nested(ChangeSchema), required=True, max=None)
    page = Integer(required=True)
    more = Boolean(required=True)


class WaitingSchema(Coded):
    """A phone with unsent work of somebody who loses people: how much is known, not of whom."""

    device_id = Id(required=True)
    device_label = Text(required=True, allow_none=True)
    person_id = Id(required=True)
    employee_no = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    queued_count = Integer(required=True)
    oldest_queued_at = Instant(required=True, allow_none=True)
    last_contact_at = Instant(required=True)
    about = ma_fields.List(Text(), required=True, metadata={"description": "Numbers of those whom it may be about."})


class ImportSchema(Coded):
    """An import: who, when, which files, how it was understood, what it would do or did, where it stands."""

    id = Id(required=True)
    state = Choice(State, required=True)
    created_at = Instant(required=True)
    created_by_id = Id(required=True, allow_none=True)
    applied_at = Instant(required=True, allow_none=True)
    applied_by_id = Id(required=True, allow_none=True)
    undone_at = Instant(required=True, allow_none=True)
    undone_by_id = Id(required=True, allow_none=True)
    files = Anything(required=True)
    mappings = Anything(required=True)
    since = Text(required=True)
    complete = Boolean(required=True)
    choice = Text(required=True, allow_none=True)
    preview = Text(required=True, metadata={"description": "Names the preview; goes with applying."})
    leaving = Integer(
        required=True,
        metadata={"description": "How many would leave, where more than a fifth do: goes with applying. Else 0."},
    )
    counts = Anything(required=True, metadata={"description": "Kind -> new, moved, left, changed, unchanged."})
    errors = Integer(required=True)
    doubts = Integer(required=True)
    phase = Choice(Phase, required=True)
    done = Integer(required=True)
    total = Integer(required=True)
    failure = Text(required=True, allow_none=True, metadata={"description": "A problem's code."})
    failure_params = Anything(required=True)
    phones = Items(Nested(WaitingSchema), required=True, max=None)
