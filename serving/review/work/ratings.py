"""A person's own rating of a place, given before the model's band is shown where the policy asks for it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definition.structure import HOUSEHOLD, RATINGS
from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.exchange.facts import Fact, Value, queue_fact
from serving.review.settings import settings
from serving.review.store.decisions import OwnRating, Rating
from serving.review.store.lists import ListItem, Status
from serving.review.work.access_log import note
from serving.review.work.after_visits import after_visits
from serving.review.work.my_list import hides_band


def rate(session: Session, viewer: Viewer, item_id: int, rating: Rating, now: datetime) -> OwnRating:
    """Keep the viewer's rating with what was on the page before it. The first one stands: later ones know the band.

    Of a place that was visited already nothing is foretold: the rating is kept, but not as one that was asked for.

    Raises:
        NotFoundError: no such place within the viewer's regions.
    """
    mine = within(viewer, May.WORK_CASES, ListItem.region_code)
    item = session.scalar(select(ListItem).where(ListItem.id == item_id, mine).with_for_update(of=ListItem))
    if item is None:
        raise NotFoundError
    given = own_rating(session, viewer, item.id)
    if given is not None:
        return given
    hidden = hides_band(item, frozenset())
    kept = OwnRating(
        item_id=item.id,
        account_id=viewer.account_id,
        household_id=item.household_id,
        region_code=item.region_code,
        rating=rating,
        asked=item.rating_asked and item.status is not Status.DONE,
        band_seen=not hidden,
        seen_before=_seen(item, after_visits(session, viewer, [item])[item.id].last_visit(item), hidden=hidden),
        rated_at=now,
    )
    session.add(kept)
    session.flush()
    note(session, viewer, "rating", "write", [(item.household_id, item.region_code)], now)
    queue_fact(session, _fact(item, kept), now)
    return kept


def own_rating(session: Session, viewer: Viewer, item_id: int) -> OwnRating | None:
    """The viewer's own rating of a place, if they gave one."""
    mine = within(viewer, May.READ_CASES, OwnRating.region_code)
    own = select(OwnRating).where(OwnRating.item_id == item_id, OwnRating.account_id == viewer.account_id, mine)
    return session.scalar(own)


def _seen(item: ListItem, last_on: date | None, *, hidden: bool) -> dict[str, str | int | bool | None]:
    """What the page showed of the place before the rating."""
    seen: dict[str, str | int | bool | None] = {
        "duty_rule": item.duty_rule,
        "last_visit_on": last_on.isoformat() if last_on else None,
        "status": item.status.value,
        "place": item.place,
        "new": item.new,
        "carried": item.carried,
    }
    return seen if hidden else {**seen, "band": item.band, "rank": item.rank}


def _fact(item: ListItem, kept: OwnRating) -> Fact:
    key = {"rating_id": f"review-{kept.id}"}
    columns: dict[str, Value] = {
        "list_id": item.visit_list.list_id,
        HOUSEHOLD: item.household_id,
        "rater_id": f"account-{kept.account_id}",
        "rating": kept.rating.value,
        "asked": kept.asked,
        "band_seen": kept.band_seen,
        "band": item.band,
        "model_id": item.visit_list.model_id,
        "rated_on": settings().day_of(kept.rated_at),
    }
    return Fact(RATINGS, item.region_code, key, columns, settings().day_of(kept.rated_at))
