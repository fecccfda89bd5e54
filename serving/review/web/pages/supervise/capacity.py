"""What a larger or smaller capacity would mean: counts of three draws that nobody keeps."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.supervise import supervise_settings
from serving.review.web.ask import Ask
from serving.review.web.render import page
from serving.review.work.pool import pool_of
from serving.review.work.pool_preview import NoPreviewError, preview


def show(ask: Ask) -> Response:
    """The list as it stands, beside what fewer and more visits would give."""
    step = supervise_settings().pool.step
    pool = pool_of(ask.session, ask.viewer, ask.number("list"), step)
    middle = ask.number("visits") or pool.terms.visits
    problem, drawn = "", []
    try:
        drawn = [preview(ask.desk.folders, pool.visit_list, visits)
                 for visits in (max(0, middle - step), middle, middle + step)]  # fmt: skip
    except NoPreviewError as error:
        problem = error.code
    return page(
        ask,
        "supervise/capacity.html.jinja",
        pool=pool,
        drawn=drawn,
        problem=problem,
        middle=middle,
        step=step,
        simulated=pool.visit_list.simulated,
    )
