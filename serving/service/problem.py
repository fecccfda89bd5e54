"""A request that cannot be answered, and the answer it gets: a code for programs, words for people, never a value."""

from __future__ import annotations

import json
import logging
import traceback
from pathlib import PurePath

from starlette.responses import Response

logger = logging.getLogger("bentoml.mopai")


class RequestError(Exception):
    """A request as a whole that gets no scores. ``code`` is for programs; nothing here repeats what was sent."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> Response:
        """The problem as a JSON answer."""
        return problem_response(self.status, self.code, self.message)


def problem_response(status: int, code: str, message: str) -> Response:
    """A JSON answer with a code and a message."""
    body = json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False).encode()
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if status in (429, 503):
        headers["Retry-After"] = "1"
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def failure(error: Exception, route: str) -> RequestError:
    """What a caller is told of an error of the service itself.

    The log gets its kind and place: whatever the error says may hold what was sent.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    logger.log(logging.ERROR, "%s on %s at %s", type(error).__name__, route, place)
    return RequestError(500, "error", "the service failed on this request")
