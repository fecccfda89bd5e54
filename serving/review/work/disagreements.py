"""Where people and the score differ: blind ratings against bands. Places are told, never people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, Viewer, within
from serving.review.store.decisions import OwnRating, Rating
from serving.review.store.lists import ListItem
from serving.review.supervise import supervise_settings
from serving.review.work.access_log import note


@dataclass(frozen=True, slots=True)
class Differing:
    """A place where a blind rating and the band differ."""

    item: ListItem
    rating: Rating


@dataclass(frozen=True, slots=True)
class Disagreements:
    """Blind ratings by own rating and band; None is a count too small to be told.

    ``ratings``: how many there are; None when that is too small itself. ``hidden``: some count is not told.
    """

    counts: Mapping[tuple[Rating, Rating], int | None]
    ratings: int | None
    differing: Sequence[Differing]
    matching: int

    @property
    def hidden(self) -> bool:
        """Whether a count is not told."""
        return None in self.counts.values()


def disagreements(session: Session, viewer: Viewer, first: int, count: int, now: datetime) -> Disagreements:
    """The table of blind ratings and bands, and the places behind its differences, the newest rating first. Noted."""
    since = now - timedelta(days=supervise_settings().disagreements.days)
    blind = _blind(viewer, since)
    rows = session.execute(
        select(OwnRating.rating, ListItem.band, func.count())
        .join(ListItem, ListItem.id == OwnRating.item_id)
        .where(blind)
        .group_by(OwnRating.rating, ListItem.band)
    )
    told = {(rating, Rating(str(band))): number for rating, band, number in rows}
    differ = and_(blind, OwnRating.rating != ListItem.band)
    query = select(ListItem, OwnRating.rating).join(ListItem, ListItem.id == OwnRating.item_id).where(differ)
    found = session.execute(query.order_by(OwnRating.id.desc()).offset(first).limit(count)).all()
    note(session, viewer, "disagreement", "read", [(item.household_id, item.region_code) for item, _ in found], now)
    counts = {(own, band): told.get((own, band), 0) for own in Rating for band in Rating}
    return Disagreements(
        suppressed(counts),
        _told(sum(counts.values())),
        [Differing(item, rating) for item, rating in found],
        sum(number for (own, band), number in counts.items() if own is not band),
    )


def suppressed(counts: Mapping[tuple[Rating, Rating], int]) -> dict[tuple[Rating, Rating], int | None]:
    """Counts without those that are too small; where exactly one is left out, so is the smallest other.

    With the sum of all and every count but one, that one could be worked out.
    """
    told = {cell: _told(number) for cell, number in counts.items()}
    hidden = [cell for cell, number in told.items() if number is None]
    if len(hidden) == 1:
        others = {cell: number for cell, number in told.items() if number}
        if others:
            told[min(others, key=lambda cell: others[cell])] = None
    return told


def _told(number: int) -> int | None:
    """A count; None for one from which a person could be made out. Nobody is nobody."""
    return None if 0 < number < supervise_settings().disagreements.smallest_count else number


def _blind(viewer: Viewer, since: datetime) -> ColumnElement[bool]:
    """Ratings that the policy asked for and that were given before the band was seen."""
    return and_(
        within(viewer, May.SUPERVISE, OwnRating.region_code),
        OwnRating.asked,
        ~OwnRating.band_seen,
        OwnRating.rated_at >= since,
        ListItem.band.is_not(None),
    )
