"""Forms, evaluations and their fields, cases, results and answers."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, JSON, create_tenant_table, tenant_fk

revision = "20261124_evaluations"
down_revision = "20261124_cycles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "form",
        sa.Column("cycle_id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("job_zh", sa.String(200), nullable=False),
        sa.Column("job_en", sa.String(200), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        tenant_fk("cycle", "cycle_id"),
        tenant_fk("job", "job_id"),
        sa.UniqueConstraint("tenant_id", "cycle_id", "job_id"),
    )
    create_tenant_table(
        "evaluation",
        sa.Column("cycle_id", ID, nullable=False),
        sa.Column("form_id", ID, nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("rater_id", ID, nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("run_order", sa.Integer, nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("rules", JSON, nullable=False),
        sa.Column("lasts", JSON, nullable=False),
        sa.Column("last_overall", sa.Integer),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("status_version", sa.String(72)),
        sa.Column("status_device_time", sa.BigInteger, nullable=False),
        sa.Column("status_at", INSTANT),
        sa.Column("submitted_at", INSTANT),
        sa.Column("started_at", INSTANT),
        sa.Column("chip_versions", JSON, nullable=False),
        sa.CheckConstraint("state IN ('open', 'submitted', 'acknowledged')", name="state"),
        tenant_fk("cycle", "cycle_id"),
        tenant_fk("department", "department_id"),
        tenant_fk("person", "employee_id"),
        tenant_fk("form", "form_id"),
        tenant_fk("person", "rater_id"),
        sa.UniqueConstraint("tenant_id", "cycle_id", "employee_id", "rater_id"),
    )
    op.create_index("ix_evaluation_employee", "evaluation", ["tenant_id", "employee_id"])
    op.create_index("ix_evaluation_rater", "evaluation", ["tenant_id", "rater_id"])
    create_tenant_table(
        "score",
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("line", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("value", sa.Integer),
        sa.Column("version", sa.String(72), nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("scored_at", INSTANT, nullable=False),
        sa.CheckConstraint("value BETWEEN 1 AND 5", name="value"),
        tenant_fk("evaluation", "evaluation_id"),
        key=("evaluation_id", "line"),
    )
    create_tenant_table(
        "comment",
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("line", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("text", sa.String(2000)),
        sa.Column("version", sa.String(72), nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('comment', 'reason')", name="kind"),
        tenant_fk("evaluation", "evaluation_id"),
        key=("evaluation_id", "line", "kind"),
    )
    create_tenant_table(
        "chip_tag",
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("line", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("version", sa.String(72), nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        tenant_fk("evaluation", "evaluation_id"),
        key=("evaluation_id", "line", "version"),
    )
    create_tenant_table(
        "evaluation_case",
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("field", sa.String(24), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("base_version", sa.String(72)),
        sa.Column("base_value", JSON),
        sa.Column("chosen", sa.String(72)),
        sa.Column("resolution", sa.String(72)),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.CheckConstraint("state IN ('open', 'resolved')", name="state"),
        tenant_fk("evaluation", "evaluation_id"),
        sa.UniqueConstraint("tenant_id", "evaluation_id", "number"),
    )
    create_tenant_table(
        "case_candidate",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("version", sa.String(72), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("value", JSON),
        sa.Column("base", JSON, nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("superseded", sa.Boolean, nullable=False),
        tenant_fk("evaluation_case", "case_id"),
        key=("case_id", "version"),
    )
    create_tenant_table(
        "result",
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("version", sa.String(72), nullable=False),
        sa.Column("released_by_id", ID, nullable=False),
        sa.Column("released_at", INSTANT, nullable=False),
        sa.Column("scores", JSON, nullable=False),
        sa.Column("comments", JSON, nullable=False),
        sa.Column("chips", JSON, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("overall", sa.Integer),
        sa.Column("state", sa.String(8), nullable=False),
        sa.CheckConstraint("state IN ('released', 'recalled')", name="state"),
        tenant_fk("evaluation", "evaluation_id"),
        tenant_fk("person", "released_by_id"),
        sa.UniqueConstraint("tenant_id", "evaluation_id", "number"),
    )
    create_tenant_table(
        "answer",
        sa.Column("evaluation_id", ID, nullable=False),
        sa.Column("version", sa.String(72), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("result_version", sa.String(72)),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('agree', 'disagree')", name="kind"),
        tenant_fk("evaluation", "evaluation_id"),
        key=("evaluation_id", "version"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
