"""People overrule a place, supervisors reply, and both sides read the thread. Nothing here counts by person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definition.structure import HOUSEHOLD, OVERRIDES
from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.exchange.facts import Fact, Value, queue_fact
from serving.review.overrule import overrule_settings
from serving.review.settings import settings
from serving.review.store.decisions import Override, Rating, Reply
from serving.review.store.hold import hold_order
from serving.review.store.lists import ListItem, Status
from serving.review.work.access_log import note
from serving.review.work.changes import ChangeFaultError
from serving.review.work.my_list import hides_band, rated_by
from serving.review.work.order import others_in_order, put


@dataclass(frozen=True, slots=True)
class Overruling:
    """What a person says of a place: how soon to go, why by code, and a remark if they like."""

    item_id: int
    wanted: Rating
    reason: str
    note: str | None = None


def overrule(session: Session, viewer: Viewer, wish: Overruling, now: datetime) -> Override:
    """Keep that the viewer overrules a place, and let the place go first or last of its kind.

    "Sooner" goes before all others of its kind; "later" behind them but before those not needed now, which come last.
    A duty goes sooner if asked, never later: the law demands it. What the lot drew stays as it was drawn. An earlier
    word of the same person on the same place is withdrawn by the new one; the same word again changes nothing.

    Raises:
        NotFoundError: no such place within the viewer's regions.
        ChangeFaultError: no reason of the list, a note too long, or the viewer's own rating is wanted first.
    """
    item = _item(session, viewer, wish.item_id)
    _require_sound(session, viewer, item, wish)
    standing = session.scalars(
        select(Override).where(
            Override.item_id == item.id,
            Override.account_id == viewer.account_id,
            Override.withdrawn_at.is_(None),
            within(viewer, May.WORK_CASES, Override.region_code),
        )
    ).all()
    for earlier in standing:
        if (earlier.wanted, earlier.reason, earlier.note) == (wish.wanted, wish.reason, wish.note):
            return earlier
    for earlier in standing:
        _take_back(session, viewer, item, earlier, now)
    made = Override(
        item_id=item.id,
        account_id=viewer.account_id,
        household_id=item.household_id,
        region_code=item.region_code,
        wanted=wish.wanted,
        reason=wish.reason,
        note=wish.note,
        band=item.band,
        rank=item.rank,
        duty_rule=item.duty_rule,
        place_was=item.place,
        place_is=item.place,
        made_at=now,
    )
    _let_go(session, viewer, item, wish.wanted, now)
    made.place_is = item.place
    session.add(made)
    _say(session, viewer, item, made, now)
    return made


def reply(session: Session, viewer: Viewer, override_id: int, text: str, now: datetime) -> Override:
    """Answer in a thread: who supervises answers the author, the author answers back and waits again.

    The same words sent twice are kept once.

    Raises:
        NotFoundError: no such override within the viewer's regions.
        NotAllowedError: neither the author nor somebody who supervises.
        ChangeFaultError: nothing was said, it is too long, or the override is withdrawn.
    """
    override = _held(session, viewer, override_id)
    own = override.account_id == viewer.account_id
    if not own:
        viewer.require(May.SUPERVISE)
    said = text.strip()
    if not said or len(said) > settings().note_characters:
        raise ChangeFaultError("note_long" if said else "reply_missing")
    if override.withdrawn_at is not None:
        raise ChangeFaultError("override_withdrawn")
    last = override.replies[-1] if override.replies else None
    if last is not None and (last.account_id, last.text) == (viewer.account_id, said):
        return override
    override.replies.append(Reply(account_id=viewer.account_id, text=said, made_at=now))
    override.answered_at = None if own else now
    _say(session, viewer, session.get_one(ListItem, override.item_id), override, now)
    return override


def withdraw(session: Session, viewer: Viewer, override_id: int, now: datetime) -> Override:
    """The author withdraws an override; it stays to be read, and the place goes back to where it was.

    Raises:
        NotFoundError: no such override of the viewer.
    """
    mine = within(viewer, May.WORK_CASES, Override.region_code)
    override = session.scalar(select(Override).where(Override.id == override_id, mine))
    if override is None or override.account_id != viewer.account_id:
        raise NotFoundError
    item = _item(session, viewer, override.item_id)
    session.refresh(override)
    if override.withdrawn_at is None:
        _take_back(session, viewer, item, override, now)
    return override


def _take_back(session: Session, viewer: Viewer, item: ListItem, override: Override, now: datetime) -> None:
    override.withdrawn_at = now
    if item.status is Status.OPEN and override.place_is != override.place_was:
        # Those who made way stand one place nearer to where it came from.
        first_behind = override.place_was + (override.place_is < override.place_was)
        ahead = [one for one in others_in_order(session, viewer, item) if one.place < first_behind]
        put(session, viewer, item, len(ahead))
        item.changed_by, item.changed_at = viewer.account_id, now
    _say(session, viewer, item, override, now)


def _let_go(session: Session, viewer: Viewer, item: ListItem, wanted: Rating, now: datetime) -> None:
    """Move a place as wanted."""
    if item.status is not Status.OPEN or (item.is_duty and wanted is not Rating.GO_FIRST):
        return
    others = others_in_order(session, viewer, item)
    last = {Rating.GO_FIRST: 0, Rating.IN_TURN: len(others)}.get(wanted)
    if last is None:
        not_now = set(
            session.scalars(
                select(Override.item_id).where(
                    Override.item_id.in_([one.item_id for one in others]),
                    Override.wanted == Rating.IN_TURN,
                    Override.withdrawn_at.is_(None),
                    within(viewer, May.WORK_CASES, Override.region_code),
                )
            )
        )
        needed = [turn for turn, one in enumerate(others, start=1) if one.item_id not in not_now]
        last = needed[-1] if needed else 0
    put(session, viewer, item, last)
    item.changed_by, item.changed_at = viewer.account_id, now


def _item(session: Session, viewer: Viewer, item_id: int) -> ListItem:
    mine = within(viewer, May.WORK_CASES, ListItem.region_code)
    item = session.scalar(select(ListItem).where(ListItem.id == item_id, mine))
    if item is None:
        raise NotFoundError
    hold_order(session, item)
    return item


def _held(session: Session, viewer: Viewer, override_id: int) -> Override:
    """An override, held until the transaction ends: answers and a withdrawal come one after the other."""
    mine = within(viewer, May.WORK_CASES, Override.region_code)
    override = session.scalar(select(Override).where(Override.id == override_id, mine).with_for_update(of=Override))
    if override is None:
        raise NotFoundError
    return override


def _require_sound(session: Session, viewer: Viewer, item: ListItem, wish: Overruling) -> None:
    if hides_band(item, rated_by(session, viewer, [item.id])):
        raise ChangeFaultError("rate_first")
    if wish.reason not in overrule_settings().reasons:
        raise ChangeFaultError("overrule_reason")
    if wish.note is not None and len(wish.note) > settings().note_characters:
        raise ChangeFaultError("note_long")


def _say(session: Session, viewer: Viewer, item: ListItem, override: Override, now: datetime) -> None:
    """Note the write and tell the ledger how the override stands now; never what people wrote."""
    session.flush()
    note(session, viewer, "overrule", "write", [(item.household_id, item.region_code)], now)
    columns: dict[str, Value] = {
        "list_id": item.visit_list.list_id,
        HOUSEHOLD: override.household_id,
        "by_id": f"account-{override.account_id}",
        "wanted": override.wanted.value,
        "reason": override.reason,
        "band": None if override.duty_rule else override.band,
        "model_id": item.visit_list.model_id,
        "place_was": override.place_was,
        "made_on": settings().day_of(override.made_at),
        "answered": override.answered_at is not None,
        "withdrawn": override.withdrawn_at is not None,
    }
    key = {"override_id": f"review-{override.id}"}
    queue_fact(session, Fact(OVERRIDES, override.region_code, key, columns, settings().day_of(now)), now)
