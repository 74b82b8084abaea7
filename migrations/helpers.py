"""What migrations share. They import no model: a model will change, a migration may not."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

ID = sa.Uuid()
INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def create_tenant_table(name: str, *items: Any, key: Sequence[str] = ("id",)) -> None:
    """Create a table of one plant's rows: tenant_id, the items, the primary key (tenant_id, *key),
    the reference to the plant, and row-level security. A column `id` is added when it is the key.
    """
    own = (sa.Column("id", ID, nullable=False),) if tuple(key) == ("id",) else ()
    op.create_table(
        name,
        sa.Column("tenant_id", ID, sa.ForeignKey("tenant.id"), nullable=False),
        *own,
        *items,
        sa.PrimaryKeyConstraint("tenant_id", *key),
    )
    enable_rls(name)


def tenant_fk(table: str, column: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """Reference (tenant_id, id) of `table` by (tenant_id, `column`)."""
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete)


def enable_rls(table: str) -> None:
    """On PostgreSQL show and take only rows of the plant at work, even to the table's owner."""
    if op.get_context().dialect.name != "postgresql":
        return
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY {table}_of_the_plant ON {table}"
        " USING (tenant_id = nullif(current_setting('gemba.tenant', true), '')::uuid)"
    )
