"""The BentoML service: ``bentoml serve serving.service.app:Mopai``, or ``mopai serve`` which makes a key first.

Each worker starts not ready, follows the pointer of the release store, and is ready once a bundle is checked.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import Any

# Before BentoML is imported: it reads this once. Nobody is told who scores children.
os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")

import bentoml
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from pydantic import BaseModel, create_model
from starlette.requests import Request
from starlette.responses import Response

from features.definition import load_definition
from features.definition.loader import DEFAULT_DEFINITION
from serving.service.answer_models import ExplainAnswer, ScoreAnswer
from serving.service.guard import EXPLAIN, SCORE, Guard
from serving.service.keys import KeyStore
from serving.service.metrics import Metrics
from serving.service.problem import RequestError, failure
from serving.service.query import QueryReader
from serving.service.settings import WORKERS_VARIABLE, Settings, limits
from serving.service.site import Site
from serving.service.spare import spare

# BentoML reads this module once in the process that starts the workers, to learn how many: what only a worker needs is
# imported by the worker.
settings = Settings.from_environment()
reader = QueryReader.of(load_definition(settings.definition or DEFAULT_DEFINITION))
keys, metrics = KeyStore(settings.key_file), Metrics()
site = Site(reader, keys, metrics)


class Body(BaseModel):
    """The body of a request as it came."""

    body: bytes


class AsItCame(bentoml.IODescriptor):
    """Hands the body on unread: a request is read row by row, so that a bad row never fails others."""

    @classmethod
    async def from_http_request(cls, request: Request, serde: Any) -> Body:  # noqa: ANN401, ARG003 - as BentoML has it
        """Take the body."""
        return Body.model_construct(body=await request.body())


def described(model: type[BaseModel]) -> type[BaseModel]:
    """A request model for BentoML's own documents and clients, whose bodies are handed on unread."""
    return create_model(model.__name__, __base__=(model, AsItCame))


@bentoml.service(
    name="mopai",
    workers=int(os.environ.get(WORKERS_VARIABLE, "1")),
    # The guard has its own limit of time, which answers sooner and in words.
    traffic={"timeout": limits().answer_seconds + limits().body_seconds + 5},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)
@bentoml.asgi_app(site.app(), path="/", name="site")
class Mopai:
    """Orders home visits by where a visit is likely to find a new need, with reasons. A score decides nothing."""

    def __init__(self) -> None:
        spare()
        sys.setswitchinterval(limits().switch_seconds)
        gc.set_threshold(limits().collected_after)
        from serving.service.desk import Desk

        self._desk = Desk.open(settings, reader, metrics)
        site.desk = self._desk
        self._limiter = CapacityLimiter(limits().computed_at_once)
        self._desk.releases.start()

    def __is_ready__(self) -> bool:
        """Whether a release is checked and loaded."""
        return self._desk.releases.current() is not None

    @bentoml.api(route=SCORE, input_spec=described(reader.score), output_spec=ScoreAnswer)
    async def score(self, body: bytes) -> Response:
        """Score families: duties, score, probability, band, rank in the request and reasons of every child."""
        return await self._answered(SCORE, self._desk.score, body)

    @bentoml.api(route=EXPLAIN, input_spec=described(reader.explain), output_spec=ExplainAnswer)
    async def explain(self, body: bytes) -> Response:
        """Explain one child: every contribution to its score."""
        return await self._answered(EXPLAIN, self._desk.explain, body)

    async def _answered(self, route: str, answer: Any, body: bytes) -> Response:  # noqa: ANN401 - bytes to bytes
        try:
            if len(body) <= limits().at_once_bytes:
                # Shorter than handing it to a thread and waiting for the interpreter to come back.
                content = answer(body)
            else:
                content = await run_sync(answer, body, limiter=self._limiter)
        except RequestError as problem:
            return problem.response()
        except Exception as error:  # noqa: BLE001 - BentoML would log it with the values it speaks of
            return failure(error, route).response()
        return Response(content, media_type="application/json")


# BentoML has made a service of the class; the middleware added first is the outermost.
served: Any = Mopai
served.add_asgi_middleware(Guard, keys=keys, metrics=metrics)
logging.getLogger("uvicorn.access").disabled = True
