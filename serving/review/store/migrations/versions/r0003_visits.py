"""Visits, findings, report tasks, and the facts that wait for the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "visit_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.Column("taken_back_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_visit_records_account_id"),
        sa.ForeignKeyConstraint(["item_id"], ["list_items.id"], name="fk_visit_records_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_records"),
        sa.UniqueConstraint("visit_id", name="uq_visit_records_visit_id"),
    )
    op.create_index("ix_visit_records_household_id", "visit_records", ["household_id"])
    op.create_index("ix_visit_records_item_id", "visit_records", ["item_id"])
    op.create_table(
        "children_seen",
        sa.Column("visit_pk", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.String(length=64), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_pk"], ["visit_records.id"], name="fk_children_seen_visit_pk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("visit_pk", "child_id", name="pk_children_seen"),
    )
    op.create_table(
        "visit_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.String(length=64), nullable=False),
        sa.Column("visit_pk", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.String(length=64), nullable=True),
        sa.Column("domain", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=2000), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint("severity BETWEEN 0 AND 3", name=op.f("ck_visit_findings_severity")),
        sa.ForeignKeyConstraint(
            ["visit_pk"], ["visit_records.id"], name="fk_visit_findings_visit_pk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visit_findings"),
        sa.UniqueConstraint("finding_id", name="uq_visit_findings_finding_id"),
    )
    op.create_index("ix_visit_findings_visit_pk", "visit_findings", ["visit_pk"])
    op.create_table(
        "report_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_pk", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("legal_basis", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "escalated", "reported", name="state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("escalated_at", _TIME, nullable=True),
        sa.Column("reported_at", _TIME, nullable=True),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["finding_pk"], ["visit_findings.id"], name="fk_report_tasks_finding_pk"),
        sa.ForeignKeyConstraint(["opened_by"], ["accounts.id"], name="fk_report_tasks_opened_by"),
        sa.PrimaryKeyConstraint("id", name="pk_report_tasks"),
        sa.UniqueConstraint("finding_pk", name="uq_report_tasks_finding_pk"),
    )
    op.create_index("ix_report_tasks_household_id", "report_tasks", ["household_id"])
    op.create_index("ix_report_tasks_region_code", "report_tasks", ["region_code"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("ledger_table", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.String(length=64), nullable=False),
        sa.Column("moment_key", sa.String(length=255), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("retracts", sa.String(length=64), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("written_at", _TIME, nullable=False),
        sa.Column("exported_at", _TIME, nullable=True),
        sa.Column("fault", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("ledger_table", "row_id", name="uq_outbox_ledger_table_row_id"),
    )
    op.create_index("ix_outbox_exported_at", "outbox", ["exported_at"])
    op.create_index("ix_outbox_moment_key", "outbox", ["moment_key"])
    op.create_index("ix_outbox_recorded_on", "outbox", ["recorded_on"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("outbox")
    op.drop_table("report_tasks")
    op.drop_table("visit_findings")
    op.drop_table("children_seen")
    op.drop_table("visit_records")
