"""Agreements on what people are measured by (IND-5), and the windows in which they may be changed (IND-6)."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, JSON, create_tenant_table, tenant_fk

revision = "20261129_agreements"
down_revision = "20261129_library"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "window_rule",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("every", sa.String(8)),
        sa.Column("first_day", sa.Integer),
        sa.Column("last_day", sa.Integer),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("to_at", INSTANT),
        sa.Column("made_by_id", ID),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.CheckConstraint("kind IN ('plan', 'open', 'shut')", name=op.f("ck_window_rule_kind")),
        sa.CheckConstraint("every IS NULL OR every IN ('month', 'quarter')", name=op.f("ck_window_rule_every")),
    )
    create_tenant_table(
        "agreement",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("supervisor_id", ID, nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("period_from", sa.Date, nullable=False),
        sa.Column("period_to", sa.Date, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("terms_version", sa.String(100)),
        sa.Column("terms_device_time", sa.BigInteger, nullable=False),
        sa.Column("terms_at", INSTANT),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        tenant_fk("person", "person_id"),
        tenant_fk("person", "supervisor_id"),
        sa.UniqueConstraint("tenant_id", "person_id", "period_from"),
    )
    op.create_index("ix_agreement_supervisor", "agreement", ["tenant_id", "supervisor_id"])
    create_tenant_table(
        "agreement_text",
        sa.Column("agreement_id", ID, nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        tenant_fk("agreement", "agreement_id"),
        key=("agreement_id", "version"),
    )
    create_tenant_table(
        "agreement_voice",
        sa.Column("agreement_id", ID, nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("text_version", sa.String(100)),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        tenant_fk("agreement", "agreement_id"),
        sa.CheckConstraint("kind IN ('confirm', 'object', 'disagree', 'reply')", name=op.f("ck_agreement_voice_kind")),
        key=("agreement_id", "version"),
    )
    create_tenant_table(
        "kept_change",
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("agreement_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        tenant_fk("person", "person_id"),
        key=("version",),
    )
    op.create_index("ix_kept_change_person", "kept_change", ["tenant_id", "person_id"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
