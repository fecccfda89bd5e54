"""The application: which page answers which address."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from serving.review.access.provider import Provider
from serving.review.access.viewer import May, NotFoundError
from serving.review.store.database import Database
from serving.review.web.ask import Ask
from serving.review.web.dispatch import PASSWORD, SIGN_IN, Handler, Page
from serving.review.web.guard import Guard
from serving.review.web.pages import accounts, item, log, me, my_list, provider, sign_in
from serving.review.web.render import STYLE, style_name


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages work with: the database, and the provider of identities if there is one."""

    database: Database
    provider: Provider | None = None


def application(desk: Desk) -> Starlette:
    """The whole application, ready for a server."""
    routes = [
        Route(f"/static/{style_name()}", _style, methods=["GET"]),
        Route("/livez", _alive, methods=["GET"]),
        *_route("/language", Page(sign_in.language, public=True)),
        *_route(SIGN_IN, Page(sign_in.show, public=True), Page(sign_in.enter, public=True)),
        *_route("/sign-in/provider", Page(provider.go, public=True)),
        *_route("/sign-in/callback", Page(provider.come_back, public=True)),
        *_route("/sign-out", post=Page(sign_in.leave, public=True)),
        *_route("/", Page(sign_in.start)),
        *_route("/me", Page(me.show), Page(me.end)),
        *_route(PASSWORD, Page(me.show_password, before_password=True), Page(me.set_password, before_password=True)),
        *_route("/accounts", _for(May.MANAGE_ACCOUNTS, accounts.show), _for(May.MANAGE_ACCOUNTS, accounts.add)),
        *_route("/accounts/change", post=_for(May.MANAGE_ACCOUNTS, accounts.change)),
        *_route("/log", _for(May.READ_LOG, log.show)),
        *_route("/list", _for(May.WORK_CASES, my_list.show), _for(May.WORK_CASES, my_list.act)),
        *_route("/list/print", _for(May.WORK_CASES, my_list.show_paper)),
        *_route("/list/{item:int}", _for(May.WORK_CASES, item.show), _for(May.WORK_CASES, item.save)),
        *_route("/list/{item:int}/rating", post=_for(May.WORK_CASES, item.give_rating)),
        *_route("/{path:path}", Page(_nothing), Page(_nothing)),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Guard)])
    app.state.desk = desk
    return app


def _for(right: May, handler: Handler) -> Page:
    return Page(handler, right)


def _route(path: str, get: Page | None = None, post: Page | None = None) -> list[Route]:
    routes = [Route(path, get.endpoint(), methods=["GET"])] if get else []
    return [*routes, Route(path, post.endpoint(), methods=["POST"])] if post else routes


def _nothing(ask: Ask) -> Response:
    raise NotFoundError(ask.request.url.path)


async def _style(_: Request) -> Response:
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(STYLE, media_type="text/css", headers=kept)


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")
