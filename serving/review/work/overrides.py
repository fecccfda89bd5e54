"""Overrides as both sides read them: what was said, by whom, and whether an answer is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, selectinload

from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.store.accounts import Account
from serving.review.store.decisions import Override
from serving.review.store.lists import ListItem
from serving.review.work.access_log import note
from serving.review.work.my_list import hides_band, rated_by


class ThreadState(StrEnum):
    """Whether an override waits for an answer."""

    WAITING = "waiting"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a thread; ``own``: the viewer's."""

    by: str
    own: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """An override with its answers; ``own``: the viewer made it.

    ``hidden``: what the list said is not told before the viewer's own rating.
    """

    override: Override
    by: str
    own: bool
    hidden: bool
    state: ThreadState
    answers: tuple[Said, ...]
    may_reply: bool


def thread_of(session: Session, viewer: Viewer, item: ListItem) -> tuple[Thread, ...]:
    """The overrides of a place, the oldest first; none before the viewer's own rating where that is asked for."""
    if hides_band(item, rated_by(session, viewer, [item.id])):
        return ()
    return _threads(session, viewer, _readable(viewer).where(Override.item_id == item.id).order_by(Override.id))


def find_thread(session: Session, viewer: Viewer, override_id: int, now: datetime) -> Thread:
    """One override by its number, and the access noted.

    Raises:
        NotFoundError: there is none that the viewer may read; who does not answer it reads it after their own rating.
    """
    found = _threads(session, viewer, _readable(viewer).where(Override.id == override_id))
    if not found or (found[0].hidden and not viewer.may(May.SUPERVISE)):
        raise NotFoundError
    _noted(session, viewer, found, now)
    return found[0]


def threads(
    session: Session, viewer: Viewer, state: ThreadState, now: datetime, *, first: int = 0, count: int = 30
) -> tuple[Thread, ...]:
    """Overrides in a state: those waiting longest first, others newest first; who does not supervise sees their own."""
    order = Override.made_at.asc() if state is ThreadState.WAITING else Override.made_at.desc()
    query = _mine(viewer).where(_in_state(state)).order_by(order, Override.id)
    found = _threads(session, viewer, query.offset(first).limit(count))
    _noted(session, viewer, found, now)
    return found


def how_many(session: Session, viewer: Viewer, state: ThreadState) -> int:
    """How many overrides ``threads`` would give in all."""
    return session.scalar(select(func.count()).select_from(_mine(viewer).where(_in_state(state)).subquery())) or 0


def _readable(viewer: Viewer) -> Select[Override]:
    return select(Override).where(within(viewer, May.READ_CASES, Override.region_code))


def _mine(viewer: Viewer) -> Select[Override]:
    """Those a viewer answers: their region's if they supervise, else those they made."""
    query = _readable(viewer)
    return query if viewer.may(May.SUPERVISE) else query.where(Override.account_id == viewer.account_id)


def _in_state(state: ThreadState) -> ColumnElement[bool]:
    standing, answered = Override.withdrawn_at.is_(None), Override.answered_at.is_not(None)
    if state is ThreadState.WITHDRAWN:
        return ~standing
    return and_(standing, answered if state is ThreadState.ANSWERED else ~answered)


def _threads(session: Session, viewer: Viewer, query: Select[Override]) -> tuple[Thread, ...]:
    found = session.scalars(query.options(selectinload(Override.replies))).all()
    people = {one.account_id for one in found} | {said.account_id for one in found for said in one.replies}
    rows = session.execute(select(Account.id, Account.display_name).where(Account.id.in_(people)))
    names = {row.id: row.display_name for row in rows}
    hidden = _hidden(session, viewer, [one.item_id for one in found])
    return tuple(_thread(viewer, one, names, hidden=one.item_id in hidden) for one in found)


def _hidden(session: Session, viewer: Viewer, items: Sequence[int]) -> frozenset[int]:
    """Which of these places the viewer has still to rate."""
    mine = within(viewer, May.READ_CASES, ListItem.region_code)
    asked = session.scalars(select(ListItem).where(ListItem.id.in_(items), ListItem.rating_asked, mine)).all()
    rated = rated_by(session, viewer, [item.id for item in asked])
    return frozenset(item.id for item in asked if hides_band(item, rated))


def _thread(viewer: Viewer, override: Override, names: dict[int, str], *, hidden: bool) -> Thread:
    me = viewer.account_id
    state = ThreadState.ANSWERED if override.answered_at is not None else ThreadState.WAITING
    if override.withdrawn_at is not None:
        state = ThreadState.WITHDRAWN
    return Thread(
        override,
        by=names[override.account_id],
        own=override.account_id == me,
        hidden=hidden,
        state=state,
        answers=tuple(
            Said(names[one.account_id], one.account_id == me, one.text, one.made_at) for one in override.replies
        ),
        may_reply=override.withdrawn_at is None and (override.account_id == me or viewer.may(May.SUPERVISE)),
    )


def _noted(session: Session, viewer: Viewer, found: Sequence[Thread], now: datetime) -> None:
    households = [(one.override.household_id, one.override.region_code) for one in found]
    note(session, viewer, "overrides", "read", households, now)
