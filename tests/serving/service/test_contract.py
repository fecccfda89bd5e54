"""Made-up requests by the service's own OpenAPI document: never a 5xx, never an answer that is not declared."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.serving.service.conftest import Server

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
MANY = os.environ.get("HYPOTHESIS_PROFILE") in ("ci", "slow")


@pytest.fixture(scope="module")
def api(server: Server) -> Any:
    with server.client() as client:
        return schemathesis.openapi.from_dict(client.get("/docs.json").json())


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), [("/v1/score", "POST"), ("/v1/explain", "POST"), ("/v1/model", "GET")])
def test_no_request_breaks_the_service(server: Server, api: Any, path: str, method: str, mode: GenerationMode) -> None:
    operation = api[path][method]
    if mode is GenerationMode.NEGATIVE and operation.definition.raw.get("requestBody") is None:
        return
    seen: list[int] = []

    @settings(
        max_examples=300 if MANY else 25,
        deadline=None,
        derandomize=not MANY,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call(base_url=server.url, headers={"Authorization": f"Bearer {server.key}"})
        case.validate_response(answer, checks=CHECKS)
        seen.append(answer.status_code)

    ask()
    counts = ", ".join(f"{count} x {status}" for status, count in sorted(Counter(seen).items()))
    print(f"\n{method} {path} {mode.value}: {len(seen)} generated requests: {counts}")  # noqa: T201 - shown with -s
    assert seen
    assert mode is GenerationMode.NEGATIVE or 200 in seen
