"""The service gives the batch's answer: every child of a county, by frames and by records, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from features.area import area_table
from features.ledger.store import LedgerStore
from serving.batch.folder import ScoreFolder
from tests.builders import default_definition
from tests.serving.service.requests import family

EXACT = ("score", "probability", "status", "household_id", "region_code", "data_age_days")


def check(record: dict[str, Any], row: dict[str, Any]) -> None:
    """A record of an answer against the batch's row of the same child."""
    assert {name: record[name] for name in EXACT} == {name: row[name] for name in EXACT}
    assert record["reason_code"] == row["no_score_reason"]
    assert [fact["feature"] for fact in record["facts_outside"]] == (row["facts_outside"] or [])
    assert (record["band"] or {}).get("code") == row["band"]
    assert (record["duty"] or {}).get("rule") == row["duty_rule"]
    assert (record["duty"] or {}).get("due_on") == (row["duty_due_on"] and str(row["duty_due_on"]))
    assert record["official_level"]["code"] == row["official_level"]
    for said, kept in (("raised_by", "reasons_up"), ("lowered_by", "reasons_down")):
        wanted = [{**reason, "date": reason["date"] and str(reason["date"])} for reason in row[kept] or ()]
        seen = [{name: reason[name] for name in reason if name != "text"} for reason in record[said]]
        assert seen == wanted
    assert (
        record["domains_likely"] == row["domains_likely"]
        or [domain["domain"] for domain in record["domains_likely"]] == row["domains_likely"]
    )
    assert [known["feature"] for known in record["not_known"]] == (row["not_known"] or [])


def test_a_county_in_one_request_is_the_batch(
    client: httpx.Client, county_request: dict[str, Any], scored: ScoreFolder
) -> None:
    answer = client.post("/v1/score", json=county_request)
    assert answer.status_code == 200, answer.text[:500]
    found = answer.json()
    batch = scored.read(county_request["region"])
    rows = {row["child_id"]: row for row in batch.to_dicts()}
    records = [record for record in found["records"] if record["household_id"] is not None]
    assert {record["status"] for record in records} == {"scored", "refused", "no_score"}
    assert found["model_id"] == scored.manifest.model_id
    assert found["area_as_of"] == county_request["as_of"]
    assert found["faults"] == []
    assert found["counts"]["invalid"] == 0
    assert {record["child_id"] for record in records} == set(rows)
    for record in records:
        check(record, rows[record["child_id"]])
        assert record["rank"] == rows[record["child_id"]]["rank_county"]
        assert record["household_driver"] == rows[record["child_id"]]["household_driver"]


@pytest.mark.parametrize("place", [0, 7, 31])
def test_a_family_alone_is_the_batch(
    client: httpx.Client, county_request: dict[str, Any], scored: ScoreFolder, place: int
) -> None:
    row = scored.read(county_request["region"]).row(place, named=True)
    answer = client.post("/v1/score", json=family(county_request, row["child_id"]))
    assert answer.status_code == 200, answer.text
    records = {record["child_id"]: record for record in answer.json()["records"]}
    check(records[row["child_id"]], row)


def test_totals_sent_with_a_request_count_like_stored_ones(
    client: httpx.Client, county_request: dict[str, Any], scored: ScoreFolder, ledger: Path
) -> None:
    county, day = county_request["region"], scored.manifest.as_of
    tables = LedgerStore.open(ledger).read(county).tables
    totals = area_table(tables, default_definition(), day, county=county).to_dicts()
    row = scored.read(county).row(0, named=True)
    request = family(county_request, row["child_id"]) | {"area": totals}
    answer = client.post("/v1/score", json=request).json()
    check(next(record for record in answer["records"] if record["child_id"] == row["child_id"]), row)


def test_every_contribution_of_a_child_adds_up_to_its_score(
    client: httpx.Client, county_request: dict[str, Any], scored: ScoreFolder
) -> None:
    row = scored.read(county_request["region"]).filter(status="scored").row(3, named=True)
    request = {**family(county_request, row["child_id"]), "child_id": row["child_id"]}
    answer = client.post("/v1/explain", json=request)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    check(found["record"], row)
    total = found["mean_score"] + sum(each["contribution"] for each in found["contributions"])
    assert abs(total - row["score"]) < 1e-9
    assert all(each["text"] for each in found["contributions"])
