"""What hinders a phone, told with its contacts; and who brought in the edits of a phone that cannot send them."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID

revision = "20261127_stuck"
down_revision = "20261124_evaluations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("device_contact") as table:
        table.add_column(sa.Column("attempts", sa.BigInteger, nullable=False, server_default="0"))
        table.add_column(sa.Column("last_error", sa.String(24)))
    for name in ("mutation", "field_history"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("brought_in_by", ID))


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
