"""Plants, accounts, sessions, devices and failed logins: what a login needs."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, create_tenant_table, tenant_fk

revision = "20261124_identity"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", ID, primary_key=True),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("epoch", sa.String(22), nullable=False),
        sa.UniqueConstraint("code"),
    )
    create_tenant_table(
        "account",
        sa.Column("employee_no", sa.String(40), nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("password_set_at", INSTANT),
        sa.Column("enrolment_hash", sa.String(64)),
        sa.Column("enrolment_until", INSTANT),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("tenant_id", "employee_no"),
        sa.CheckConstraint("state IN ('active', 'locked')", name="state"),
    )
    create_tenant_table(
        "device",
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
    )
    create_tenant_table(
        "auth_session",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("device_id", ID, nullable=False),
        sa.Column("browser_hash", sa.String(64), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        tenant_fk("account", "account_id", ondelete="CASCADE"),
        tenant_fk("device", "device_id"),
        sa.CheckConstraint("state IN ('active', 'drain_only', 'closed')", name="state"),
    )
    op.create_index("ix_auth_session_tenant_id_account_id", "auth_session", ["tenant_id", "account_id"])
    create_tenant_table(
        "login_failure",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("last_failed_at", INSTANT, nullable=False),
        sa.Column("blocked_until", INSTANT),
        key=("subject",),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
