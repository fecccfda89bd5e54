"""The month's pool with its cut: who is visited and why, who comes next, and what the capacity is expected to find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from serving.review.cases.persons import persons_of
from serving.review.settings import settings
from serving.review.store.accounts import Account
from serving.review.store.lists import ListItem
from serving.review.supervise import supervise_settings
from serving.review.web.ask import Ask
from serving.review.web.pages.rows import Row, row_of
from serving.review.web.pages.supervise.paging import Paging
from serving.review.web.render import page
from serving.review.work.after_visits import after_visits
from serving.review.work.my_list import rated_by
from serving.review.work.pool import SHOWS, PoolAsked, Show, pool_of, pool_part, pools_of, why_of
from serving.review.work.workload import people_of


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A place of the pool: the row of any list, why it is there, how the list before ended, and who goes."""

    row: Row
    why: str
    before: str
    director: str


def show(ask: Ask) -> Response:
    """The pool of one place; of the first where none was asked for."""
    lists = pools_of(ask.session, ask.viewer)
    chosen = _chosen(ask, [one.id for one in lists])
    if not lists:
        return page(ask, "supervise/no_list.html.jinja", simulated=False)
    shown = _show(ask)
    paging = Paging.of(ask, "/supervise/pool", list=str(chosen), show="" if shown == "all" else shown)
    limits = supervise_settings().pool
    pool = pool_of(ask.session, ask.viewer, chosen, limits.step)
    asked = PoolAsked(chosen, shown, paging.first, paging.count)
    part = pool_part(ask.session, ask.viewer, asked, ask.now)
    return page(
        ask,
        "supervise/pool.html.jinja",
        lists=lists,
        pool=pool,
        rows=rows_of(ask, part.items),
        shows=SHOWS,
        shown=shown,
        paging=paging,
        pages=paging.pages(part.matching),
        cut_page=max(pool.listed - 1, 0) // paging.count + 1,
        step=limits.step,
        moved=ask.number("moved"),
        simulated=pool.visit_list.simulated,
    )


def rows_of(ask: Ask, items: Sequence[ListItem]) -> list[PoolRow]:
    """Places in words, with names where they are held."""
    persons = persons_of(ask.session, ask.desk, ask.viewer, [item.household_id for item in items])
    rated = rated_by(ask.session, ask.viewer, [item.id for item in items])
    people = {one.id: one for one in people_of(ask.session, ask.viewer, {item.assigned_to for item in items})}
    today = settings().day_of(ask.now)
    after = after_visits(ask.session, ask.viewer, items)
    rows = {
        item.id: row_of(item, rated, ask.words, today, persons.get(item.household_id), after[item.id]) for item in items
    }
    return [_row(ask, item, rows[item.id], people) for item in items]


def _row(ask: Ask, item: ListItem, row: Row, people: Mapping[int, Account]) -> PoolRow:
    words = ask.words
    # A place drawn by lot is not told apart before the reader's own rating.
    why = words("list.rate_first") if row.must_rate else words(f"pool_why.{why_of(item)}")
    before = item.shown.get("before")
    ended = ""
    if before:
        reason = f" · {words('reason.' + before['reason'])}" if before["reason"] else ""
        ended = words("supervise.before", status=words(f"status.{before['status']}")) + reason
    director = people.get(item.assigned_to or 0)
    return PoolRow(row, why, ended, director.display_name if director is not None else "")


def _chosen(ask: Ask, lists: list[int]) -> int:
    wanted = ask.number("list")
    return wanted if wanted in lists or not lists else lists[0]


def _show(ask: Ask) -> Show:
    given = ask.query("show")
    return next((one for one in SHOWS if one == given), "all")
