"""What families may ask for: a fact corrected, the model refused, a sheet that says what is held."""

from __future__ import annotations

from starlette.routing import Route

from serving.review.access.viewer import May
from serving.review.web.dispatch import Page, route
from serving.review.web.pages.rights import answers, correct, refuse, sheet

_WORK = May.WORK_CASES
ROUTES: list[Route] = [
    *route(
        "/list/{item:number}/correct",
        Page(correct.show, _WORK, again=correct.again),
        Page(correct.save, _WORK, again=correct.again),
    ),
    *route("/list/{item:number}/refuse", Page(refuse.show, _WORK), Page(refuse.save, _WORK)),
    *route("/list/{item:number}/sheet", Page(sheet.show, _WORK)),
    *route("/corrections", Page(answers.show, _WORK), Page(answers.save, May.SUPERVISE)),
]
