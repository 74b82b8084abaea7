"""Indicators with their versions, the sets of job categories, measured values, quick comments and past marks."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, JSON, create_tenant_table, tenant_fk

revision = "20261124_indicators"
down_revision = "20261124_people"
branch_labels = None
depends_on = None

VALUE = sa.Numeric(14, 4)


def upgrade() -> None:
    create_tenant_table(
        "indicator",
        sa.Column("code", sa.String(40), nullable=False),
        sa.UniqueConstraint("tenant_id", "code", name="uq_indicator_tenant_id_code"),
    )
    create_tenant_table(
        "indicator_version",
        sa.Column("indicator_id", ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("short_zh", sa.String(20), nullable=False),
        sa.Column("short_en", sa.String(20), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("direction", sa.String(6), nullable=False),
        sa.Column("target", VALUE),
        sa.Column("threshold", VALUE),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("frequency", sa.String(10), nullable=False),
        sa.Column("bands", JSON),
        sa.Column("anchors", JSON),
        sa.Column("state", sa.String(8), nullable=False),
        tenant_fk("indicator", "indicator_id"),
        sa.UniqueConstraint(
            "tenant_id", "indicator_id", "number", name="uq_indicator_version_tenant_id_indicator_id_number"
        ),
        sa.CheckConstraint("direction IN ('higher', 'lower')", name=op.f("ck_indicator_version_direction")),
        sa.CheckConstraint(
            "state IN ('draft', 'proposed', 'approved', 'retired')", name=op.f("ck_indicator_version_state")
        ),
    )
    create_tenant_table(
        "indicator_set_line",
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("indicator_version_id", ID, nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        tenant_fk("indicator_version", "indicator_version_id"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_indicator_set_line_weight")),
        key=("category", "position"),
    )
    create_tenant_table(
        "chip",
        sa.Column("indicator_code", sa.String(40), nullable=False),
        sa.Column("band", sa.String(4), nullable=False),
        sa.Column("zh", sa.String(200), nullable=False),
        sa.Column("en", sa.String(200), nullable=False),
        sa.UniqueConstraint(
            "tenant_id", "indicator_code", "band", "zh", name="uq_chip_tenant_id_indicator_code_band_zh"
        ),
        sa.CheckConstraint("band IN ('low', 'mid', 'high')", name=op.f("ck_chip_band")),
    )
    create_tenant_table(
        "measured_value",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("indicator_id", ID, nullable=False),
        sa.Column("period_from", sa.Date, nullable=False),
        sa.Column("period_to", sa.Date, nullable=False),
        sa.Column("label", sa.String(20), nullable=False),
        sa.Column("value", VALUE, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        tenant_fk("person", "person_id"),
        tenant_fk("indicator", "indicator_id"),
        key=("person_id", "indicator_id", "period_from"),
    )
    create_tenant_table(
        "past_mark",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("indicator_code", sa.String(40), nullable=False),
        sa.Column("mark", sa.Integer, nullable=False),
        tenant_fk("person", "person_id"),
        key=("person_id", "month", "indicator_code"),
    )
    create_tenant_table(
        "past_overall",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("overall", sa.Integer, nullable=False),
        tenant_fk("person", "person_id"),
        key=("person_id", "month"),
    )
