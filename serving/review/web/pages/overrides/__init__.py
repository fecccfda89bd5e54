"""Overruling a place, the thread that answers it, and what waits for an answer."""

from __future__ import annotations

from starlette.routing import Route

from serving.review.access.viewer import May
from serving.review.web.dispatch import Page, route
from serving.review.web.pages.overrides import overrule, thread, waiting

_WORK = May.WORK_CASES
ROUTES: list[Route] = [
    *route(
        "/list/{item:number}/overrule",
        Page(overrule.show, _WORK, again=overrule.show),
        Page(overrule.save, _WORK, again=overrule.show),
    ),
    *route("/overrides", Page(waiting.show, _WORK)),
    *route("/overrides/{override:number}", Page(thread.show, _WORK), Page(thread.act, _WORK)),
]
