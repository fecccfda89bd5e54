"""A county like those the model learned from is fit; one with foreign and empty columns is not, with reasons."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from models.release.regions import county_sha256, read_verdict, region_state
from tests.training.region.conftest import AS_OF, OWNER
from training.region.accept import Accept, accept
from training.region.check import Checked, CheckRequest, check_region, release_of


def _request(ledger: Path, home: Path, **changed: object) -> CheckRequest:
    return replace(CheckRequest(ledger, home, "", AS_OF, load_definition(), workers=1), **changed)  # type: ignore[arg-type]


def test_counties_the_model_learned_from_are_not_refused(checked: tuple[Checked, ...]) -> None:
    assert len(checked) == 3
    assert "not_fit" not in {one.verdict.fit for one in checked}
    assert max(one.judged.look.outside_share for one in checked) < 0.03
    assert {one.judged.blind for one in checked} == {()}


def test_a_county_with_foreign_and_empty_columns_is_not_fit(foreign: Checked) -> None:
    assert foreign.verdict.fit == "not_fit"
    assert "columns" in {one.code for one in foreign.verdict.reasons}
    assert set(foreign.judged.empty) >= {"boarding", "dwelling", "water"}
    assert foreign.judged.changed > 10
    assert all(one.words.zh != one.words.en for one in foreign.verdict.reasons)


def test_a_newly_investigated_county_is_told_why_it_is_unlike(
    province: Path, county: str, home: Path, tmp_path: Path, checked: tuple[Checked, ...]
) -> None:
    """Children and households and nothing else: what is wrong is not the county's records but that nobody went yet."""
    folder = tmp_path / "sent" / county
    folder.mkdir(parents=True)
    for table in ("children", "households"):
        shutil.copy(province / county / f"{table}.parquet", folder)
    import_folder(tmp_path / "sent", tmp_path / "ledger", load_definition())
    (found,) = check_region(_request(tmp_path / "ledger", home))
    assert found.verdict.fit == "not_fit"
    assert "history" in {one.code for one in found.verdict.reasons}
    assert not any("history" in {one.code for one in other.verdict.reasons} for other in checked)


def test_what_moved_is_named_and_what_did_not_is_not(foreign: Checked) -> None:
    shifts = {one.feature.name: one for one in foreign.judged.shifts}
    assert shifts["distance_school"].moved
    assert shifts["dwelling"].gone
    assert not shifts["age"].moved
    assert not shifts["age"].gone


def test_the_verdict_is_kept_for_the_release_and_the_ledger(
    checked: tuple[Checked, ...], shared_home: Path, ledger: Path
) -> None:
    store = LedgerStore.open(ledger)
    for one in checked:
        county = one.verdict.county
        assert read_verdict(shared_home, county) == one.verdict
        sha256 = county_sha256(store, county)
        assert region_state(shared_home, county, one.verdict.model_id, sha256).standing == one.verdict.fit
        assert region_state(shared_home, county, one.verdict.model_id, "other").standing == "not_checked"
        assert region_state(shared_home, county, "another model", sha256).standing == "not_checked"


def test_the_report_holds_itself_speaks_both_languages_and_names_nobody(
    foreign: Checked, checked: tuple[Checked, ...], ledger: Path
) -> None:
    for one in (foreign, *checked):
        assert one.page is not None
        html = one.page.read_text(encoding="utf-8")
        assert "http://" not in html.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in html
        for words in ("结论", "Verdict", "登记了什么", "What cannot be seen here", "<svg"):
            assert words in html
        data = json.loads(one.page.with_suffix(".json").read_text(encoding="utf-8"))
        assert data["verdict"]["fit"] == one.verdict.fit
    tables = LedgerStore.open(ledger).read(checked[0].verdict.county).tables
    said = checked[0].page.read_text(encoding="utf-8") if checked[0].page else ""
    assert not any(child in said for child in tables["children"]["child_id"].unique())


def test_without_evidence_groups_and_expectations_are_not_known(ledger: Path, home: Path) -> None:
    release = release_of(home, load_definition())
    (home / "evidence").rename(home / "elsewhere")
    bare = release_of(home, load_definition())
    assert release.groups is not None
    assert bare.groups is None
    (one, *_) = check_region(_request(ledger, home, out=home / "out"))
    assert one.judged.elsewhere is None
    assert one.page is not None
    assert "Not known: there is no leave-one-county-out evidence" in one.page.read_text(encoding="utf-8")


def test_expected_performance_comes_from_the_audit(ledger: Path, home: Path) -> None:
    model = release_of(home, load_definition()).model_id
    ends = {"value": 0.3, "lower": 0.2, "upper": 0.4}
    left_out = {"groups": 3, "new": ends, "known": ends}
    for random, codes in ((0.1, set[str]()), (0.25, {"expected"})):
        data = {"county": left_out, "random": {"value": random, "lower": None, "upper": None}}
        audit = {"sections": {"new_county": {"data": data}}}
        (home / "evidence" / model / "audit.json").write_text(json.dumps(audit), encoding="utf-8")
        (one, *_) = check_region(_request(ledger, home, out=home / "out"))
        assert {reason.code for reason in one.verdict.reasons} & {"expected"} == codes
        assert one.page is not None
        assert "In 3 counties left out of learning 30.0 (20.0–40.0)" in one.page.read_text(encoding="utf-8")


def test_a_region_not_there_or_not_yet_known_is_refused(ledger: Path, home: Path) -> None:
    with pytest.raises(UserError, match="no county of region '99'"):
        check_region(_request(ledger, home, region="99"))
    with pytest.raises(UserError, match="nothing was recorded"):
        check_region(_request(ledger, home, as_of=date(1990, 1, 1)))


def test_a_small_county_calls_for_care(ledger: Path, home: Path, tmp_path: Path) -> None:
    from training.region.criteria import CRITERIA

    strict = tmp_path / "criteria.toml"
    text = CRITERIA.read_text(encoding="utf-8").replace("care_children = 100 ", "care_children = 9999 ")
    strict.write_text(text, encoding="utf-8")
    found = check_region(_request(ledger, home, criteria=strict))
    assert {"size"} <= {reason.code for reason in found[0].verdict.reasons}
    assert {one.verdict.fit for one in found} == {"with_care"}


def test_the_owner_accepts_by_name_and_reason_until_a_check_finds_something_else(
    unlike: Path, home: Path, county: str
) -> None:
    with pytest.raises(UserError, match="no verdict says"):
        accept(home, Accept(county, OWNER, "why"))
    (found,) = check_region(_request(unlike, home))
    assert region_state(home, county, found.verdict.model_id).blocked
    with pytest.raises(UserError, match="for a reason"):
        accept(home, Accept(county, OWNER, " "))
    with pytest.raises(UserError, match="has no key here"):
        accept(home, Accept(county, "Nobody", "why"))
    kept = accept(home, Accept(county, OWNER, "the columns come in July"))
    assert kept.accepted is not None
    assert not region_state(home, county, found.verdict.model_id).blocked
    (again,) = check_region(_request(unlike, home))
    assert again.verdict.accepted == kept.accepted
    fewer = replace(kept, reasons=kept.reasons[:1])
    assert again.verdict.keeping(kept).accepted is not None
    assert replace(again.verdict, accepted=None).keeping(fewer).accepted is None
    lines = (home / "regions" / "regions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["check", "accept", "check"]
