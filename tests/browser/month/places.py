"""Which households of a list the story follows: found in the database by their kind, worked on in the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from serving.review.store.database import Database, database_url
from serving.review.store.lists import ListItem, Stratum, VisitList


@dataclass(frozen=True, slots=True)
class Chosen:
    """Places of one village, by number and household."""

    village: str
    asked: ListItem
    finished: ListItem
    red: ListItem
    overruled: ListItem
    refused: ListItem
    not_met: ListItem
    postponed: ListItem
    taken_off: ListItem
    put_on: ListItem


def items(home: Path, period_from: str = "") -> Sequence[ListItem]:
    """All places of all lists, or of those that begin on a day."""
    with Database.open(database_url(home, None)).reading() as session:
        query = select(ListItem).join(VisitList, VisitList.id == ListItem.list_pk).order_by(ListItem.place)
        found = session.scalars(query).all()
        kept = [one for one in found if str(one.visit_list.period_from).startswith(period_from)]
        session.expunge_all()
        return kept


def choose(home: Path, period: str) -> Chosen:
    """A village in which everything can happen: duties, places by score and by lot, own ratings, some below the cut."""
    villages: dict[str, list[ListItem]] = {}
    for one in items(home, period):
        villages.setdefault(one.region_code, []).append(one)
    for code, places in sorted(villages.items()):
        duties = [one for one in places if one.listed and one.is_duty]
        banded = [one for one in places if one.listed and not one.is_duty and one.band is not None]
        asked = [one for one in banded if one.rating_asked]
        shown = [one for one in banded if not one.rating_asked and one.stratum is Stratum.SCORE]
        others = [one for one in banded if not one.rating_asked and one not in shown]
        below = [one for one in places if not one.listed and not one.is_duty]
        free = shown + others
        if len(duties) >= 3 and asked and len(free) >= 5 and below:
            return Chosen(code, asked[0], duties[0], duties[1], *free[:4], free[4], below[0])
    raise AssertionError("no village of the list shows everything: " + ", ".join(sorted(villages)))
