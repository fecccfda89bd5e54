"""Scoring a region: the same bytes however many processes, and every mistake said with the next step."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition.loader import DEFINITIONS
from features.ledger.store import LedgerStore
from models.policy.policy import POLICIES
from models.release.current import ReleaseStore
from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, score_region
from serving.batch.tasks import SCORE_COLUMNS
from tests.serving.conftest import AS_OF


@pytest.fixture
def request_(ledger: Path, released_home: Path, tmp_path: Path) -> ScoreRequest:
    return ScoreRequest(ledger, "", AS_OF, tmp_path / "scores", released_home, workers=1)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_two_processes_give_the_bytes_of_one(request_: ScoreRequest, scored: ScoreFolder) -> None:
    told: list[tuple[int, int]] = []
    manifest = score_region(replace(request_, workers=2), lambda done, total, _note="": told.append((done, total)))
    assert _bytes(request_.out) == _bytes(scored.folder)
    assert manifest == scored.manifest
    assert told[-1] == (3, 3)


def test_a_folder_holds_a_file_per_county_with_the_declared_columns(scored: ScoreFolder) -> None:
    counties = scored.counties()
    names = {f"{county}.parquet" for county in counties} | {f"area/{county}.parquet" for county in counties}
    assert set(scored.manifest.files) == names
    assert set(_bytes(scored.folder)) == names | {"manifest.json"}
    for name, digest in scored.manifest.files.items():
        assert hashlib.sha256((scored.folder / name).read_bytes()).hexdigest() == digest
    for county in counties:
        assert tuple(scored.read(county).columns) == SCORE_COLUMNS


def test_the_manifest_counts_what_the_files_hold(scored: ScoreFolder, ledger: Path) -> None:
    rows = pl.concat([scored.read(county) for county in scored.counties()])
    counts = scored.manifest.counts()
    assert counts["children"] == rows.height == counts["scored"] + counts["refused"] + counts["no_score"]
    assert counts["households"] == rows["household_id"].n_unique()
    assert counts["duties"] == rows["duty"].sum()
    assert counts["overdue"] == (rows["duty_due_on"] < AS_OF).sum()
    assert counts["refused"] > 0
    assert scored.manifest.simulated is True
    assert scored.manifest.ledger_hash == LedgerStore.open(ledger).content_hash()
    assert set(rows["model_id"]) == {scored.manifest.model_id}


def test_one_county_has_the_scores_it_has_in_the_province(request_: ScoreRequest, scored: ScoreFolder) -> None:
    county = scored.counties()[1]
    score_region(replace(request_, region=county))
    alone = ScoreFolder.open(request_.out)
    assert alone.counties() == (county,)
    rows = alone.read(county)
    assert rows.drop("rank_region").equals(scored.read(county).drop("rank_region"))
    assert rows["rank_region"].equals(rows["rank_county"].alias("rank_region"))


def test_a_township_is_a_part_of_its_county(request_: ScoreRequest, scored: ScoreFolder) -> None:
    county = scored.counties()[0]
    township = scored.read(county)["region_code"].drop_nulls()[0][:9]
    score_region(replace(request_, region=township))
    rows = ScoreFolder.open(request_.out).read(county)
    whole = scored.read(county).filter(pl.col("region_code").str.starts_with(township))
    assert rows.drop("rank_region").equals(whole.drop("rank_region"))
    assert rows["rank_region"].max() == rows["household_id"].n_unique()


def test_a_policy_file_holds_everywhere(request_: ScoreRequest) -> None:
    manifest = score_region(replace(request_, policy=POLICIES / "plain.toml"))
    (policy,) = manifest.policies
    assert policy.id.startswith("plain@")
    assert policy.counties == tuple(facts.county for facts in manifest.counties)
    assert all(rule.startswith("open_finding:") for rule in policy.rules)


def test_an_earlier_day_knows_less(request_: ScoreRequest, scored: ScoreFolder) -> None:
    earlier = score_region(replace(request_, as_of=AS_OF - timedelta(days=365)))
    newest = earlier.newest_recorded_on()
    assert newest is not None
    assert newest <= AS_OF - timedelta(days=365)
    assert earlier.counts() != scored.manifest.counts()


def test_old_data_carry_a_warning(request_: ScoreRequest) -> None:
    manifest = score_region(replace(request_, as_of=AS_OF + timedelta(days=60)))
    alarms = {alarm.kind: alarm for alarm in manifest.alarms}
    assert len(alarms["old_data"].counties) == 3
    outside = tuple(facts.county for facts in manifest.counties if facts.outside_with_finding)
    assert outside
    assert alarms["findings_outside_cohort"].counties == outside
    assert "old_data" in (request_.out / "manifest.json").read_text(encoding="utf-8")


def test_a_release_can_be_named(request_: ScoreRequest, scored: ScoreFolder) -> None:
    named = replace(request_, region=scored.counties()[0], release=scored.manifest.model_id[:6])
    assert score_region(named).model_id == scored.manifest.model_id


def _refusal(request: ScoreRequest) -> UserError:
    with pytest.raises(UserError) as caught:
        score_region(request)
    assert not request.out.exists()
    assert caught.value.hint
    return caught.value


def test_without_a_release_nothing_is_scored(request_: ScoreRequest, tmp_path: Path) -> None:
    assert "no model is released" in _refusal(replace(request_, home=tmp_path / "nothing")).message


def test_an_unknown_release_is_refused(request_: ScoreRequest) -> None:
    assert "no model 'zz'" in _refusal(replace(request_, release="zz")).message


@pytest.mark.parametrize("region", ["99", "999999", "52x", "5200010010011"])
def test_a_region_the_ledger_does_not_hold_names_the_counties(
    request_: ScoreRequest, scored: ScoreFolder, region: str
) -> None:
    refusal = _refusal(replace(request_, region=region))
    assert region in refusal.message
    assert all(county in refusal.hint for county in scored.counties())


def test_a_village_without_children_is_refused(request_: ScoreRequest, scored: ScoreFolder) -> None:
    assert "no child to order" in _refusal(replace(request_, region=scored.counties()[0] + "999999")).message


def test_a_day_before_the_data_names_the_first_day(request_: ScoreRequest) -> None:
    refusal = _refusal(replace(request_, as_of=date(2019, 1, 1)))
    assert "nothing was recorded" in refusal.message
    first = date.fromisoformat(refusal.hint.split("the first record is of ")[1][:10])
    assert date(2019, 1, 1) < first < AS_OF


def test_a_day_before_any_policy_is_refused(request_: ScoreRequest) -> None:
    assert "no policy is in force" in _refusal(replace(request_, as_of=date(2010, 1, 1))).message


def test_another_definition_than_the_ledgers_is_refused(request_: ScoreRequest) -> None:
    with pytest.raises(UserError, match="no definition 'other'"):
        score_region(replace(request_, definition="other"))


def _copied_home(released_home: Path, tmp_path: Path) -> tuple[Path, Path]:
    home = tmp_path / "home-copy"
    shutil.copytree(released_home, home)
    return home, ReleaseStore(home).current()


@pytest.mark.parametrize("file", ["booster.txt", "calibration.json", "contract.json", "manifest.json"])
def test_a_corrupted_release_scores_nothing_and_leaves_the_old_scores(
    request_: ScoreRequest, scored: ScoreFolder, released_home: Path, tmp_path: Path, file: str
) -> None:
    shutil.copytree(scored.folder, request_.out)
    home, bundle = _copied_home(released_home, tmp_path)
    path = bundle / file
    path.write_bytes(path.read_bytes()[:-20] + b"1")
    with pytest.raises(UserError):
        score_region(replace(request_, home=home))
    assert _bytes(request_.out) == _bytes(scored.folder)


def test_a_release_of_another_contract_is_refused(request_: ScoreRequest, tmp_path: Path) -> None:
    definition = tmp_path / "left_behind"
    shutil.copytree(DEFINITIONS / "left_behind", definition)
    features = definition / "features.toml"
    text = features.read_text(encoding="utf-8")
    extra = '[features.more]\noperator = "age"\ntable = "children"\ncolumn = "birth_date"\nzh = "年龄"\nen = "age"\n'
    says = 'range = [0, 16]\nsays = { zh = "{value}", en = "{value}" }\n'
    features.write_text(f"{text}\n{extra}{says}", encoding="utf-8")
    refusal = _refusal(replace(request_, definition=str(definition)))
    assert "made for the features of definition" in refusal.message


def test_a_broken_policy_file_is_refused(request_: ScoreRequest, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[policy]\n", encoding="utf-8")
    assert "policy.toml" in _refusal(replace(request_, policy=tmp_path / "policy.toml")).message


def test_the_manifest_is_plain_json(scored: ScoreFolder) -> None:
    raw = json.loads((scored.folder / "manifest.json").read_text(encoding="utf-8"))
    assert raw["as_of"] == AS_OF.isoformat()
    assert raw["cutoffs"]["go_first"] > raw["cutoffs"]["soon"]
    assert raw["policies"][0]["rules"]
