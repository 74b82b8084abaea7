"""The log of mutations, the history of fields, the feed with its counter, and contacts: what syncing needs."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, INSTANT, JSON, create_tenant_table

revision = "20261124_sync"
down_revision = "20261124_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "mutation",
        sa.Column("device", ID, nullable=False),
        sa.Column("author", ID, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("payload_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("record_id", ID),
        sa.Column("field", sa.String(24), nullable=False),
        sa.Column("op", sa.String(8), nullable=False),
        sa.Column("asked", JSON),
        sa.Column("base", JSON, nullable=False),
        sa.Column("device_time", sa.BigInteger, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("session_id", ID),
        sa.Column("receipt", sa.String(1), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("detail", sa.String(32)),
        sa.Column("wrote", JSON),
        sa.Column("alias", sa.String(72)),
        sa.Column("missing", sa.String(72)),
        sa.Column("case_id", ID),
        key=("device", "author", "n"),
    )
    op.create_index("ix_mutation_missing", "mutation", ["tenant_id", "missing"])
    op.create_index("ix_mutation_receipt", "mutation", ["tenant_id", "receipt"])
    op.create_index("ix_mutation_record", "mutation", ["tenant_id", "record_id"])
    create_tenant_table(
        "mutation_variant",
        sa.Column("device", ID, nullable=False),
        sa.Column("author", ID, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("payload_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        key=("device", "author", "n", "payload_hash"),
    )
    create_tenant_table(
        "field_history",
        sa.Column("record_id", ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("field", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("version", sa.String(72)),
        sa.Column("replaced", sa.String(72)),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("author", ID),
        sa.Column("device", ID),
        sa.Column("device_time", sa.BigInteger),
        sa.Column("received_at", INSTANT, nullable=False),
        key=("record_id", "position"),
    )
    create_tenant_table(
        "feed",
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("op", sa.String(5), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("op IN ('put', 'leave')", name="op"),
        key=("scope", "kind", "record_id"),
    )
    op.create_index("ix_feed_scope_seq", "feed", ["tenant_id", "scope", "seq"], unique=True)
    create_tenant_table(
        "tenant_seq",
        sa.Column("n", sa.BigInteger, nullable=False),
        key=(),
    )
    create_tenant_table(
        "device_contact",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("device", ID, nullable=False),
        sa.Column("last_contact_at", INSTANT, nullable=False),
        sa.Column("queued_count", sa.BigInteger, nullable=False),
        sa.Column("oldest_queued_at", INSTANT),
        key=("person_id", "device"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was taken before the upgrade")
