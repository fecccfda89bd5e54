"""The lists of now: of each place the newest, and the households to visit on them."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from serving.review.access.viewer import May, Viewer, within
from serving.review.store.lists import ListItem, VisitList


def current_places(viewer: Viewer, right: May) -> Select[ListItem]:
    """The households to visit on the newest list of each place, as far as the viewer may see them, each once.

    Where a township's pool and a village's own list overlap, those of an older period give way village by village,
    and of the same period the village's own place counts.
    """
    newest = VisitList.period_from.desc()
    narrowest = (newest, func.length(VisitList.region_code).desc(), VisitList.id.desc())
    seen = (
        select(
            ListItem.id,
            func.dense_rank().over(partition_by=ListItem.region_code, order_by=newest).label("age"),
            func.row_number().over(partition_by=ListItem.household_id, order_by=narrowest).label("turn"),
        )
        .join(VisitList, VisitList.id == ListItem.list_pk)
        .where(within(viewer, right, ListItem.region_code), ListItem.list_pk.in_(current_lists()), ListItem.listed)
        .subquery()
    )
    return select(ListItem).where(ListItem.id.in_(select(seen.c.id).where(seen.c.age == 1, seen.c.turn == 1)))


def current_lists() -> Select[tuple[int]]:
    """The keys of the newest list of each place."""
    newest_first = func.row_number().over(
        partition_by=VisitList.region_code, order_by=(VisitList.period_from.desc(), VisitList.id.desc())
    )
    ranked = select(VisitList.id.label("id"), newest_first.label("age")).subquery()
    return select(ranked.c.id).where(ranked.c.age == 1)
