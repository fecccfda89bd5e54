"""Practice: starting it, the exercises with what was done of them, and ending it."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.access.viewer import NotFoundError
from serving.review.web.ask import Ask, see
from serving.review.web.render import page
from serving.review.work.practice import end_practice, exercises, start_practice


def show(ask: Ask) -> Response:
    """What can be practised; the exercises while practising."""
    found = exercises(ask.session, ask.viewer) if ask.practising else ()
    return page(
        ask, "guide/practice.html.jinja", exercises=found, all_done=bool(found) and all(one.done for one in found)
    )


def act(ask: Ask) -> Response:
    """Start, start again, or end."""
    if ask.signed_in is None:
        raise NotFoundError
    if ask.form.get("do") == "end":
        end_practice(ask.session, ask.viewer, ask.signed_in)
        return see("/")
    start_practice(ask.session, ask.desk, ask.viewer, ask.signed_in, ask.now)
    return see("/practice")
