"""A suspended county: duties and due dates order its visits, and every place that shows it says so."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from features.cli.console import UserError
from features.definition import Label, load_definition
from models.release.suspensions import Suspension, suspensions_file, write_suspensions
from serving.batch.alarms import suspension_alarms
from serving.batch.county import REFUSED, SCORED, SUSPENDED
from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, score_region
from serving.cases import SUSPENDED_WORDS
from serving.explain_case import ExplainRequest, explain_case
from serving.listing import after_duties, top_of
from serving.page.render import render_page
from serving.terminal import print_case, print_summary, print_top
from tests.serving.conftest import AS_OF

WHY = Label("评分相同", "equal scores")
JUDGED = ("score", "probability", "band", "reasons_up", "reasons_down", "not_known")


def _suspension(county: str, reason: Label = WHY) -> Suspension:
    return Suspension(county, date(2026, 5, 31), "m1", ("equal_scores",), reason)


@pytest.fixture(scope="module")
def home(released_home: Path, scored: ScoreFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release with the first county suspended."""
    copy = tmp_path_factory.mktemp("suspended") / "home"
    shutil.copytree(released_home, copy)
    county = scored.counties()[0]
    write_suspensions(copy, {county: _suspension(county)})
    return copy


@pytest.fixture(scope="module")
def folder(ledger: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> ScoreFolder:
    out = tmp_path_factory.mktemp("scored") / "scores"
    score_region(ScoreRequest(ledger, "", AS_OF, out, home, workers=1))
    return ScoreFolder.open(out)


@pytest.fixture(scope="module")
def alone(ledger: Path, home: Path, scored: ScoreFolder, tmp_path_factory: pytest.TempPathFactory) -> ScoreFolder:
    """The suspended county alone."""
    out = tmp_path_factory.mktemp("scored") / "scores"
    score_region(ScoreRequest(ledger, scored.counties()[0], AS_OF, out, home, workers=1))
    return ScoreFolder.open(out)


def _shown(print_it: object, *arguments: object) -> str:
    text = StringIO()
    assert callable(print_it)
    print_it(*arguments, Console(file=text, width=200))
    return text.getvalue()


def test_nobody_in_a_suspended_county_has_a_score_and_everybody_elsewhere_keeps_theirs(
    folder: ScoreFolder, scored: ScoreFolder
) -> None:
    first, *others = folder.counties()
    rows = folder.read(first)
    assert set(rows["status"]) <= {SUSPENDED, REFUSED}
    assert all(rows[name].null_count() == rows.height > 0 for name in JUDGED)
    for county in others:
        assert folder.read(county).drop("rank_region").equals(scored.read(county).drop("rank_region"))


def test_a_refusal_is_still_a_refusal(folder: ScoreFolder, scored: ScoreFolder) -> None:
    for county in folder.counties():
        before, now = scored.read(county), folder.read(county)
        who = before.filter(pl.col("status") == REFUSED)["child_id"]
        assert set(now.filter(pl.col("status") == REFUSED)["child_id"]) == set(who)


def test_duties_and_due_dates_order_what_is_left(alone: ScoreFolder, scored: ScoreFolder) -> None:
    county = alone.counties()[0]
    rows = alone.read(county).filter("household_driver").sort("rank_county")
    due = rows.filter("duty")
    assert due.height > 0
    assert due["rank_county"].to_list() == list(range(1, due.height + 1))
    assert due["duty_due_on"].is_sorted()
    before = scored.read(county).filter("household_driver", "duty").sort("rank_county")
    assert due["household_id"].to_list() == before["household_id"].to_list()


def test_the_manifest_counts_them_and_carries_the_warning(folder: ScoreFolder) -> None:
    manifest, county = folder.manifest, folder.counties()[0]
    counts = manifest.counts()
    assert counts["children"] == counts["scored"] + counts["refused"] + counts["suspended"] + counts["no_score"]
    assert counts["suspended"] > 0
    (alarm,) = [alarm for alarm in manifest.alarms if alarm.kind == "suspended"]
    assert alarm.counties == (county,)
    assert "2026-05-31" in alarm.words.zh
    assert WHY.zh in alarm.words.zh
    assert WHY.en in alarm.words.en


def test_the_page_says_so_in_both_languages(folder: ScoreFolder, alone: ScoreFolder) -> None:
    html = render_page(alone, load_definition())
    for words in (SUSPENDED_WORDS.zh, SUSPENDED_WORDS.en, "其后按抽签（评分已暂停）", WHY.zh, WHY.en):
        assert words in html
    assert "Then by score" not in html
    assert "Then by score" in render_page(folder, load_definition())


def test_the_terminal_says_so_in_both_languages(alone: ScoreFolder) -> None:
    listing = top_of(alone, load_definition(), 6)
    shown = _shown(print_top, listing, alone.manifest)
    assert SUSPENDED_WORDS.zh in shown
    assert "Then by lot (scores are suspended)" in shown
    summary = _shown(print_summary, alone.manifest, alone.folder)
    assert "评分暂停 suspended:" in summary
    assert WHY.en in summary


def test_a_child_of_a_suspended_county_is_explained_by_its_duties_alone(
    alone: ScoreFolder, ledger: Path, home: Path
) -> None:
    rows = alone.read(alone.counties()[0]).filter(pl.col("status") == SUSPENDED)
    explained = explain_case(ExplainRequest(ledger, rows["child_id"][0], AS_OF, home))
    assert explained.row["status"] == SUSPENDED
    assert explained.row["score"] is None
    shown = _shown(print_case, explained, ("zh", "en"))
    assert SUSPENDED_WORDS.zh in shown
    assert SUSPENDED_WORDS.en in shown


def test_a_region_with_scores_is_ordered_by_score(folder: ScoreFolder, scored: ScoreFolder) -> None:
    assert after_duties(folder.manifest) == after_duties(scored.manifest) == Label("其后按评分", "Then by score")


def test_counties_suspended_for_the_same_reason_share_a_warning() -> None:
    held = {name: _suspension(name) for name in ("520001", "520002")}
    held["520003"] = replace(_suspension("520003"), reason=Label("数据过旧", "old data"))
    found = suspension_alarms(held, ("520001", "520002", "520003", "520004"))
    assert [alarm.counties for alarm in found] == [("520001", "520002"), ("520003",)]
    assert suspension_alarms(held, ("520004",)) == ()
    assert SCORED not in {alarm.kind for alarm in found}


def test_suspensions_that_cannot_be_read_stop_scoring(ledger: Path, released_home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "broken"
    shutil.copytree(released_home, copy)
    suspensions_file(copy).parent.mkdir()
    suspensions_file(copy).write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="not the suspensions"):
        score_region(ScoreRequest(ledger, "", AS_OF, tmp_path / "scores", copy, workers=1))
    assert not (tmp_path / "scores").exists()
