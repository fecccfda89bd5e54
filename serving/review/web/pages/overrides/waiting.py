"""The overrides of a region, or one's own: those that wait for an answer first."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.access.viewer import May
from serving.review.overrule import overrule_settings
from serving.review.web.ask import Ask
from serving.review.web.pages.overrides.names import names_of
from serving.review.web.render import page
from serving.review.work.overrides import ThreadState, how_many, threads


def show(ask: Ask) -> Response:
    """One state of them, page by page."""
    given = ask.query("state")
    state = ThreadState(given) if given in set(ThreadState) else ThreadState.WAITING
    number, count = max(ask.number("page"), 1), overrule_settings().threads
    counts = {one: how_many(ask.session, ask.viewer, one) for one in ThreadState}
    found = threads(ask.session, ask.viewer, state, ask.now, first=(number - 1) * count, count=count)
    return page(
        ask,
        "overrides/waiting.html.jinja",
        threads=found,
        called=names_of(ask, found),
        state=state.value,
        counts={one.value: many for one, many in counts.items()},
        number=number,
        pages=max(1, -(-counts[state] // count)),
        supervises=ask.viewer.may(May.SUPERVISE),
    )
