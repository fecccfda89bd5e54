"""Lists, the households on them, and what people think of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("model_id", sa.String(length=80), nullable=True),
        sa.Column("data_newest_on", sa.Date(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("frame_size", sa.Integer(), nullable=False),
        sa.Column("loaded_at", _TIME, nullable=False),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_lists_period")),
        sa.PrimaryKeyConstraint("id", name="pk_lists"),
        sa.UniqueConstraint("list_id", name="uq_lists_list_id"),
    )
    op.create_index("ix_lists_region_code", "lists", ["region_code"])
    op.create_table(
        "list_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_pk", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("driver_child_id", sa.String(length=64), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "stratum",
            sa.Enum(
                "duty",
                "score",
                "random",
                "carried",
                "by_hand",
                name="stratum",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("inclusion_probability", sa.Double(), nullable=False),
        sa.Column("band", sa.String(length=32), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("duty_rule", sa.String(length=64), nullable=True),
        sa.Column("duty_due_on", sa.Date(), nullable=True),
        sa.Column("last_visit_on", sa.Date(), nullable=True),
        sa.Column("new", sa.Boolean(), nullable=False),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("rating_asked", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "done",
                "not_met",
                "postponed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("moved_by_hand", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", _TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("inclusion_probability BETWEEN 0 AND 1", name=op.f("ck_list_items_inclusion_probability")),
        sa.ForeignKeyConstraint(["changed_by"], ["accounts.id"], name="fk_list_items_changed_by"),
        sa.ForeignKeyConstraint(["list_pk"], ["lists.id"], name="fk_list_items_list_pk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_list_items"),
        sa.UniqueConstraint("list_pk", "household_id", name="uq_list_items_list_pk_household_id"),
    )
    op.create_index("ix_list_items_household_id", "list_items", ["household_id"])
    op.create_index("ix_list_items_region_code_place", "list_items", ["region_code", "place"])
    op.create_table(
        "own_ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column(
            "rating",
            sa.Enum("go_first", "soon", "in_turn", name="rating", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("band_seen", sa.Boolean(), nullable=False),
        sa.Column("seen_before", sa.JSON(), nullable=False),
        sa.Column("rated_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_own_ratings_account_id"),
        sa.ForeignKeyConstraint(["item_id"], ["list_items.id"], name="fk_own_ratings_item_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_own_ratings"),
        sa.UniqueConstraint("item_id", "account_id", name="uq_own_ratings_item_id_account_id"),
    )
    op.create_index("ix_own_ratings_household_id", "own_ratings", ["household_id"])
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column(
            "wanted",
            sa.Enum("go_first", "soon", "in_turn", name="wanted", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("answered_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_overrides_account_id"),
        sa.ForeignKeyConstraint(["item_id"], ["list_items.id"], name="fk_overrides_item_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
    )
    op.create_index("ix_overrides_household_id", "overrides", ["household_id"])
    op.create_index("ix_overrides_item_id", "overrides", ["item_id"])
    op.create_table(
        "replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("override_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_replies_account_id"),
        sa.ForeignKeyConstraint(["override_id"], ["overrides.id"], name="fk_replies_override_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
    )
    op.create_index("ix_replies_override_id", "replies", ["override_id"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.String(length=64), nullable=False),
        sa.Column("child_id", sa.String(length=64), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("ledger_table", sa.String(length=32), nullable=False),
        sa.Column("ledger_column", sa.String(length=64), nullable=False),
        sa.Column("value_was", sa.String(length=2000), nullable=True),
        sa.Column("value_is", sa.String(length=2000), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "taken", "declined", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("made_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_corrections_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_household_id", "corrections", ["household_id"])
    op.create_table(
        "refusals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.String(length=64), nullable=False),
        sa.Column("child_id", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("refused_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("made_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_refusals_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refusals"),
    )
    op.create_index("ix_refusals_child_id", "refusals", ["child_id"])
    op.create_index("ix_refusals_household_id", "refusals", ["household_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("refusals")
    op.drop_table("corrections")
    op.drop_table("replies")
    op.drop_table("overrides")
    op.drop_table("own_ratings")
    op.drop_table("list_items")
    op.drop_table("lists")
