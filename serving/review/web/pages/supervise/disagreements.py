"""Where blind ratings and bands differ: a table of counts, and the places behind it. Nobody's ratings are told."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.store.decisions import Rating
from serving.review.supervise import supervise_settings
from serving.review.web.ask import Ask
from serving.review.web.pages.supervise.paging import Paging
from serving.review.web.pages.supervise.pool import rows_of
from serving.review.web.render import page
from serving.review.work.disagreements import disagreements


def show(ask: Ask) -> Response:
    """The table and the places."""
    paging = Paging.of(ask, "/supervise/disagreements")
    found = disagreements(ask.session, ask.viewer, paging.first, paging.count, ask.now)
    rows = rows_of(ask, [one.item for one in found.differing])
    return page(
        ask,
        "supervise/disagreements.html.jinja",
        found=found,
        pairs=list(zip(rows, [one.rating for one in found.differing], strict=True)),
        ratings=list(Rating),
        limits=supervise_settings().disagreements,
        paging=paging,
        pages=paging.pages(found.matching),
    )
