"""People, departments, jobs, reporting lines and roles, each with dates: who is judged by whom, and who may look."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import ID, create_tenant_table, tenant_fk

revision = "20261124_people"
down_revision = "20261124_sync"
branch_labels = None
depends_on = None

DATES = "valid_to IS NULL OR valid_to >= valid_from"


def upgrade() -> None:
    create_tenant_table(
        "person",
        sa.Column("employee_no", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.UniqueConstraint("tenant_id", "employee_no", name="uq_person_tenant_id_employee_no"),
    )
    create_tenant_table(
        "department",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("parent_id", ID),
        sa.UniqueConstraint("tenant_id", "code", name="uq_department_tenant_id_code"),
        tenant_fk("department", "parent_id"),
    )
    create_tenant_table(
        "job",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.UniqueConstraint("tenant_id", "code", name="uq_job_tenant_id_code"),
    )
    create_tenant_table(
        "assignment",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        tenant_fk("person", "person_id"),
        tenant_fk("department", "department_id"),
        tenant_fk("job", "job_id"),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "valid_from", name="uq_assignment_tenant_id_person_id_valid_from"
        ),
        sa.CheckConstraint(DATES, name=op.f("ck_assignment_dates")),
    )
    op.create_index("ix_assignment_department", "assignment", ["tenant_id", "department_id"])
    create_tenant_table(
        "reporting_line",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("supervisor_id", ID, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        tenant_fk("person", "person_id"),
        tenant_fk("person", "supervisor_id"),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "valid_from", name="uq_reporting_line_tenant_id_person_id_valid_from"
        ),
        sa.CheckConstraint(DATES, name=op.f("ck_reporting_line_dates")),
        sa.CheckConstraint("person_id <> supervisor_id", name=op.f("ck_reporting_line_not_oneself")),
    )
    op.create_index("ix_reporting_line_supervisor", "reporting_line", ["tenant_id", "supervisor_id"])
    create_tenant_table(
        "role_grant",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("department_id", ID),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        tenant_fk("person", "person_id"),
        tenant_fk("department", "department_id"),
        sa.CheckConstraint("role IN ('manager', 'hrbp', 'hr', 'admin')", name=op.f("ck_role_grant_role")),
        sa.CheckConstraint(DATES, name=op.f("ck_role_grant_dates")),
    )
    op.create_index("ix_role_grant_person", "role_grant", ["tenant_id", "person_id"])
