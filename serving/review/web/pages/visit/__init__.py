"""Recording visits, and the report tasks that red findings open."""

from __future__ import annotations

from starlette.routing import Route

from serving.review.access.viewer import May
from serving.review.web.dispatch import Page, route
from serving.review.web.pages.visit import record, tasks

_WORK = May.WORK_CASES
ROUTES: list[Route] = [
    *route(
        "/list/{item:number}/visit",
        Page(record.show, _WORK, again=record.again),
        Page(record.save, _WORK, again=record.again),
    ),
    *route("/list/{item:number}/visit/back", post=Page(record.take_back, _WORK)),
    *route("/tasks", Page(tasks.show_all, _WORK)),
    *route("/tasks/{task:number}", Page(tasks.show, _WORK), Page(tasks.act, _WORK)),
]
