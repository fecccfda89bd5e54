"""Forms that came after their session had ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"


def upgrade() -> None:
    """Add the table of kept forms."""
    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=128), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_kept_forms_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_forms"),
        sa.UniqueConstraint("account_id", "path", name="uq_kept_forms_account_id_path"),
    )
    # What a village or a county sees are the places of its newest lists; older lists stay and grow.
    op.create_index("ix_list_items_region_code_list_pk", "list_items", ["region_code", "list_pk"])
    op.drop_index("ix_list_items_region_code_place", "list_items")


def downgrade() -> None:
    """Take it away."""
    op.create_index("ix_list_items_region_code_place", "list_items", ["region_code", "place"])
    op.drop_index("ix_list_items_region_code_list_pk", "list_items")
    op.drop_table("kept_forms")
