"""When a phone last said that nothing waits on it is kept apart: a later word that something does takes nothing back."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import INSTANT

revision = "20261129_idle_contact"
down_revision = "20261129_answers_kept"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device_contact", sa.Column("idle_at", INSTANT))
    connection = op.get_bind()
    is_postgresql = connection.dialect.name == "postgresql"
    for (tenant,) in connection.execute(sa.text("SELECT id FROM tenant")).all():
        if is_postgresql:  # row-level security shows one plant at a time
            connection.execute(sa.text("SELECT set_config('gemba.tenant', :id, true)"), {"id": str(tenant)})
        connection.execute(
            sa.text("UPDATE device_contact SET idle_at = last_contact_at WHERE queued_count = 0 AND tenant_id = :id"),
            {"id": tenant},
        )
    if is_postgresql:
        connection.execute(sa.text("SELECT set_config('gemba.tenant', '', true)"))


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
