"""Doors of imports: /api/imports. What takes long is begun here and done by a process of its own."""

from typing import Any
from uuid import UUID

from server.foundation import clock
from server.foundation.web import Room, current_actor
from server.imports import desk, runs
from server.imports.models import Part
from server.imports.schemas import (
    ApplySchema,
    ChangesSchema,
    FindingsSchema,
    ImportSchema,
    KindSchema,
    MappingsSchema,
    NewImportSchema,
    PageQuerySchema,
    TablesSchema,
)
from server.people.desk import require_plant
from server.policy import Action

room = Room("imports", url_prefix="/api/imports", description="Bringing in people, places, lines, indicators, values.")


@room.route("", action=Action.IMPORT_READ)
@room.response(200, ImportSchema(many=True))
def list_imports() -> Any:
    """List the last imports."""
    return desk.listed(by=current_actor(), now=clock.now())


def _may_send() -> None:
    require_plant(current_actor(), Action.IMPORT_RUN, now=clock.now())


@room.route("", methods=["POST"], action=Action.IMPORT_RUN, unit=False, first=_may_send)
@room.arguments(NewImportSchema)
@room.response(202, ImportSchema)
def create_import(asked: dict[str, Any]) -> Any:
    """Take in a set of files and begin their preview."""
    import_id, token = desk.create(asked, by=current_actor(), now=clock.now())
    runs.start(import_id, token)
    return desk.read(import_id, by=current_actor(), now=clock.now())


@room.route("/<uuid:import_id>", action=Action.IMPORT_READ)
@room.response(200, ImportSchema)
def read_import(import_id: UUID) -> Any:
    """Read an import: its state, its progress, its counts, and the phones with unsent work."""
    return desk.read(import_id, by=current_actor(), now=clock.now())


@room.route("/kinds", action=Action.IMPORT_READ)
@room.response(200, KindSchema(many=True))
def list_import_kinds() -> Any:
    """Read what tables may be about and which columns they may have."""
    return desk.kinds(by=current_actor(), now=clock.now())


@room.route("/<uuid:import_id>/tables", action=Action.IMPORT_READ)
@room.arguments(PageQuerySchema, location="query")
@room.response(200, TablesSchema)
def list_import_tables(asked: dict[str, Any], import_id: UUID) -> Any:
    """Read which tables were found in its files and how their columns are understood, page by page."""
    return desk.page(import_id, Part.TABLE, asked["page"], by=current_actor(), now=clock.now())


@room.route("/<uuid:import_id>/findings", action=Action.IMPORT_READ)
@room.arguments(PageQuerySchema, location="query")
@room.response(200, FindingsSchema)
def list_findings(asked: dict[str, Any], import_id: UUID) -> Any:
    """Read what its preview has found, page by page."""
    return desk.page(import_id, Part.FINDING, asked["page"], by=current_actor(), now=clock.now())


@room.route("/<uuid:import_id>/changes", action=Action.IMPORT_READ)
@room.arguments(PageQuerySchema, location="query")
@room.response(200, ChangesSchema)
def list_changes(asked: dict[str, Any], import_id: UUID) -> Any:
    """Read what it changes, page by page."""
    return desk.page(import_id, Part.CHANGE, asked["page"], by=current_actor(), now=clock.now())


@room.route("/<uuid:import_id>/mappings", methods=["PUT"], action=Action.IMPORT_RUN, unit=False)
@room.arguments(MappingsSchema)
@room.response(202, ImportSchema)
def remap_import(asked: dict[str, Any], import_id: UUID) -> Any:
    """Say how its columns are to be understood, and begin a new preview."""
    token = desk.remap(import_id, asked["mappings"], by=current_actor(), now=clock.now())
    runs.start(import_id, token)
    return desk.read(import_id, by=current_actor(), now=clock.now())


@room.route("/<uuid:import_id>/apply", methods=["POST"], action=Action.IMPORT_RUN, unit=False)
@room.arguments(ApplySchema)
@room.response(202, ImportSchema)
def apply_import(asked: dict[str, Any], import_id: UUID) -> Any:
    """Apply it as its preview says, all or nothing."""
    token = desk.apply(import_id, asked, by=current_actor(), now=clock.now())
    runs.start(import_id, token)
    return desk.read(import_id, by=current_actor(), now=clock.now())


@room.route("/<uuid:import_id>/undo", methods=["POST"], action=Action.IMPORT_RUN, unit=False)
@room.response(202, ImportSchema)
def undo_import(import_id: UUID) -> Any:
    """Take it back: everything is as it was before."""
    token = desk.undo(import_id, by=current_actor(), now=clock.now())
    runs.start(import_id, token)
    return desk.read(import_id, by=current_actor(), now=clock.now())
