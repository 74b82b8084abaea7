"""Sources of measured values, keys of other systems, corrections, doubts and objections; values get a version."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, JSON, create_tenant_table, tenant_fk

revision = "20261129_values"
down_revision = "20261129_imports"
branch_labels = None
depends_on = None

VALUE = sa.Numeric(14, 4)
OF_A_VALUE = ("person_id", "indicator_id", "period_from")


def upgrade() -> None:
    with op.batch_alter_table("measured_value") as table:
        table.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.create_index("ix_measured_value_indicator", "measured_value", ["tenant_id", "indicator_id", "period_from"])
    create_tenant_table(
        "value_source",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("owner_id", ID),
        sa.Column("locked_reason", sa.String(500)),
        sa.Column("late_rule", sa.String(6), nullable=False),
        sa.Column("leave_lowers", JSON),
        sa.Column("last_value_at", INSTANT),
        tenant_fk("person", "owner_id"),
        sa.UniqueConstraint("tenant_id", "code", name="uq_value_source_tenant_id_code"),
        sa.CheckConstraint("kind IN ('api', 'import', 'hand', 'self')", name=op.f("ck_value_source_kind")),
        sa.CheckConstraint("late_rule IN ('label', 'refuse')", name=op.f("ck_value_source_late_rule")),
    )
    create_tenant_table(
        "api_key",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("hint", sa.String(4), nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("indicators", JSON, nullable=False),
        sa.Column("made_by_id", ID, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        tenant_fk("value_source", "source_id"),
        tenant_fk("person", "made_by_id"),
    )
    create_tenant_table(
        "value_batch",
        sa.Column("key_id", ID, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        tenant_fk("api_key", "key_id"),
        sa.UniqueConstraint("tenant_id", "key_id", "key", name="uq_value_batch_tenant_id_key_id_key"),
    )
    create_tenant_table(
        "value_change",
        *_of_a_value(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("before", VALUE, nullable=False),
        sa.Column("after", VALUE, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("by_id", ID),
        sa.Column("key_id", ID),
        sa.Column("late", sa.String(8)),
        sa.Column("changed_at", INSTANT, nullable=False),
        tenant_fk("person", "by_id"),
        tenant_fk("api_key", "key_id"),
        _once("value_change", "version"),
    )
    create_tenant_table(
        "value_flag",
        *_of_a_value(),
        sa.Column("kind", sa.String(9), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.Column("settled_by_id", ID),
        sa.Column("note", sa.String(500)),
        tenant_fk("person", "settled_by_id"),
        _once("value_flag", "kind"),
        sa.CheckConstraint("kind IN ('copied', 'jump', 'range', 'submitted')", name=op.f("ck_value_flag_kind")),
    )
    create_tenant_table(
        "value_objection",
        *_of_a_value(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("shown", VALUE, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("answered_by_id", ID),
        sa.Column("answered_at", INSTANT),
        sa.Column("answer", sa.String(500)),
        tenant_fk("person", "answered_by_id"),
        _once("value_objection", "version"),
        sa.CheckConstraint("state IN ('open', 'stands', 'corrected')", name=op.f("ck_value_objection_state")),
    )


def _of_a_value() -> tuple[object, ...]:
    return (
        sa.Column("person_id", ID, nullable=False),
        sa.Column("indicator_id", ID, nullable=False),
        sa.Column("period_from", sa.Date, nullable=False),
        tenant_fk("person", "person_id"),
        tenant_fk("indicator", "indicator_id"),
    )


def _once(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("tenant_id", *OF_A_VALUE, column, name=f"uq_{table}_{column}")


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
