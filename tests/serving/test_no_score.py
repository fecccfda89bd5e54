"""Children the model cannot speak of: outside its support, or in a county it does not fit. Duties order visits."""

from __future__ import annotations

import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from features.cli.console import UserError
from features.definition import Label, load_definition
from features.ledger.store import LedgerStore
from models.calibration import Calibration
from models.release.current import ReleaseStore
from models.release.regions import (
    Acceptance,
    Fit,
    LocalCalibration,
    Reason,
    RegionVerdict,
    county_sha256,
    verdict_file,
    write_calibration,
    write_verdict,
)
from serving.batch.alarms import region_alarms
from serving.batch.county import NO_SCORE, OUTSIDE_SUPPORT, REGION_NOT_FIT, SCORED
from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, score_region
from serving.batch.standing import standings
from serving.cases import NO_SCORE_WORDS, no_score_words
from serving.explain_case import ExplainRequest, explain_case
from serving.listing import after_duties, top_of
from serving.page.render import render_page
from serving.terminal import print_case, print_summary, print_top
from tests.serving.conftest import AS_OF

JUDGED = ("score", "probability", "band", "reasons_up", "reasons_down", "not_known", "domains_likely")


def _verdict(home: Path, ledger: Path, county: str, fit: Fit) -> RegionVerdict:
    store = LedgerStore.open(ledger)
    return RegionVerdict(
        county=county,
        fit=fit,
        as_of=AS_OF.isoformat(),
        model_id=ReleaseStore(home).current().name,
        ledger_sha256=county_sha256(store, county),
        criteria_sha256="c",
        reasons=(Reason("inputs", Label("分布不同", "spread differently")),),
        children=5,
        checked_at="2026-07-01T00:00:00+00:00",
    )


@pytest.fixture
def home(released_home: Path, tmp_path: Path) -> Path:
    """A copy of the released home that a test may change."""
    copy = tmp_path / "home"
    shutil.copytree(released_home, copy)
    return copy


def _score(ledger: Path, home: Path, out: Path, county: str) -> ScoreFolder:
    score_region(ScoreRequest(ledger, county, AS_OF, out, home, workers=1))
    return ScoreFolder.open(out)


def _shown(print_it: object, *arguments: object) -> str:
    text = StringIO()
    assert callable(print_it)
    print_it(*arguments, Console(file=text, width=200))
    return text.getvalue()


def _outside(scored: ScoreFolder) -> pl.DataFrame:
    rows = pl.concat([scored.read(county) for county in scored.counties()])
    return rows.filter(pl.col("no_score_reason") == OUTSIDE_SUPPORT)


def test_the_few_who_are_odd_in_two_ways_have_no_score_and_each_says_why(scored: ScoreFolder) -> None:
    found, counts = _outside(scored), scored.manifest.counts()
    assert 0 < found.height == counts["no_score"] <= 0.03 * counts["children"]
    assert set(found["status"]) == {NO_SCORE}
    assert all(found[name].null_count() == found.height for name in JUDGED)
    assert any({"age", "distance_school"} <= set(facts) for facts in found["facts_outside"])
    assert found["facts_outside"].list.len().is_between(2, 3).all()


def test_outside_children_come_last_after_duties_and_scores(scored: ScoreFolder) -> None:
    for county in scored.counties():
        rows = scored.read(county).filter("household_driver").sort("rank_county")
        undue = rows.filter(~pl.col("duty"))
        without = undue["score"].is_null()
        assert without.is_sorted()
        assert (undue.filter(without)["status"] != SCORED).all()


def test_a_child_outside_is_explained_in_both_languages(scored: ScoreFolder, ledger: Path, released_home: Path) -> None:
    row = _outside(scored).row(0, named=True)
    explained = explain_case(ExplainRequest(ledger, row["child_id"], AS_OF, released_home))
    labels = explained.words.labels
    assert explained.row["facts_outside"] == row["facts_outside"]
    shown = _shown(print_case, explained, ("zh", "en"))
    for words in (NO_SCORE_WORDS[OUTSIDE_SUPPORT], *(labels[name] for name in row["facts_outside"])):
        assert words.zh in shown.replace("\n", "")
        assert words.en in shown.replace("\n", " ")


def test_a_county_never_checked_is_scored_and_warned_of(scored: ScoreFolder) -> None:
    (alarm,) = [one for one in scored.manifest.alarms if one.kind == "region_not_checked"]
    assert alarm.counties == scored.counties()
    assert {facts.standing for facts in scored.manifest.counties} == {"not_checked"}


@pytest.mark.parametrize("fit", ["fit", "with_care"])
def test_a_checked_county_is_scored_and_says_how_it_stands(
    ledger: Path, home: Path, scored: ScoreFolder, tmp_path: Path, fit: Fit
) -> None:
    county = scored.counties()[0]
    write_verdict(home, _verdict(home, ledger, county, fit))
    found = _score(ledger, home, tmp_path / "scores", county)
    assert found.manifest.counties[0].standing == fit
    assert not [one for one in found.manifest.alarms if one.kind.startswith("region")]
    assert found.read(county)["score"].equals(scored.read(county)["score"])
    words, number = standings(found.manifest.counties)[0]
    assert number == 1
    page = render_page(found, load_definition())
    assert words.zh in page
    assert words.en in page


def test_nobody_is_scored_where_the_release_does_not_fit(
    ledger: Path, home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    county = scored.counties()[0]
    write_verdict(home, _verdict(home, ledger, county, "not_fit"))
    found = _score(ledger, home, tmp_path / "scores", county)
    rows, counts = found.read(county), found.manifest.counts()
    assert set(rows["status"]) == {NO_SCORE, "refused"}
    assert counts["scored"] == 0
    assert set(rows.filter(pl.col("status") == NO_SCORE)["no_score_reason"]) == {REGION_NOT_FIT}
    assert all(rows[name].null_count() == rows.height for name in JUDGED)
    due = rows.filter("household_driver", "duty").sort("rank_county")
    before = scored.read(county).filter("household_driver", "duty").sort("rank_county")
    assert due["household_id"].to_list() == before["household_id"].to_list()
    assert [one.kind for one in found.manifest.alarms if one.kind.startswith("region")] == ["region_not_fit"]
    assert after_duties(found.manifest) == Label("其后按抽签（没有评分）", "Then by lot (nobody was scored)")
    page, words = render_page(found, load_definition()), NO_SCORE_WORDS[REGION_NOT_FIT]
    listed = _shown(print_top, top_of(found, load_definition(), 6), found.manifest)
    summary = _shown(print_summary, found.manifest, found.folder)
    assert words.zh in page
    assert words.en in page
    assert words.zh in listed
    assert "does not fit" in summary


def test_the_owner_may_take_it_upon_himself(ledger: Path, home: Path, scored: ScoreFolder, tmp_path: Path) -> None:
    county = scored.counties()[0]
    accepted = Acceptance("Li Hua", "the columns come next month", "2026-07-01")
    write_verdict(home, replace(_verdict(home, ledger, county, "not_fit"), accepted=accepted))
    found = _score(ledger, home, tmp_path / "scores", county)
    assert found.read(county)["score"].equals(scored.read(county)["score"])
    assert [one.kind for one in found.manifest.alarms if one.kind.startswith("region")] == ["region_accepted"]
    assert found.manifest.counties[0].accepted


def test_a_verdict_on_an_earlier_ledger_no_longer_says_fit_but_still_says_not_fit(
    ledger: Path, home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    county = scored.counties()[0]
    for fit, standing in (("with_care", "not_checked"), ("not_fit", "not_fit")):
        verdict = _verdict(home, ledger, county, fit)
        write_verdict(home, replace(verdict, ledger_sha256="earlier"))
        found = _score(ledger, home, tmp_path / fit, county)
        assert found.manifest.counties[0].standing == standing


def test_a_calibration_of_its_own_changes_chances_and_no_place(
    ledger: Path, home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    county, own = scored.counties()[0], Calibration(1.1, -0.4)
    kept = LocalCalibration(county, ReleaseStore(home).current().name, own, "pilot", "2026-07-01")
    write_calibration(home, kept)
    before, found = scored.read(county), _score(ledger, home, tmp_path / "scores", county)
    rows = found.read(county)
    kept_columns = [name for name in rows.columns if name not in ("probability", "rank_region")]
    assert rows.select(kept_columns).equals(before.select(kept_columns))
    known = rows.filter(pl.col("score").is_not_null())
    assert known["probability"].to_list() == own.probability(known["score"].to_numpy()).tolist()
    assert not rows["probability"].equals(before["probability"])
    assert found.manifest.counties[0].own_calibration
    write_calibration(home, replace(kept, model_id="another"))
    again = _score(ledger, home, tmp_path / "again", county)
    assert again.read(county)["probability"].equals(before["probability"])


def test_a_verdict_that_cannot_be_read_stops_scoring(
    ledger: Path, home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    county = scored.counties()[0]
    write_verdict(home, _verdict(home, ledger, county, "fit"))
    verdict_file(home, county).write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="not what a check"):
        _score(ledger, home, tmp_path / "scores", county)
    assert not (tmp_path / "scores").exists()


def test_alarms_stand_apart_and_a_quiet_region_has_none() -> None:
    assert region_alarms({}) == ()


def test_words_name_the_facts() -> None:
    labels = {"age": Label("年龄", "age")}
    said = no_score_words(OUTSIDE_SUPPORT, ["age"], labels)
    assert said is not None
    assert said.zh.endswith("（超出范围：年龄）")
    assert said.en.endswith("(outside: age)")
    assert no_score_words(None, (), labels) is None
