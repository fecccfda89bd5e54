"""How far each county, township and village is, and which lists were made."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from features.definition.structure import TOWNSHIP_DIGITS, VILLAGE_DIGITS
from serving.review.web.ask import Ask
from serving.review.web.pages.supervise.paging import Paging
from serving.review.web.render import page
from serving.review.work.pool import pools_of
from serving.review.work.region_steps import counties_of, months_of, steps_of


def show(ask: Ask) -> Response:
    """Counties, townships, the villages of one township, and the lists by month."""
    folders, viewer = ask.desk.folders, ask.viewer
    townships = steps_of(ask.session, viewer, folders, TOWNSHIP_DIGITS)
    chosen = ask.query("township")[:TOWNSHIP_DIGITS]
    if not any(one.code == chosen for one in townships):
        chosen = townships[0].code if townships else ""
    paging = Paging.of(ask, "/supervise/regions", township=chosen)
    # One more than fits tells whether there is another page.
    months = months_of(ask.session, viewer, paging.first, paging.count + 1)
    counties = counties_of(folders, viewer)
    scored = {one.county: one.scored_as_of for one in counties if one.scored_as_of is not None}
    return page(
        ask,
        "supervise/regions.html.jinja",
        counties=counties,
        scored_days={county: ask.words.day(date.fromisoformat(day)) for county, day in scored.items()},
        townships=townships,
        chosen=chosen,
        villages=steps_of(ask.session, viewer, folders, VILLAGE_DIGITS, chosen) if chosen else (),
        months=months[: paging.count],
        more=len(months) > paging.count,
        paging=paging,
        simulated=any(one.simulated for one in pools_of(ask.session, viewer)),
    )
