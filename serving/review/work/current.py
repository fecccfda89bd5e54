"""The lists of now: of each place the newest, and the households to visit on them."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from serving.review.access.viewer import May, Viewer, within
from serving.review.store.lists import ListItem, VisitList


def current_places(viewer: Viewer, right: May) -> Select[ListItem]:
    """The households to visit on the newest list of each place, as far as the viewer may see them."""
    return select(ListItem).where(
        within(viewer, right, ListItem.region_code), ListItem.list_pk.in_(current_lists()), ListItem.listed
    )


def current_lists() -> Select[tuple[int]]:
    """The keys of the newest list of each place."""
    newest_first = func.row_number().over(
        partition_by=VisitList.region_code, order_by=(VisitList.period_from.desc(), VisitList.id.desc())
    )
    ranked = select(VisitList.id.label("id"), newest_first.label("age")).subquery()
    return select(ranked.c.id).where(ranked.c.age == 1)
