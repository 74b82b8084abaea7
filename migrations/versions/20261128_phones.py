"""Shared and lost phones, and the seed of the secret that opens a phone's data when the PIN is forgotten."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, create_tenant_table, tenant_fk

revision = "20261128_phones"
down_revision = "20261127_stuck"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("device") as table:
        table.add_column(sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("lost_at", INSTANT))
    create_tenant_table(
        "device_user",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("device_id", ID, nullable=False),
        sa.Column("seed", sa.String(64)),
        sa.Column("key_id", sa.String(8)),
        sa.Column("drain_hash", sa.String(64)),
        sa.Column("drain_until", INSTANT),
        tenant_fk("account", "account_id", ondelete="CASCADE"),
        tenant_fk("device", "device_id"),
        sa.UniqueConstraint("tenant_id", "account_id", "device_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
