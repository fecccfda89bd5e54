"""Made-up requests by the service's own OpenAPI document: never a 5xx, never an answer that is not declared."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from tests.serving.service.conftest import Server


@pytest.fixture
def api(server: Server) -> Any:
    headers = {"Authorization": f"Bearer {server.key}"}
    return schemathesis.openapi.from_url(f"{server.url}/docs.json", headers=headers)


schema = schemathesis.pytest.from_fixture("api")


@schema.parametrize()
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_service(case: Any, server: Server) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

    headers = {"Authorization": f"Bearer {server.key}"}
    case.call_and_validate(
        headers=headers, checks=[not_a_server_error, status_code_conformance, response_schema_conformance]
    )
