"""Tables of imports: the job, its files until they are applied, what it showed and what it replaced."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, Json, TenantOwned, TenantRow, tenant_fk
from server.foundation.ids import PersonId

FILE_NAME_MAX: Final = 200


class State(StrEnum):
    """Where an import stands. `reading`, `applying` and `undoing` have a process at work, or had one that was killed."""

    READING = "reading"
    READY = "ready"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


AT_WORK: Final = frozenset({State.READING, State.APPLYING, State.UNDOING})


class Phase(StrEnum):
    """What a job at work does; `done` of `total` counts rows within it."""

    NONE = ""
    READING = "reading"
    PLANNING = "planning"
    WRITING = "writing"


class Part(StrEnum):
    """What a part holds: tables, findings and changes that the preview shows, rows before and after, moves that were
    made, and rows that are put back only where they are as the import left them."""

    TABLE = "table"
    FINDING = "finding"
    CHANGE = "change"
    ROW = "row"
    MOVE = "move"
    BESIDE = "beside"


class ImportJob(TenantRow, Base):
    """One set of files: who, when, which, how they were understood, what came of it.

    `created_by_id` None: a command of the server's operator. `token` names the process at work, `beat_at` its last
    sign of life. `fingerprint` is of what the plant held when the preview was made.
    """

    __tablename__ = "import_job"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('reading', 'ready', 'applying', 'applied', 'undoing', 'undone', 'failed')", name="state"
        ),
    )

    state: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[datetime]
    created_by_id: Mapped[PersonId | None]
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[PersonId | None]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[PersonId | None]
    files: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    mappings: Mapped[dict[str, Any]] = mapped_column(Json)
    options: Mapped[dict[str, Any]] = mapped_column(Json)
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    errors: Mapped[int]
    doubts: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    phase: Mapped[str] = mapped_column(sa.String(8))
    done: Mapped[int]
    total: Mapped[int]
    token: Mapped[str] = mapped_column(sa.String(22))
    beat_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(sa.String(40))
    failure_params: Mapped[dict[str, Any]] = mapped_column(Json)


class ImportFile(TenantOwned, Base):
    """The bytes of a file, kept until the import is applied."""

    __tablename__ = "import_file"
    __table_args__ = (tenant_fk("import_job", "import_id"),)

    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(FILE_NAME_MAX))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class ImportPart(TenantOwned, Base):
    """A page of what an import shows or replaced; `number` counts from 0."""

    __tablename__ = "import_part"
    __table_args__ = (tenant_fk("import_job", "import_id"),)

    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[list[Any]] = mapped_column(Json)


class ImportMapping(TenantOwned, Base):
    """How columns under a header were understood the last time; `signature` is of the header's cells."""

    __tablename__ = "import_mapping"

    signature: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(Json)
    used_at: Mapped[datetime]
