"""Values that came by hand from a phone, with both times; an objection names the value that was on the screen."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, create_tenant_table, tenant_fk

revision = "20261129_by_hand"
down_revision = "20261129_agreements"
branch_labels = None
depends_on = None

OF_A_VALUE = ("person_id", "indicator_id", "period_from")


def upgrade() -> None:
    create_tenant_table(
        "value_entry",
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("indicator_id", ID, nullable=False),
        sa.Column("period_from", sa.Date, nullable=False),
        sa.Column("period_to", sa.Date, nullable=False),
        sa.Column("value", sa.Numeric(14, 4), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        tenant_fk("person", "person_id"),
        tenant_fk("indicator", "indicator_id"),
        sa.UniqueConstraint("tenant_id", "version", name="uq_value_entry_tenant_id_version"),
    )
    op.create_index("ix_value_entry_value", "value_entry", ["tenant_id", *OF_A_VALUE])
    with op.batch_alter_table("value_objection") as table:
        table.add_column(sa.Column("shown_to", sa.Date))  # of older ones nobody knows it
        table.add_column(sa.Column("mutation", sa.String(100)))
        table.add_column(sa.Column("device_time", sa.BigInteger))
        # Two phones of one person may both have words against one value.
        table.alter_column("reason", type_=sa.String(2000), existing_type=sa.String(500), existing_nullable=False)
