"""Tables of visit lists and the households on them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.review.store.base import CODE_LENGTH, NOTE_LENGTH, NUMBER_LENGTH, REGION_LENGTH, Base, code_type


class Stratum(StrEnum):
    """Why a household is on a list; the codes of the ledger's assignments."""

    DUTY = "duty"
    SCORE = "score"
    RANDOM = "random"
    CARRIED = "carried"
    BY_HAND = "by_hand"


class Status(StrEnum):
    """What became of a place on a list."""

    OPEN = "open"
    DONE = "done"
    NOT_MET = "not_met"
    POSTPONED = "postponed"


class VisitList(Base):
    """A list of one place and one period. ``model_id`` is null for a list made without a model.

    ``terms``: how it was shared out and by which rules, as ``serving.review.exchange.terms`` reads it.
    """

    __tablename__ = "lists"
    __table_args__ = (CheckConstraint("period_from <= period_to", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), unique=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH), index=True)
    period_from: Mapped[dt.date]
    period_to: Mapped[dt.date]
    as_of: Mapped[dt.date]
    model_id: Mapped[str | None] = mapped_column(String(80))
    data_newest_on: Mapped[dt.date | None]
    simulated: Mapped[bool]
    frame_size: Mapped[int]
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    loaded_at: Mapped[dt.datetime]
    items: Mapped[list[ListItem]] = relationship(back_populates="visit_list", cascade="all, delete-orphan")


class ListItem(Base):
    """A household on a list. ``shown`` holds the words it was listed with: duty, reasons, what is not known.

    ``version`` guards against two people changing the same place: a change names the version it was made from.
    ``assigned_to`` is who goes there; nobody yet where it is null. ``listed``: it is to be visited; false for those
    next in order, which a supervisor may put on, and for those taken off. ``kind`` says why the draw listed it,
    ``probability`` the chance that a visit finds something new, ``moved_reason`` why a hand put it on or took it off.
    """

    __tablename__ = "list_items"
    __table_args__ = (
        UniqueConstraint("list_pk", "household_id"),
        Index("ix_list_items_region_code_list_pk", "region_code", "list_pk"),
        CheckConstraint("inclusion_probability BETWEEN 0 AND 1", name="inclusion_probability"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_pk: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), index=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH))
    driver_child_id: Mapped[str | None] = mapped_column(String(NUMBER_LENGTH))
    place: Mapped[int]
    listed: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    probability: Mapped[float | None]
    moved_reason: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    stratum: Mapped[Stratum] = mapped_column(code_type(Stratum, "stratum"))
    inclusion_probability: Mapped[float]
    band: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    rank: Mapped[int | None]
    duty_rule: Mapped[str | None] = mapped_column(String(NUMBER_LENGTH))
    duty_due_on: Mapped[dt.date | None]
    last_visit_on: Mapped[dt.date | None]
    new: Mapped[bool]
    carried: Mapped[bool]
    rating_asked: Mapped[bool]
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[Status] = mapped_column(code_type(Status, "status"))
    status_on: Mapped[dt.date | None]
    reason: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    moved_by_hand: Mapped[bool]
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()
    visit_list: Mapped[VisitList] = relationship(back_populates="items", lazy="joined", innerjoin=True)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def is_duty(self) -> bool:
        """Whether law or policy demands this visit; such places come first whatever anyone moves."""
        return self.duty_rule is not None
