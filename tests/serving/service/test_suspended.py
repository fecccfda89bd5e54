"""A suspended county in the service: duties as ever, no score, and the reason; from the next request on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from features.definition import Label
from models.release.suspensions import Suspension, suspensions_file, write_suspensions
from serving.service.answer_models import ExplainAnswer, ScoreAnswer
from serving.service.settings import limits
from tests.serving.service.conftest import Server
from tests.serving.service.requests import family

Request = dict[str, Any]


@pytest.fixture
def suspended(server: Server, county_request: Request) -> Iterator[str]:
    """The county of the request, suspended while a test runs."""
    county = str(county_request["region"])
    one = Suspension(county, date(2026, 5, 31), "m1", ("old_data",), Label("数据过旧", "old data"))
    write_suspensions(server.home, {county: one})
    yield county
    suspensions_file(server.home).unlink()


def _answer(client: httpx.Client, request: Request) -> ScoreAnswer:
    answer = client.post("/v1/score", json=request)
    assert answer.status_code == 200, answer.text
    return ScoreAnswer.model_validate_json(answer.content)


def _few(request: Request) -> Request:
    return family(request, request["children"][0]["child_id"])


def test_a_few_and_many_children_get_duties_without_scores(
    client: httpx.Client, county_request: Request, suspended: str
) -> None:
    assert suspended
    assert len(county_request["children"]) > limits().record_children
    for request in (_few(county_request), county_request):
        found = _answer(client, request)
        assert found.counts.suspended > 0
        assert found.counts.scored == 0
        for record in found.records:
            assert (record.score, record.band, record.raised_by) == (None, None, [])
            if record.status == "suspended":
                assert "suspended" in (record.reason or "")


def test_duties_and_their_order_stay_what_they_were(
    server: Server, client: httpx.Client, county_request: Request, suspended: str
) -> None:
    assert suspended
    without = [(one.child_id, one.duty) for one in _answer(client, county_request).records if one.duty]
    held = suspensions_file(server.home).read_bytes()
    write_suspensions(server.home, {})
    found = _answer(client, county_request)
    suspensions_file(server.home).write_bytes(held)
    assert found.counts.suspended == 0
    assert found.counts.scored > 0
    assert without == [(one.child_id, one.duty) for one in found.records if one.duty]
    assert without


def test_a_child_is_not_explained_by_a_suspended_score(
    client: httpx.Client, county_request: Request, suspended: str
) -> None:
    assert suspended
    request = _few(county_request)
    child = _answer(client, request).records[0].child_id
    answer = client.post("/v1/explain", json={**request, "child_id": child})
    found = ExplainAnswer.model_validate_json(answer.content)
    assert (found.record.status, found.contributions) == ("suspended", [])


def test_when_it_cannot_be_told_whose_scores_are_suspended_nobody_is_scored(
    server: Server, client: httpx.Client, county_request: Request, suspended: str
) -> None:
    assert suspended
    suspensions_file(server.home).write_text("{", encoding="utf-8")
    answer = client.post("/v1/score", json=_few(county_request))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "suspensions_unreadable")
