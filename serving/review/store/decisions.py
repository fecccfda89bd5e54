"""Tables of what people think and decide: own ratings, overrides with their thread, corrections, refusals."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.review.store.base import CODE_LENGTH, NOTE_LENGTH, NUMBER_LENGTH, REGION_LENGTH, Base, code_type


class Rating(StrEnum):
    """How soon a person would go: the same words as the bands of the model."""

    GO_FIRST = "go_first"
    SOON = "soon"
    IN_TURN = "in_turn"


class CorrectionState(StrEnum):
    """What became of a correction."""

    WAITING = "waiting"
    TAKEN = "taken"
    DECLINED = "declined"


class OwnRating(Base):
    """A person's own rating of a place, with what was seen before it was given. One per person and place."""

    __tablename__ = "own_ratings"
    __table_args__ = (UniqueConstraint("item_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("list_items.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), index=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH))
    rating: Mapped[Rating] = mapped_column(code_type(Rating, "rating"))
    asked: Mapped[bool]
    band_seen: Mapped[bool]
    seen_before: Mapped[dict[str, Any]] = mapped_column(JSON)
    rated_at: Mapped[dt.datetime]


class Override(Base):
    """A person overrules a place, with a coded reason, and what list and model had said of it.

    ``place_was`` and ``place_is`` are its place before and after. ``answered_at`` is null while the last word is the
    author's. A withdrawn one stays.
    """

    __tablename__ = "overrides"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("list_items.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), index=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH))
    wanted: Mapped[Rating] = mapped_column(code_type(Rating, "wanted"))
    reason: Mapped[str] = mapped_column(String(CODE_LENGTH))
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    band: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    rank: Mapped[int | None]
    duty_rule: Mapped[str | None] = mapped_column(String(NUMBER_LENGTH))
    place_was: Mapped[int]
    place_is: Mapped[int]
    made_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    replies: Mapped[list[Reply]] = relationship(order_by="Reply.id", cascade="all, delete-orphan")


class Reply(Base):
    """An answer in the thread of an override; both sides read it."""

    __tablename__ = "replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    override_id: Mapped[int] = mapped_column(ForeignKey("overrides.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[str] = mapped_column(String(NOTE_LENGTH))
    made_at: Mapped[dt.datetime]


class Correction(Base):
    """A fact of the ledger that a person says is wrong, and what it should be.

    ``answer`` is the coded reason of a supervisor who declined it.
    """

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), index=True)
    child_id: Mapped[str | None] = mapped_column(String(NUMBER_LENGTH))
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH))
    table: Mapped[str] = mapped_column("ledger_table", String(CODE_LENGTH))
    column: Mapped[str] = mapped_column("ledger_column", String(NUMBER_LENGTH))
    value_was: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    value_is: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    valid_from: Mapped[dt.date]
    state: Mapped[CorrectionState] = mapped_column(code_type(CorrectionState, "state"))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    answered_at: Mapped[dt.datetime | None]
    answer: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    answer_note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    made_at: Mapped[dt.datetime]


class Refusal(Base):
    """A guardian refuses the model for a child, or takes the refusal back."""

    __tablename__ = "refusals"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), index=True)
    child_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), index=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH))
    refused_on: Mapped[dt.date]
    withdrawn_on: Mapped[dt.date | None]
    made_at: Mapped[dt.datetime]
