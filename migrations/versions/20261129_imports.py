"""Imports: what offices know of people, the jobs that bring it in, and who rated somebody before a move."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, JSON, create_tenant_table

revision = "20261129_imports"
down_revision = "20261128_phones"
branch_labels = None
depends_on = None

STATES = "state IN ('reading', 'ready', 'applying', 'applied', 'undoing', 'undone', 'failed')"


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("hired_on", sa.Date))
        table.add_column(sa.Column("left_on", sa.Date))
        table.add_column(sa.Column("phone", sa.String(40)))
        table.add_column(sa.Column("email", sa.String(200)))
    with op.batch_alter_table("evaluation") as table:
        table.add_column(sa.Column("former_rater_id", ID))
        table.add_column(sa.Column("former_until", INSTANT))
        table.create_foreign_key(
            op.f("fk_evaluation_tenant_id_former_rater_id"),
            "person",
            ["tenant_id", "former_rater_id"],
            ["tenant_id", "id"],
        )
    create_tenant_table(
        "import_job",
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by_id", ID),
        sa.Column("applied_at", INSTANT),
        sa.Column("applied_by_id", ID),
        sa.Column("undone_at", INSTANT),
        sa.Column("undone_by_id", ID),
        sa.Column("files", JSON, nullable=False),
        sa.Column("mappings", JSON, nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("errors", sa.Integer, nullable=False),
        sa.Column("doubts", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("phase", sa.String(8), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("token", sa.String(22), nullable=False),
        sa.Column("beat_at", INSTANT),
        sa.Column("failure", sa.String(40)),
        sa.Column("failure_params", JSON, nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_import_job_state")),
    )
    create_tenant_table(
        "import_file",
        sa.Column("import_id", ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "import_id"], ["import_job.tenant_id", "import_job.id"]),
        key=("import_id", "position"),
    )
    create_tenant_table(
        "import_part",
        sa.Column("import_id", ID, nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("content", JSON, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "import_id"], ["import_job.tenant_id", "import_job.id"]),
        key=("import_id", "what", "number"),
    )
    create_tenant_table(
        "import_mapping",
        sa.Column("signature", sa.String(64), nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        key=("signature",),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
