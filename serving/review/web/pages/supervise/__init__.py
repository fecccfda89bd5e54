"""A supervisor's pages: what to decide today, the month's pool, who goes where, disagreements, regions."""

from __future__ import annotations

from starlette.routing import Route

from serving.review.access.viewer import May
from serving.review.web.dispatch import Page, route
from serving.review.web.pages.supervise import capacity, disagreements, move, places, pool, regions, start, workload

_MAY = May.SUPERVISE
ROUTES: list[Route] = [
    *route("/supervise", Page(start.show, _MAY)),
    *route("/supervise/pool", Page(pool.show, _MAY)),
    *route("/supervise/pool/{item:number}", Page(move.show, _MAY), Page(move.save, _MAY)),
    *route("/supervise/capacity", Page(capacity.show, _MAY)),
    *route("/supervise/workload", Page(workload.show, _MAY)),
    *route("/supervise/places", Page(places.show, _MAY), Page(places.assign_chosen, _MAY)),
    *route("/supervise/disagreements", Page(disagreements.show, _MAY)),
    *route("/supervise/regions", Page(regions.show, _MAY)),
]
