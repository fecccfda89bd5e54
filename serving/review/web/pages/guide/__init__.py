"""Leading by the hand: the first sign-in, hints on the list, and practice with invented families."""

from __future__ import annotations

from starlette.routing import Route

from serving.review.access.viewer import May
from serving.review.web.dispatch import Page, route
from serving.review.web.pages.guide import practice, welcome

ROUTES: list[Route] = [
    *route("/welcome", Page(welcome.show), Page(welcome.finish)),
    *route("/practice", Page(practice.show, May.WORK_CASES), Page(practice.act, May.WORK_CASES)),
    Route("/static/pictures/{name}.svg", welcome.picture, methods=["GET"]),
]
