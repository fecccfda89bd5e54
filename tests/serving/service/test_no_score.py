"""Children the model cannot speak of, over HTTP: the batch's status, reason and facts, from the next request on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.definition import Label
from features.ledger.manifest import MANIFEST
from features.ledger.store import LedgerStore
from models.calibration import Calibration
from models.release.current import ReleaseStore
from models.release.regions import (
    LocalCalibration,
    Reason,
    RegionVerdict,
    calibration_file,
    county_sha256,
    region_state,
    verdict_file,
    write_calibration,
    write_verdict,
)
from serving.batch.folder import ScoreFolder
from serving.service.answer_models import ExplainAnswer, ScoreAnswer
from serving.service.settings import limits
from tests.serving.service.conftest import Server
from tests.serving.service.requests import family

Request = dict[str, Any]


@pytest.fixture
def not_fit(server: Server, county_request: Request) -> Iterator[str]:
    """The county of the request, which the release does not fit while a test runs."""
    county = str(county_request["region"])
    model_id = ReleaseStore(server.home).current().name
    reasons = (Reason("inputs", Label("分布不同", "spread differently")),)
    write_verdict(server.home, RegionVerdict(county, "not_fit", "2018-06-30", model_id, "", "", reasons, 5, ""))
    yield county
    verdict_file(server.home, county).unlink()


def _answer(client: httpx.Client, request: Request) -> ScoreAnswer:
    answer = client.post("/v1/score", json=request)
    assert answer.status_code == 200, answer.text
    return ScoreAnswer.model_validate_json(answer.content)


def test_a_few_and_many_children_of_a_county_that_does_not_fit_get_duties_alone(
    client: httpx.Client, county_request: Request, not_fit: str
) -> None:
    assert not_fit
    few = family(county_request, county_request["children"][0]["child_id"])
    assert len(county_request["children"]) > limits().record_children
    for request in (few, county_request):
        found = _answer(client, request)
        assert found.region_check == "not_fit"
        assert found.counts.scored == 0
        assert found.counts.no_score > 0
        for record in found.records:
            assert (record.score, record.band, record.raised_by) == (None, None, [])
            if record.reason_code == "region_not_fit":
                assert "does not fit" in (record.reason or "")


def test_once_the_verdict_is_gone_children_are_scored_again(client: httpx.Client, county_request: Request) -> None:
    found = _answer(client, county_request)
    assert found.region_check == "not_checked"
    assert found.counts.scored > 0


def test_a_child_outside_is_told_and_explained_as_in_the_batch(
    client: httpx.Client, county_request: Request, scored: ScoreFolder
) -> None:
    rows = {row["child_id"]: row for row in scored.read(county_request["region"]).to_dicts()}
    outside = [row for row in rows.values() if row["no_score_reason"] == "outside_support"]
    assert outside
    for row in outside:
        request = family(county_request, row["child_id"])
        found = {record.child_id: record for record in _answer(client, request).records}[row["child_id"]]
        assert (found.status, found.reason_code) == ("no_score", "outside_support")
        assert [fact.feature for fact in found.facts_outside] == row["facts_outside"]
        assert all(fact.text in (found.reason or "") for fact in found.facts_outside)
        answer = client.post("/v1/explain", json={**request, "child_id": row["child_id"]})
        said = ExplainAnswer.model_validate_json(answer.content)
        assert (said.record.status, said.contributions) == ("no_score", [])


def test_a_calibration_of_the_county_changes_chances_alone(
    server: Server, client: httpx.Client, county_request: Request
) -> None:
    county, own = str(county_request["region"]), Calibration(1.2, -0.5)
    few = family(county_request, county_request["children"][0]["child_id"])
    before = _answer(client, county_request)
    kept = LocalCalibration(county, ReleaseStore(server.home).current().name, own, "pilot", "")
    write_calibration(server.home, kept)
    try:
        after = _answer(client, county_request)
        alone = _answer(client, few)
    finally:
        calibration_file(server.home, county).unlink()
    assert (before.own_calibration, after.own_calibration) == (False, True)
    assert [one.score for one in after.records] == [one.score for one in before.records]
    said = {one.child_id: one.probability for one in after.records}
    for record in before.records:
        if record.score is not None:
            assert said[record.child_id] == pytest.approx(1 / (1 + 2.718281828459045 ** -(1.2 * record.score - 0.5)))
    assert all(said[one.child_id] == one.probability for one in alone.records)


def test_a_check_holds_until_an_import_as_in_the_batch(
    client: httpx.Client, county_request: Request, server: Server, ledger: Path
) -> None:
    """The service sees of the ledger no row, and yet when its rows change."""
    county, model_id = str(county_request["region"]), ReleaseStore(server.home).current().name
    request = family(county_request, county_request["children"][0]["child_id"])
    store = LedgerStore.open(ledger)
    manifest = server.home / "ledger" / MANIFEST
    manifest.parent.mkdir()
    sha256 = county_sha256(store, county)
    write_verdict(server.home, RegionVerdict(county, "fit", "2018-06-30", model_id, sha256, "", (), 5, ""))
    try:
        assert _answer(client, request).region_check == "not_checked"
        manifest.write_text(store.manifest.to_json(), encoding="utf-8")
        assert _answer(client, request).region_check == "fit"
        imported = manifest.read_text(encoding="utf-8").replace(store.manifest.counties[county]["visits"].sha256, "new")
        (server.home / "new").write_text(imported, encoding="utf-8")
        (server.home / "new").replace(manifest)
        assert _answer(client, request).region_check == "not_checked"
        state = region_state(server.home, county, model_id, county_sha256(LedgerStore.open(manifest.parent), county))
        assert state.standing == "not_checked"
    finally:
        verdict_file(server.home, county).unlink()
        shutil.rmtree(manifest.parent)
