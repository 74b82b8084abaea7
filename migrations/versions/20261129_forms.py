"""A measured indicator may be marked on a straight line; an evaluation keeps how far its values reach."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import JSON

revision = "20261129_forms"
down_revision = "20261129_by_hand"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("indicator_version", sa.Column("rule", sa.String(5), nullable=False, server_default="bands"))
    op.add_column("evaluation", sa.Column("data_to", JSON, nullable=False, server_default="[]"))
