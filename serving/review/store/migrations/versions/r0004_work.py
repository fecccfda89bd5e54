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
)


def upgrade() -> None:
    """Add columns, and the table of sealed persons."""
    op.add_column("accounts", sa.Column("introduced_at", _TIME, nullable=True))
    op.add_column("sessions", sa.Column("practising", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("corrections", sa.Column("answered_at", _TIME, nullable=True))
    op.add_column("corrections", sa.Column("answer", sa.String(length=32), nullable=True))
    op.add_column("corrections", sa.Column("answer_note", sa.String(length=2000), nullable=True))
    op.add_column("report_tasks", sa.Column("note", sa.String(length=2000), nullable=True))
    op.add_column("overrides", sa.Column("band", sa.String(length=32), nullable=True))
    op.add_column("overrides", sa.Column("rank", sa.Integer(), nullable=True))
    op.add_column("overrides", sa.Column("duty_rule", sa.String(length=64), nullable=True))
    op.add_column("overrides", sa.Column("place_was", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("overrides", sa.Column("place_is", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("overrides", sa.Column("withdrawn_at", _TIME, nullable=True))
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


def downgrade() -> None:
    """Take them away."""
    op.drop_table("household_persons")
    op.drop_index("ix_list_items_assigned_to", "list_items")
    for table, column, reference in _ACCOUNTS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(reference, type_="foreignkey")
            batch.drop_column(column)
    for column in ("withdrawn_at", "place_is", "place_was", "duty_rule", "rank", "band"):
        op.drop_column("overrides", column)
    op.drop_column("report_tasks", "note")
    op.drop_column("corrections", "answer_note")
    op.drop_column("corrections", "answer")
    op.drop_column("corrections", "answered_at")
    op.drop_column("sessions", "practising")
    op.drop_column("accounts", "introduced_at")
