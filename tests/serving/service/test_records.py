"""One bad record never fails others: statuses and faults, by family."""

from __future__ import annotations

import copy
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from serving.batch.folder import ScoreFolder
from serving.service.answer_models import ErrorAnswer, ExplainAnswer, ModelAnswer, ScoreAnswer
from tests.serving.service.requests import family
from tests.serving.service.test_parity import check

Request = dict[str, Any]


@pytest.fixture
def two(county_request: Request, scored: ScoreFolder) -> tuple[Request, dict[str, Any], dict[str, Any]]:
    """A request of two families, and the batch's row of a child of each."""
    rows = scored.read(county_request["region"]).filter(status="scored").to_dicts()
    one = rows[0]
    other = next(row for row in rows if row["household_id"] != one["household_id"])
    parts = [family(county_request, row["child_id"]) for row in (one, other)]
    joined = {name: value if isinstance(value, str) else [*value, *parts[1][name]] for name, value in parts[0].items()}
    return copy.deepcopy(joined), one, other


def answered(client: httpx.Client, request: Request) -> dict[str, dict[str, Any]]:
    answer = client.post("/v1/score", json=request)
    assert answer.status_code == 200, answer.text
    TypeAdapter(ScoreAnswer).validate_json(answer.content)
    return {record["child_id"]: record for record in answer.json()["records"]}


FAULTS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a code nobody knows": ("children", {"schooling": "college"}, "schooling", "value"),
    "a number out of range": ("households", {"distance_school_km": -1}, "distance_school_km", "value"),
    "a text for a number": ("households", {"distance_school_km": "3"}, "distance_school_km", "value"),
    "a number for yes or no": ("children", {"boarding": 1}, "boarding", "value"),
    "an impossible date": ("children", {"birth_date": "2010-02-30"}, "birth_date", "value"),
    "seconds for a date": ("children", {"birth_date": 1262304000}, "birth_date", "value"),
    "a date after the record": ("children", {"birth_date": "2090-01-01"}, "birth_date", "order"),
    "a column nobody knows": ("children", {"nickname": "x"}, "nickname", "unknown field"),
    "no birth date": ("children", {"birth_date": None}, "birth_date", "required"),
    "no day of record": ("children", {"recorded_on": None}, "recorded_on", "value"),
    "a region of letters": ("households", {"region_code": "abc"}, "region_code", "value"),
    "another's record number": ("children", {"row_id": "twice"}, "row_id", "record number used"),
    "taking back nothing": ("children", {"retracts": "nowhere"}, "retracts", "retracts"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_row_costs_its_own_family_and_no_other(
    client: httpx.Client, two: tuple[Request, dict[str, Any], dict[str, Any]], name: str
) -> None:
    request, bad, good = two
    table, change, field, rule = FAULTS[name]
    key = "child_id" if table == "children" else "household_id"
    mine = [row for row in request[table] if row[key] == bad[key]]
    mine[-1].update(change)
    if "row_id" in change:
        request[table].append({**mine[-1], "valid_from": "2016-01-01"})
    records = answered(client, request)
    record = records[bad["child_id"]]
    assert (record["status"], record["score"], record["duty"]) == ("invalid", None, None)
    assert {"table": table, "field": field, "rule": rule}.items() <= {
        key: value for fault in record["faults"] if fault["field"] == field for key, value in fault.items()
    }.items()
    assert records[good["child_id"]]["rank"] == 1
    check(records[good["child_id"]], good)


def test_rows_that_are_no_objects_or_name_nobody_are_faults_of_the_request(
    client: httpx.Client, two: tuple[Request, dict[str, Any], dict[str, Any]]
) -> None:
    request, _, good = two
    request["visits"] += [5, {"visit_id": None}, None]
    answer = client.post("/v1/score", json=request).json()
    assert {fault["row"] for fault in answer["faults"]} == {len(request["visits"]) - back for back in (1, 2, 3)}
    check(next(record for record in answer["records"] if record["child_id"] == good["child_id"]), good)


def test_a_reference_that_leads_nowhere_is_a_fault(
    client: httpx.Client, two: tuple[Request, dict[str, Any], dict[str, Any]]
) -> None:
    request, bad, good = two
    request["households"] = [row for row in request["households"] if row["household_id"] != bad["household_id"]]
    records = answered(client, request)
    assert records[bad["child_id"]]["status"] == "invalid"
    assert records[bad["child_id"]]["faults"][0]["rule"] == "reference"
    check(records[good["child_id"]], good)


def test_every_child_without_a_score_is_told_why(client: httpx.Client, county_request: Request) -> None:
    request = {**family(county_request, county_request["children"][0]["child_id"]), "area": []}
    child = request["children"][0]
    base = {name: value for name, value in child.items() if name != "row_id"}
    recorded = request["as_of"]
    request["children"] = [
        {**base, "child_id": "closed", "file_status": "moved"},
        {**base, "child_id": "later", "valid_from": "2050-01-01", "recorded_on": "2050-01-01"},
        {**base, "child_id": "refused", "model_refused_on": recorded, "recorded_on": recorded},
    ]
    request |= {"visits": [], "assessments": [], "findings": []}
    records = answered(client, request)
    assert {child: record["status"] for child, record in records.items()} == {
        "closed": "not_in_cohort", "later": "no_score", "refused": "refused"
    }  # fmt: skip
    assert all(record["reason"] and record["score"] is None for record in records.values())
    elsewhere = answered(client, {**request, "region": "110101"})
    assert elsewhere["closed"]["status"] == "no_score"


def test_the_words_are_in_the_language_asked_for(
    client: httpx.Client, two: tuple[Request, dict[str, Any], dict[str, Any]]
) -> None:
    request, _, good = two
    said = {
        language: answered(client, {**request, "language": language})[good["child_id"]] for language in ("zh", "en")
    }
    assert said["zh"]["score"] == said["en"]["score"]
    assert said["zh"]["official_level"]["text"] != said["en"]["official_level"]["text"]
    assert [reason["feature"] for reason in said["zh"]["raised_by"]] == [r["feature"] for r in said["en"]["raised_by"]]


def test_a_child_that_is_not_there_cannot_be_explained(client: httpx.Client, county_request: Request) -> None:
    request = family(county_request, county_request["children"][0]["child_id"])
    answer = client.post("/v1/explain", json={**request, "child_id": "nobody"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_such_child")
    ErrorAnswer.model_validate_json(answer.content)


def test_explanations_of_children_without_a_score_say_so(client: httpx.Client, county_request: Request) -> None:
    request = copy.deepcopy(family(county_request, county_request["children"][0]["child_id"]))
    request["children"][-1]["boarding"] = "?"
    answer = client.post("/v1/explain", json={**request, "child_id": request["children"][-1]["child_id"]})
    found = ExplainAnswer.model_validate_json(answer.content)
    assert (found.record.status, found.contributions, found.mean_score) == ("invalid", [], None)


def test_the_model_says_what_it_is(client: httpx.Client, scored: ScoreFolder) -> None:
    found = ModelAnswer.model_validate_json(client.get("/v1/model").content)
    assert found.model_id == scored.manifest.model_id
    assert found.card
    assert len(found.features) > 20
    assert found.releases is not None
    assert [(move.action, move.model_id) for move in found.releases] == [("promote", found.model_id)]


def test_a_day_before_any_policy_cannot_be_asked_for(client: httpx.Client, county_request: Request) -> None:
    request = family(county_request, county_request["children"][0]["child_id"]) | {"as_of": "1999-01-01"}
    answer = client.post("/v1/score", json=request)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_policy")


def test_the_example_of_the_documents_can_be_sent_as_it_is(client: httpx.Client) -> None:
    document = client.get("/docs.json").json()
    for path in ("/v1/score", "/v1/explain"):
        content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        answer = client.post(path, json=content["examples"]["family"]["value"])
        assert answer.status_code == 200, answer.text
        record = answer.json().get("record") or answer.json()["records"][0]
        assert record["status"] == "no_score", "a family alone, with its parents' whereabouts not known"
        assert {fact["feature"] for fact in record["facts_outside"]} >= {"village_children"}
