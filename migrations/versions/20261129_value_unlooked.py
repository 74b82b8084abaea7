"""Copied series are looked for once for many batches of a source: what was not looked at yet is noted with the source."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import JSON

revision = "20261129_value_unlooked"
down_revision = "20261129_floor"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("value_source", sa.Column("unlooked", JSON))


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
