"""Answers on influence are one for each person, and none is overwritten: those that stand no longer say since when.

What stands goes on standing.
"""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, create_tenant_table, tenant_fk

revision = "20261129_answers_kept"
down_revision = "20261129_value_unlooked"
branch_labels = None
depends_on = None

TABLE = "influence_answer"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        # A default fills every row, whatever plant's it is: an UPDATE would see none.
        op.add_column(TABLE, sa.Column("id", ID, nullable=False, server_default=sa.text("gen_random_uuid()")))
        op.alter_column(TABLE, "id", server_default=None)
        op.drop_constraint(f"pk_{TABLE}", TABLE, type_="primary")
        op.create_primary_key(f"pk_{TABLE}", TABLE, ["tenant_id", "id"])
        op.add_column(TABLE, sa.Column("ended_at", INSTANT))
    else:
        _made_anew()
    op.create_index(f"ix_{TABLE}_version", TABLE, ["tenant_id", "indicator_version_id"])


def _made_anew() -> None:
    """SQLite changes no primary key; nothing refers to this table."""
    op.execute(f"CREATE TABLE {TABLE}_as_it_was AS SELECT * FROM {TABLE}")
    op.drop_table(TABLE)
    create_tenant_table(
        TABLE,
        sa.Column("indicator_version_id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("answer", sa.String(6), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        tenant_fk("indicator_version", "indicator_version_id"),
        tenant_fk("job", "job_id"),
        tenant_fk("person", "person_id"),
        sa.CheckConstraint("side IN ('head', 'supervisor')", name=op.f("ck_influence_answer_side")),
        sa.CheckConstraint("answer IN ('yes', 'partly', 'no')", name=op.f("ck_influence_answer_answer")),
    )
    columns = "tenant_id, indicator_version_id, job_id, side, answer, words, person_id, answered_at"
    op.execute(
        f"INSERT INTO {TABLE} (id, {columns}) SELECT lower(hex(randomblob(16))), {columns} FROM {TABLE}_as_it_was"
    )
    op.drop_table(f"{TABLE}_as_it_was")


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
