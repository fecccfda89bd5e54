"""Refusals of the model: stored, told to the ledger, and honoured on every list at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from features.definition.structure import CHILDREN, REFUSED_ON
from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.cases.records import Records, records
from serving.review.desk import Desk
from serving.review.exchange.forgetting import forget_model
from serving.review.settings import settings
from serving.review.store.decisions import Refusal
from serving.review.store.lists import ListItem
from serving.review.work.access_log import note
from serving.review.work.states import NewState, Subject, changed_states, queue_states, said_again, take_back_row


class RefusalFaultError(ValueError):
    """A refusal that cannot be kept. ``code`` is its word in ``words/``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_refused(session: Session, child_id: str) -> bool:
    """Whether a guardian's refusal for a child stands in this database."""
    standing = select(Refusal.id).where(Refusal.child_id == child_id, Refusal.withdrawn_on.is_(None)).limit(1)
    return session.scalar(standing) is not None


def refused_children(session: Session, viewer: Viewer, households: Sequence[str]) -> frozenset[str]:
    """The children of some households whose refusal stands in this database, within the viewer's regions."""
    standing = select(Refusal.child_id).where(
        Refusal.household_id.in_(households),
        Refusal.withdrawn_on.is_(None),
        within(viewer, May.READ_CASES, Refusal.region_code),
    )
    return frozenset(session.scalars(standing))


def refused_since(session: Session, viewer: Viewer, found: Records, household_id: str) -> dict[str, date]:
    """Since when the model is refused, by child of a household: what this database and the ledger's rows say."""
    since: dict[str, date] = {}
    for child, states in found.states.items():
        days = [day for state in states if (day := state.get(REFUSED_ON)) is not None]
        if days:
            since[child] = min(days)
    standing = select(Refusal.child_id, Refusal.refused_on).where(
        Refusal.household_id == household_id,
        Refusal.withdrawn_on.is_(None),
        within(viewer, May.READ_CASES, Refusal.region_code),
    )
    return {row.child_id: row.refused_on for row in session.execute(standing)} | since


def refuse(session: Session, desk: Desk, viewer: Viewer, item_id: int, children: Sequence[str], now: datetime) -> None:
    """Keep a guardian's refusal for children of a household on a list. From now on nothing of the model is shown.

    Raises:
        NotFoundError: no such place within the viewer's regions, or a child that does not live there.
        RefusalFaultError: no child was named, or the family's facts are not at hand, so that the ledger cannot be told.
    """
    item, found = _family(session, desk, viewer, item_id, now)
    if not children:
        raise RefusalFaultError("child_missing")
    if not set(children) <= found.children.keys():
        raise NotFoundError
    today, standing = settings().day_of(now), refused_since(session, viewer, found, item.household_id)
    for child in children:
        if child in standing:
            continue
        session.add(
            Refusal(
                account_id=viewer.account_id, household_id=item.household_id, child_id=child,
                region_code=item.region_code, refused_on=today, made_at=now,
            )
        )  # fmt: skip
        subject = _subject(found, child, item)
        if REFUSED_ON in subject.table.columns:
            states = changed_states(subject.states(found), subject.table, REFUSED_ON, today, today)
            queue_states(session, subject, found, states, now)
    session.flush()
    forget_model(session)
    note(session, viewer, "refusal", "write", [(item.household_id, item.region_code)], now)


def withdraw(session: Session, desk: Desk, viewer: Viewer, item_id: int, child_id: str, now: datetime) -> None:
    """Take a refusal back, here and in the ledger. The model's view comes back with the next scores.

    Raises:
        NotFoundError: no such place within the viewer's regions, or a child that does not live there.
        RefusalFaultError: the family's facts are not at hand.
    """
    item, found = _family(session, desk, viewer, item_id, now)
    if child_id not in found.children:
        raise NotFoundError
    mine = within(viewer, May.WORK_CASES, Refusal.region_code)
    session.execute(
        update(Refusal)
        .where(Refusal.child_id == child_id, Refusal.withdrawn_on.is_(None), mine)
        .values(withdrawn_on=settings().day_of(now))
    )
    subject = _subject(found, child_id, item)
    for row in subject.rows(found):
        if row.get(REFUSED_ON) is not None:
            take_back_row(session, subject, row, now)
    queue_states(session, subject, found, _without_refusal(subject, found), now)
    note(session, viewer, "refusal", "write", [(item.household_id, item.region_code)], now)


def _without_refusal(subject: Subject, found: Records) -> list[NewState]:
    """The states that said the refusal, without it."""
    states = subject.states(found)
    return [
        said_again(state, subject.table, **{REFUSED_ON: None}) for state in states if state.get(REFUSED_ON) is not None
    ]


def _subject(found: Records, child_id: str, item: ListItem) -> Subject:
    return Subject(found.definition.tables[CHILDREN], child_id, item.region_code)


def _family(session: Session, desk: Desk, viewer: Viewer, item_id: int, now: datetime) -> tuple[ListItem, Records]:
    mine = within(viewer, May.WORK_CASES, ListItem.region_code)
    item = session.scalar(select(ListItem).where(ListItem.id == item_id, mine))
    if item is None:
        raise NotFoundError
    found = records(session, desk, viewer, item.household_id, item.region_code, settings().day_of(now))
    if found is None:
        raise RefusalFaultError("facts_missing")
    return item, found
