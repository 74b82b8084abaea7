"""A correction keeps the last day that stood; periods that overlap are doubted; what is said of a source has a history."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, JSON, create_tenant_table, tenant_fk

revision = "20261129_value_periods"
down_revision = "20261129_idle_contact"
branch_labels = None
depends_on = None

KIND = "ck_value_flag_kind"


def upgrade() -> None:
    op.add_column("value_change", sa.Column("before_to", sa.Date))
    with op.batch_alter_table("value_flag") as table:
        table.drop_constraint(op.f(KIND), type_="check")
        table.create_check_constraint(op.f(KIND), "kind IN ('copied', 'jump', 'overlap', 'range', 'submitted')")
    create_tenant_table(
        "value_source_change",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("before", JSON),
        sa.Column("after", JSON, nullable=False),
        tenant_fk("value_source", "source_id"),
        tenant_fk("person", "by_id"),
    )
    op.add_column("value_source", sa.Column("self_by_id", ID))
    op.create_index("ix_value_batch_key", "value_batch", ["tenant_id", "key_id", "received_at"])
    op.create_index("ix_value_batch_received", "value_batch", ["tenant_id", "received_at"])
    op.create_index("ix_value_source_change_source", "value_source_change", ["tenant_id", "source_id"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
