"""The application: which page answers which address."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from serving.review.access.viewer import May, NotFoundError
from serving.review.desk import Desk
from serving.review.web.again import PASSWORD, SIGN_IN
from serving.review.web.ask import Ask
from serving.review.web.dispatch import Page, route
from serving.review.web.guard import Guard
from serving.review.web.pages import (
    accounts,
    guide,
    item,
    list_paper,
    log,
    me,
    model,
    my_list,
    overrides,
    provider,
    rights,
    sign_in,
    supervise,
    visit,
    workbook,
)
from serving.review.web.render import style, style_name

_WORK, _ACCOUNTS = May.WORK_CASES, May.MANAGE_ACCOUNTS
# The pages by area; an area with pages of its own names its routes in its package.
AREAS: tuple[list[Route], ...] = (
    route("/language", Page(sign_in.language, public=True)),
    route(SIGN_IN, Page(sign_in.show, public=True), Page(sign_in.enter, public=True, before=sign_in.check)),
    route("/sign-in/provider", Page(provider.go, public=True)),
    route("/sign-in/callback", Page(provider.come_back, public=True)),
    route("/sign-out", post=Page(sign_in.leave, public=True)),
    route("/", Page(sign_in.start)),
    route("/me", Page(me.show), Page(me.end)),
    route(PASSWORD, Page(me.show_password, before_password=True), Page(me.set_password, before_password=True)),
    route("/accounts", Page(accounts.show, _ACCOUNTS), Page(accounts.add, _ACCOUNTS)),
    route("/accounts/change", post=Page(accounts.change, _ACCOUNTS)),
    route("/log", Page(log.show, May.READ_LOG)),
    route("/list", Page(my_list.show, _WORK), Page(my_list.act, _WORK)),
    route("/list/find", Page(my_list.find_again, _WORK), Page(my_list.find, _WORK)),
    route("/list/print", Page(list_paper.show, _WORK)),
    route("/list/{item:number}", Page(item.show, _WORK), Page(item.save, _WORK)),
    route("/list/{item:number}/rating", post=Page(item.give_rating, _WORK)),
    overrides.ROUTES,
    workbook.ROUTES,
    rights.ROUTES,
    guide.ROUTES,
    model.ROUTES,
    supervise.ROUTES,
    visit.ROUTES,
)


def application(desk: Desk) -> Starlette:
    """The whole application, ready for a server."""
    routes = [
        Route(f"/static/{style_name()}", _style, methods=["GET"]),
        Route("/livez", _alive, methods=["GET"]),
        *(one for area in AREAS for one in area),
        *route("/{path:path}", Page(_nothing), Page(_nothing)),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Guard)])
    app.state.desk = desk
    return app


def _nothing(ask: Ask) -> Response:
    raise NotFoundError(ask.request.url.path)


async def _style(_: Request) -> Response:
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(style(), media_type="text/css", headers=kept)


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")
