"""Who goes where, who reported, who lives there, who is new and who practises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
_TIME = sa.DateTime(timezone=True)
# Columns that name an account: table, column, name of the reference.
_ACCOUNTS = (
    ("list_items", "assigned_to", "fk_list_items_assigned_to"),
    ("corrections", "answered_by", "fk_corrections_answered_by"),
    ("report_tasks", "reported_by", "fk_report_tasks_reported_by"),
    ("report_tasks", "withdrawn_by", "fk_report_tasks_withdrawn_by"),
    ("visit_records", "changed_by", "fk_visit_records_changed_by"),
)
_EVENTS = ("opened", "escalated", "reported", "withdrawn", "finding_taken_back", "finding_stands")
# What older rows hold in columns that are never empty.
_NONE, _ZERO, _ONE = sa.text("''"), sa.text("0"), sa.text("1")


def upgrade() -> None:
    """Add columns, and the table of sealed persons."""
    op.add_column("accounts", sa.Column("introduced_at", _TIME, nullable=True))
    op.add_column("sessions", sa.Column("practising", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("corrections", sa.Column("answered_at", _TIME, nullable=True))
    op.add_column("corrections", sa.Column("answer", sa.String(length=32), nullable=True))
    op.add_column("corrections", sa.Column("answer_note", sa.String(length=2000), nullable=True))
    op.add_column("overrides", sa.Column("band", sa.String(length=32), nullable=True))
    op.add_column("overrides", sa.Column("rank", sa.Integer(), nullable=True))
    op.add_column("overrides", sa.Column("duty_rule", sa.String(length=64), nullable=True))
    op.add_column("overrides", sa.Column("place_was", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("overrides", sa.Column("place_is", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("overrides", sa.Column("withdrawn_at", _TIME, nullable=True))
    op.add_column("lists", sa.Column("terms", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("list_items", sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("list_items", sa.Column("kind", sa.String(length=32), nullable=True))
    op.add_column("list_items", sa.Column("probability", sa.Double(), nullable=True))
    op.add_column("list_items", sa.Column("moved_reason", sa.String(length=32), nullable=True))
    _add_to_visits()
    for table, column, reference in _ACCOUNTS:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch.create_foreign_key(reference, "accounts", [column], ["id"])
    op.create_index("ix_list_items_assigned_to", "list_items", ["assigned_to"])
    op.create_table(
        "household_persons",
        sa.Column("household_id", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("household_id", name="pk_household_persons"),
    )
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("exported", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
    )


def _add_to_visits() -> None:
    """What a visit says in full, and the history of report tasks."""
    op.add_column("visit_records", sa.Column("reason", sa.String(length=32), nullable=True))
    op.add_column("visit_records", sa.Column("detailed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("visit_records", sa.Column("changed_at", _TIME, nullable=True))
    op.add_column("visit_records", sa.Column("version", sa.Integer(), nullable=False, server_default=_ONE))
    op.add_column("visit_findings", sa.Column("danger", sa.String(length=32), nullable=True))
    op.add_column("visit_findings", sa.Column("taken_back_at", _TIME, nullable=True))
    op.add_column("report_tasks", sa.Column("rule", sa.String(length=32), nullable=False, server_default=_NONE))
    op.add_column("report_tasks", sa.Column("step", sa.Integer(), nullable=False, server_default=_ZERO))
    op.add_column("report_tasks", sa.Column("withdrawn_at", _TIME, nullable=True))
    op.create_table(
        "follow_ups",
        sa.Column("visit_pk", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.String(length=64), nullable=False),
        sa.Column("found_by", sa.String(length=64), nullable=False),
        sa.Column("child_id", sa.String(length=64), nullable=True),
        sa.Column("domain", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("action", sa.String(length=2000), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["visit_pk"], ["visit_records.id"], name="fk_follow_ups_visit_pk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("visit_pk", "finding_id", name="pk_follow_ups"),
    )
    op.create_index("ix_follow_ups_finding_id", "follow_ups", ["finding_id"])
    op.create_table(
        "task_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column(
            "kind", sa.Enum(*_EVENTS, name="kind", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("to_whom", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_task_events_account_id"),
        sa.ForeignKeyConstraint(["task_id"], ["report_tasks.id"], name="fk_task_events_task_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_task_events"),
    )
    op.create_index("ix_task_events_task_id", "task_events", ["task_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("task_events")
    op.drop_table("follow_ups")
    op.drop_table("exports")
    op.drop_table("household_persons")
    op.drop_index("ix_list_items_assigned_to", "list_items")
    for table, column, reference in _ACCOUNTS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(reference, type_="foreignkey")
            batch.drop_column(column)
    for column in ("moved_reason", "probability", "kind", "listed"):
        op.drop_column("list_items", column)
    op.drop_column("lists", "terms")
    for column in ("withdrawn_at", "place_is", "place_was", "duty_rule", "rank", "band"):
        op.drop_column("overrides", column)
    for table, column in (
        ("report_tasks", "withdrawn_at"),
        ("report_tasks", "step"),
        ("report_tasks", "rule"),
        ("visit_findings", "taken_back_at"),
        ("visit_findings", "danger"),
        ("visit_records", "version"),
        ("visit_records", "changed_at"),
        ("visit_records", "detailed"),
        ("visit_records", "reason"),
    ):
        op.drop_column(table, column)
    op.drop_column("corrections", "answer_note")
    op.drop_column("corrections", "answer")
    op.drop_column("corrections", "answered_at")
    op.drop_column("sessions", "practising")
    op.drop_column("accounts", "introduced_at")
