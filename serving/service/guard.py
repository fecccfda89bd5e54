"""The outermost gate of the service: who asks, for what, how much and how long, before anything else sees a request.

It keeps the time and size of a request bounded whatever its sender does, lets nobody but liveness probes in without a
key, and lets no error out with a value in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.replay import replay
from serving.service.keys import Key, KeyStore
from serving.service.metrics import Metrics
from serving.service.problem import RequestError, failure
from serving.service.sessions import COOKIE, session_holder
from serving.service.settings import limits

SCORE, EXPLAIN, MODEL, LOGIN = "/v1/score", "/v1/explain", "/v1/model", "/session"
OPEN = frozenset({"/livez", "/healthz"})
# The page asks for a key itself, so these two answer without one.
ASKS_ITSELF = frozenset({"/", LOGIN})
SCOPE_OF: Mapping[str, str] = {
    SCORE: "score", EXPLAIN: "explain", MODEL: "model", "/metrics": "metrics", "/docs": "docs", "/docs.json": "docs",
    "/schema.json": "docs",
}  # fmt: skip
ANY_KEY = frozenset({"/readyz"})
OTHER = "other"
FORM_BYTES = 4096
_HEADERS = {
    "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}  # fmt: skip


@dataclass(slots=True)
class Guard:
    """ASGI middleware around the whole BentoML application; ``app`` comes first as BentoML gives it."""

    app: ASGIApp
    keys: KeyStore
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass, answer the rest."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send)
        with self.metrics.timed(route_of(scope["path"])) as timed:
            try:
                self._let_in(scope)
                body = await _body(scope, receive)
                async with asyncio.timeout(limits().answer_seconds):
                    await self.app(scope, replay(body, receive), answer)
            except RequestError as problem:
                await problem.response()(scope, receive, answer)
            except TimeoutError:
                await answer.instead(scope, receive, RequestError(503, "too_slow", "the answer took too long"))
            except Exception as error:  # noqa: BLE001 - the gate: whatever it is, no value of it may reach a log
                await answer.instead(scope, receive, failure(error, route_of(scope["path"])))
            timed.status = answer.status

    def _let_in(self, scope: Scope) -> None:
        """Refuse a request without a key for what it asks for. The key's holder is put into the request's state."""
        path = scope["path"]
        key = self._holder(Headers(scope=scope), cookies=path in ASKS_ITSELF)
        scope.setdefault("state", {})["key"] = key
        if path in OPEN or path in ASKS_ITSELF:
            return
        if key is None:
            raise RequestError(401, "no_key", "give an API key: Authorization: Bearer KEY")
        wanted = SCOPE_OF.get(path)
        if wanted is not None and wanted not in key.scopes:
            raise RequestError(403, "scope", f"this key does not open '{wanted}'")

    def _holder(self, headers: Headers, *, cookies: bool) -> Key | None:
        """Whose key came with a request; a page session opens the page alone."""
        ring = self.keys.current()
        kind, _, presented = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and presented:
            return ring.holder(presented.strip())
        if not cookies:
            return None
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return None
        return None if cookie is None else session_holder(cookie.value, ring)


def route_of(path: str) -> str:
    """The route of a path, for logs and metrics: nothing that a caller wrote."""
    known = path in OPEN or path in ASKS_ITSELF or path in ANY_KEY or path in SCOPE_OF
    return path if known else OTHER


@dataclass(slots=True)
class _Answer:
    """What is sent back, with the headers every answer has; ``status`` is 0 until it began."""

    send: Send
    status: int = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            del headers["server"]
        await self.send(message)

    async def instead(self, scope: Scope, receive: Receive, problem: RequestError) -> None:
        """Answer with a problem, unless an answer has begun already."""
        if not self.status:
            await problem.response()(scope, receive, self)


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body, no larger and no slower than allowed: a slow sender waits here and holds nothing else."""
    most = _most_bytes(scope)
    stated = Headers(scope=scope).get("content-length", "")
    if stated.isdecimal() and int(stated) > most:
        raise RequestError(413, "too_large", f"the body is larger than {most} bytes")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits().body_seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise RequestError(400, "gone", "the caller left")
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > most:
                    raise RequestError(413, "too_large", f"the body is larger than {most} bytes")
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError as error:
        raise RequestError(408, "slow_body", f"no whole body within {limits().body_seconds:g} s") from error


def _most_bytes(scope: Scope) -> int:
    """How large a body may be: JSON for the two questions, a short form for the page, nothing elsewhere."""
    if scope["path"] in (SCORE, EXPLAIN):
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] == "POST" and kind != "application/json":
            raise RequestError(415, "not_json", "send Content-Type: application/json")
        return limits().body_bytes
    return FORM_BYTES
