"""Forms that came after their session had ended, and visits that count for more than one list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"


def upgrade() -> None:
    """Add both tables."""
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
    op.create_table(
        "visit_places",
        sa.Column("visit_pk", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_pk"], ["visit_records.id"], name="fk_visit_places_visit_pk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["list_items.id"], name="fk_visit_places_item_id"),
        sa.PrimaryKeyConstraint("visit_pk", "item_id", name="pk_visit_places"),
    )
    op.create_index("ix_visit_places_item_id", "visit_places", ["item_id"])
    # What a village or a county sees are the places of its newest lists; older lists stay and grow.
    op.create_index("ix_list_items_region_code_list_pk", "list_items", ["region_code", "list_pk"])
    op.drop_index("ix_list_items_region_code_place", "list_items")


def downgrade() -> None:
    """Take them away."""
    op.create_index("ix_list_items_region_code_place", "list_items", ["region_code", "place"])
    op.drop_index("ix_list_items_region_code_list_pk", "list_items")
    op.drop_table("visit_places")
    op.drop_table("kept_forms")
