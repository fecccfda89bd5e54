"""Who has what to do, against what one director can do; people by the sound of their names."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.store.accounts import Role
from serving.review.web.ask import Ask
from serving.review.web.pages.supervise.paging import Paging
from serving.review.web.render import page
from serving.review.work.pool import pools_of
from serving.review.work.workload import workload


def show(ask: Ask) -> Response:
    """Nobody's places first, then each director, then the villages that are too much for one."""
    work = workload(ask.session, ask.viewer, ask.now)
    # Who supervises stands here only with visits of his own.
    directors = [one for one in work.directors if one.role is Role.CASEWORKER or one.load.places]
    paging = Paging.of(ask, "/supervise/workload")
    return page(
        ask,
        "supervise/workload.html.jinja",
        work=work,
        directors=directors[paging.first : paging.first + paging.count],
        villages=[village for village in work.villages if village.over],
        paging=paging,
        pages=paging.pages(len(directors)),
        simulated=any(one.simulated for one in pools_of(ask.session, ask.viewer)),
    )
