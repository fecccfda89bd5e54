"""What the service answers beside its two questions: the release, the documents, the measures and the page."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from features.cli.console import UserError
from serving.service.guard import LOGIN, MODEL, OTHER, route_of
from serving.service.keys import KeyStore
from serving.service.metrics import Metrics
from serving.service.openapi import openapi
from serving.service.pages import docs_page, key_page, nothing_page
from serving.service.problem import RequestError, problem_response
from serving.service.query import QueryReader
from serving.service.sessions import COOKIE, open_session
from serving.service.settings import limits

if TYPE_CHECKING:
    from serving.service.desk import Desk

_PAGE = "page"


class Site:
    """The web application mounted beside the questions; ``desk`` is there once the worker has opened it."""

    def __init__(self, reader: QueryReader, keys: KeyStore, metrics: Metrics) -> None:
        self.desk: Desk | None = None
        self._reader, self._keys, self._measures = reader, keys, metrics
        self._document: dict[str, Any] | None = None

    def app(self) -> Starlette:
        """The application; it ends with a route for every other path, or BentoML would answer those itself."""
        routes = [
            Route("/", self._page, methods=["GET"]),
            Route(LOGIN, self._open, methods=["POST"]),
            Route(MODEL, self._model, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
            Route("/docs", self._docs, methods=["GET"]),
            Route("/docs.json", self._openapi, methods=["GET"]),
            Route("/{path:path}", self._nothing, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
        ]
        return Starlette(routes=routes, exception_handlers={500: _failed})

    def _open_desk(self) -> Desk:
        if self.desk is None:
            raise RequestError(503, "not_ready", "the service is starting")
        return self.desk

    async def _model(self, _: Request) -> Response:
        try:
            return Response(self._open_desk().model(), media_type="application/json")
        except RequestError as problem:
            return problem.response()

    async def _metrics(self, _: Request) -> Response:
        text, kind = await run_in_threadpool(self._measures.text)
        return Response(text, media_type=kind)

    async def _openapi(self, _: Request) -> Response:
        if self._document is None:
            self._document = openapi(self._reader, version("mopai"))
        return JSONResponse(self._document)

    async def _docs(self, request: Request) -> Response:
        await self._openapi(request)
        return HTMLResponse(docs_page(self._document or {}))

    async def _page(self, request: Request) -> Response:
        key = request.state.key
        if key is None or _PAGE not in key.scopes:
            return HTMLResponse(key_page(refused=False), status_code=200 if key is None else 403)
        return await run_in_threadpool(self._region)

    def _region(self) -> Response:
        from serving.page.render import render_page

        desk = self._open_desk()
        folder = desk.scores.current()
        if folder is None:
            return HTMLResponse(nothing_page())
        try:
            return HTMLResponse(render_page(folder, desk.definition))
        except UserError:
            return HTMLResponse(nothing_page())

    async def _open(self, request: Request) -> Response:
        form = await request.form()
        ring = self._keys.current()
        key = ring.holder(str(form.get("key", "")).strip())
        if key is None or _PAGE not in key.scopes:
            return HTMLResponse(key_page(refused=True), status_code=401)
        answer = RedirectResponse("/", status_code=303)
        seconds = int(limits().session_hours * 3600)
        secure = request.url.scheme == "https"
        answer.set_cookie(
            COOKIE, open_session(key, ring), max_age=seconds, httponly=True, samesite="strict", secure=secure
        )
        return answer

    async def _nothing(self, request: Request) -> Response:
        if route_of(request.url.path) != OTHER:
            return problem_response(405, "method", "this path does not answer that method")
        return problem_response(404, "no_such_path", "no such path; GET /docs lists what there is")


async def _failed(_: Request, __: Exception) -> Response:
    return problem_response(500, "error", "the service failed on this request")
