"""The library: who proposed and approved a version, whom a set applies to, core outputs, influence, goals.

A job may have several forms in one cycle: its people are judged by the sets that apply to each. What stands stays as it is: approved versions keep no names, and the sets of job categories need no row of their own.
"""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, JSON, create_tenant_table, tenant_fk

revision = "20261129_library"
down_revision = "20261129_values"
branch_labels = None
depends_on = None

VALUE = sa.Numeric(14, 4)


def upgrade() -> None:
    op.add_column("indicator", sa.Column("tier", sa.String(8), nullable=False, server_default="all"))
    op.add_column("indicator_version", sa.Column("revision", sa.Integer, nullable=False, server_default="1"))
    for name in ("reason", "returned"):
        op.add_column("indicator_version", sa.Column(name, sa.String(500), nullable=False, server_default=""))
    for name in ("proposed", "approved", "retired"):
        op.add_column("indicator_version", sa.Column(f"{name}_by_id", ID))
        op.add_column("indicator_version", sa.Column(f"{name}_at", INSTANT))
    _sets()
    _outputs()
    _goals()
    _forms()


def _sets() -> None:
    create_tenant_table(
        "indicator_set",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("department_id", ID),
        sa.Column("category", sa.String(40)),
        sa.Column("job_id", ID),
        sa.Column("level", sa.String(16)),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        tenant_fk("department", "department_id"),
        tenant_fk("job", "job_id"),
        sa.UniqueConstraint("tenant_id", "code", name="uq_indicator_set_tenant_id_code"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_indicator_set_dates")),
        sa.CheckConstraint("category IS NULL OR job_id IS NULL", name=op.f("ck_indicator_set_job_or_category")),
    )


def _outputs() -> None:
    create_tenant_table(
        "core_output",
        sa.Column("job_id", ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        tenant_fk("job", "job_id"),
    )
    op.create_index("ix_core_output_job", "core_output", ["tenant_id", "job_id"])
    create_tenant_table(
        "output_agreement",
        sa.Column("job_id", ID, nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("agreed_at", INSTANT, nullable=False),
        tenant_fk("job", "job_id"),
        tenant_fk("person", "person_id"),
        sa.CheckConstraint("side IN ('head', 'supervisor')", name=op.f("ck_output_agreement_side")),
        key=("job_id", "side"),
    )
    create_tenant_table(
        "output_indicator",
        sa.Column("core_output_id", ID, nullable=False),
        sa.Column("indicator_id", ID, nullable=False),
        tenant_fk("core_output", "core_output_id", ondelete="CASCADE"),
        tenant_fk("indicator", "indicator_id"),
        key=("core_output_id", "indicator_id"),
    )
    create_tenant_table(
        "influence_answer",
        sa.Column("indicator_version_id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("answer", sa.String(6), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        tenant_fk("indicator_version", "indicator_version_id"),
        tenant_fk("job", "job_id"),
        tenant_fk("person", "person_id"),
        sa.CheckConstraint("side IN ('head', 'supervisor')", name=op.f("ck_influence_answer_side")),
        sa.CheckConstraint("answer IN ('yes', 'partly', 'no')", name=op.f("ck_influence_answer_answer")),
        key=("indicator_version_id", "job_id", "side"),
    )


def _goals() -> None:
    create_tenant_table(
        "goal",
        sa.Column("tier", sa.String(8), nullable=False),
        sa.Column("parent_id", ID),
        sa.Column("department_id", ID),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("title_zh", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=False),
        sa.Column("target_words", sa.String(200), nullable=False),
        sa.Column("target_number", VALUE),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("period_from", sa.Date, nullable=False),
        sa.Column("period_to", sa.Date, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        tenant_fk("goal", "parent_id"),
        tenant_fk("department", "department_id"),
        tenant_fk("person", "owner_id"),
        sa.CheckConstraint("tier IN ('company', 'plant', 'workshop', 'team', 'person')", name=op.f("ck_goal_tier")),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_goal_period")),
    )


def _forms() -> None:
    """One job has several forms in a cycle, where its people are judged by different sets."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("uq_form_tenant_id_cycle_id_job_id", "form", type_="unique")
        return
    # SQLite drops no constraint. The table is made anew under its own name: what refers to it is asked again by name,
    # and no later than at COMMIT.
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TABLE form_as_it_was AS SELECT * FROM form")
    op.drop_table("form")
    create_tenant_table(
        "form",
        sa.Column("cycle_id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("job_zh", sa.String(200), nullable=False),
        sa.Column("job_en", sa.String(200), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        tenant_fk("cycle", "cycle_id"),
        tenant_fk("job", "job_id"),
    )
    columns = "tenant_id, id, cycle_id, job_id, job_zh, job_en, lines"
    op.execute(f"INSERT INTO form ({columns}) SELECT {columns} FROM form_as_it_was")
    op.drop_table("form_as_it_was")


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
