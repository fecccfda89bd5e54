"""The list as a workbook: out to be filled in, and back in after a look at what it would change."""

from __future__ import annotations

from starlette.routing import Route

from serving.review.access.viewer import May
from serving.review.web.dispatch import Page, route
from serving.review.web.pages.workbook import download, upload

_WORK = May.WORK_CASES
ROUTES: list[Route] = [
    *route("/list/workbook", Page(download.give, _WORK)),
    *route("/list/upload", Page(upload.show, _WORK), Page(upload.look, _WORK)),
    *route("/list/upload/apply", Page(upload.show, _WORK), Page(upload.save, _WORK)),
]
