"""The outermost gate: bounds what a request may cost, sets the headers every answer has, lets no error out."""

from __future__ import annotations

import asyncio
import logging
import traceback
from dataclasses import dataclass
from pathlib import PurePath

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.replay import replay
from serving.review.settings import settings
from serving.review.words import catalogue

logger = logging.getLogger("mopai.review")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Where a workbook is handed in, or the rows of one.
UPLOADS = ("/list/upload", "/list/upload/apply")
_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


@dataclass(frozen=True, slots=True)
class Guard:
    """ASGI middleware around the whole application."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass; answer the rest."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, dict(HEADERS | (_HTTPS if scope["scheme"] == "https" else {})))
        try:
            async with asyncio.timeout(settings().answer_seconds):
                body = await _body(scope, receive)
                if body is None:
                    await _plain(413, "problem.too_large")(scope, receive, answer)
                    return
                await self.app(scope, replay(body, receive), answer)
        except TimeoutError:
            await answer.instead(scope, receive, _plain(503, "problem.failed"))
        except Exception as error:  # noqa: BLE001 - the gate: whatever it is, no value of it may reach page or log
            logger.error("%s", _where(error))  # noqa: TRY400 - a traceback's text may hold personal values
            await answer.instead(scope, receive, _plain(500, "problem.failed"))


@dataclass(slots=True)
class _Answer:
    send: Send
    headers: dict[str, str]
    begun: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in self.headers.items():
                headers.setdefault(name, value)
        await self.send(message)

    async def instead(self, scope: Scope, receive: Receive, response: Response) -> None:
        """Answer otherwise, unless an answer has begun already."""
        if not self.begun:
            await response(scope, receive, self)


def _plain(status: int, key: str) -> Response:
    """A few words in both languages, for when no page can be made."""
    words = catalogue()[key]
    return Response(f"{words.zh}\n{words.en}\n", status, media_type="text/plain; charset=utf-8")


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body; None when it is larger than any form, or workbook, of ours."""
    most = settings().upload_bytes if scope["path"] in UPLOADS else settings().form_bytes
    stated = Headers(scope=scope).get("content-length", "")
    if stated.isdecimal() and int(stated) > most:
        return None
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        if sum(map(len, parts)) > most:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _where(error: Exception) -> str:
    """Kind and place of an error, never its text: that may hold what a form or the database said."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"
