"""Cycles, the departments that take part, and delegations: what HR opens and whom it lets stand in."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, create_tenant_table, tenant_fk

revision = "20261124_cycles"
down_revision = "20261124_indicators"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "cycle",
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("period_from", sa.Date, nullable=False),
        sa.Column("period_to", sa.Date, nullable=False),
        sa.Column("deadline_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT),
        sa.CheckConstraint("state IN ('draft', 'open', 'closing', 'closed')", name=op.f("ck_cycle_state")),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_cycle_period")),
    )
    create_tenant_table(
        "cycle_department",
        sa.Column("cycle_id", ID, nullable=False),
        sa.Column("department_id", ID, nullable=False),
        tenant_fk("cycle", "cycle_id"),
        tenant_fk("department", "department_id"),
        key=("cycle_id", "department_id"),
    )
    create_tenant_table(
        "delegation",
        sa.Column("cycle_id", ID, nullable=False),
        sa.Column("rater_id", ID, nullable=False),
        sa.Column("delegate_id", ID, nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT),
        sa.Column("granted_by_id", ID, nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        tenant_fk("cycle", "cycle_id"),
        tenant_fk("person", "rater_id"),
        tenant_fk("person", "delegate_id"),
        sa.CheckConstraint("rater_id <> delegate_id", name=op.f("ck_delegation_not_oneself")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_delegation_instants")),
    )
    op.create_index("ix_delegation_delegate", "delegation", ["tenant_id", "delegate_id"])
    op.create_index("ix_delegation_rater", "delegation", ["tenant_id", "rater_id"])
