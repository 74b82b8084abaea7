"""What people say of what they are measured by (IND-3, IND-9), and a first word of it to every phone."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, JSON, create_tenant_table, tenant_fk

revision = "20261129_floor"
down_revision = "20261129_forms"
branch_labels = None
depends_on = None

MASK = 0x6C_69_62_72_61_72_79_2F_66_6C_6F_6F_72_2F_76_31
AT_ONCE = 500


def upgrade() -> None:
    create_tenant_table(
        "floor_proposal",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("about_id", ID),
        sa.Column("draft", JSON),
        sa.Column("made_version_id", ID),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("verdict", sa.String(8)),
        sa.Column("verdict_words", sa.String(2000), nullable=False, server_default=""),
        sa.Column("verdict_version", sa.String(100)),
        sa.Column("verdict_by_id", ID),
        sa.Column("verdict_device_time", sa.BigInteger),
        sa.Column("verdict_at", INSTANT),
        tenant_fk("person", "person_id"),
        tenant_fk("indicator_version", "made_version_id"),
        sa.UniqueConstraint("tenant_id", "version"),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('taken', 'declined')", name=op.f("ck_floor_proposal_verdict")
        ),
    )
    op.create_index("ix_floor_proposal_person", "floor_proposal", ["tenant_id", "person_id"])
    create_tenant_table(
        "own_influence",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("indicator_version_id", ID, nullable=False),
        sa.Column("answer", sa.String(6), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        tenant_fk("person", "person_id"),
        tenant_fk("indicator_version", "indicator_version_id"),
        sa.CheckConstraint("answer IN ('yes', 'partly', 'no')", name=op.f("ck_own_influence_answer")),
        key=("person_id", "indicator_version_id"),
    )
    op.create_index("ix_own_influence_version", "own_influence", ["tenant_id", "indicator_version_id"])
    connection = op.get_bind()
    for (tenant,) in connection.execute(sa.select(sa.column("id", ID)).select_from(sa.table("tenant"))).all():
        _tell_of(connection, tenant)


def _tell_of(connection: Any, tenant: UUID) -> None:
    """Everybody who is here finds what they are measured by with their phone's next round."""
    guarded = connection.dialect.name == "postgresql"
    if guarded:
        connection.execute(sa.text("SELECT set_config('gemba.tenant', :id, true)"), {"id": str(tenant)})
    person = sa.table("person", sa.column("tenant_id", ID), sa.column("id", ID))
    counter = sa.table("tenant_seq", sa.column("tenant_id", ID), sa.column("n", sa.BigInteger))
    people = [row.id for row in connection.execute(sa.select(person.c.id).where(person.c.tenant_id == tenant))]
    held = connection.execute(sa.select(counter.c.n).where(counter.c.tenant_id == tenant)).scalar()
    first = (held or 0) + 1
    rows = [
        {
            "tenant_id": tenant, "scope": f"floor:{_short(one)}", "kind": "floor",
            "record_id": UUID(int=one.int ^ MASK), "seq": first + place, "op": "put", "at": datetime.now(UTC),
        }
        for place, one in enumerate(people)
    ]  # fmt: skip
    feed = sa.table(
        "feed", sa.column("tenant_id", ID), sa.column("scope"), sa.column("kind"), sa.column("record_id", ID),
        sa.column("seq"), sa.column("op"), sa.column("at", INSTANT),
    )  # fmt: skip
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(sa.insert(feed), rows[start : start + AT_ONCE])
    if held is None:
        connection.execute(sa.insert(counter), {"tenant_id": tenant, "n": len(people)})
    else:
        connection.execute(sa.update(counter).where(counter.c.tenant_id == tenant).values(n=held + len(people)))
    if guarded:
        connection.execute(sa.text("SELECT set_config('gemba.tenant', '', true)"))


def _short(one: UUID) -> str:
    return urlsafe_b64encode(one.bytes).rstrip(b"=").decode("ascii")


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
