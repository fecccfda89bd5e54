"""The OpenAPI document of the service, with an example that can be sent as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from features.definition.structure import CHILD
from serving.service.answer_models import ErrorAnswer, ExplainAnswer, ModelAnswer, ScoreAnswer
from serving.service.example import example_request
from serving.service.guard import EXPLAIN, MODEL, SCORE
from serving.service.query import QueryReader

_REFS = "#/components/schemas/{model}"
_JSON = "application/json"
_ERRORS: Mapping[int, str] = {
    400: "The body is not JSON",
    401: "No key, or not one of this service",
    403: "The key does not open this",
    408: "The body came too slowly",
    413: "The body is too large",
    415: "Not application/json",
    422: "Not as the schema has it, or no policy holds there on that day",
    500: "The service failed on this request",
    503: "No release is ready yet, or the answer took too long",
}
_OF_POST = tuple(_ERRORS)
_OF_GET = (401, 403, 500, 503)


def openapi(reader: QueryReader, version: str) -> dict[str, Any]:
    """The document (OpenAPI 3.1) for the requests a definition makes."""
    schemas: dict[str, Any] = {}
    example = example_request(reader.definition)
    explained = {CHILD: example["children"][0][CHILD], **example} if example["children"] else {}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mopai 摸排",
            "version": version,
            "description": "Orders home visits by where a visit is likely to find a new need. A score decides nothing.",
        },
        "security": [{"key": []}],
        "paths": {
            SCORE: {"post": _post("score", "Score families", reader.score, ScoreAnswer, example, schemas)},
            EXPLAIN: {"post": _post("explain", "Explain one child", reader.explain, ExplainAnswer, explained, schemas)},
            MODEL: {
                "get": {
                    "operationId": "model",
                    "summary": "The release in use",
                    "responses": _responses(ModelAnswer, _OF_GET, schemas),
                }
            },
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _post(
    name: str,
    summary: str,
    request: type[BaseModel],
    answer: type[BaseModel],
    example: Mapping[str, Any],
    schemas: dict[str, Any],
) -> dict[str, Any]:
    content = {"schema": _schema(request, schemas), "examples": {"family": {"value": example}}}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": {_JSON: content}},
        "responses": _responses(answer, _OF_POST, schemas),
    }


def _responses(answer: type[BaseModel], errors: tuple[int, ...], schemas: dict[str, Any]) -> dict[str, Any]:
    good = {"description": "Answered", "content": {_JSON: {"schema": _schema(answer, schemas)}}}
    problem = {_JSON: {"schema": _schema(ErrorAnswer, schemas)}}
    return {"200": good} | {str(code): {"description": _ERRORS[code], "content": problem} for code in errors}


def _schema(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, str]:
    """A reference to the model's schema, put among the others with those it is made of."""
    made = model.model_json_schema(ref_template=_REFS)
    schemas.update(made.pop("$defs", {}))
    schemas[model.__name__] = made
    return {"$ref": _REFS.format(model=model.__name__)}
