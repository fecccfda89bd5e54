"""A region looked at from its ledger to the report that is kept and the counties it suspends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.ledger.manifest import sha256_of
from features.ledger.store import LedgerStore
from models.release.suspensions import read_suspensions
from tests.training.monitor.conftest import AS_OF, released_copy
from training.monitor.county import labels_known_for
from training.monitor.report import MonitorReport
from training.monitor.run import MonitorRequest, monitor, watched_release
from training.monitor.scored import score_earlier

STALE = AS_OF + timedelta(days=120)


def test_a_month_without_trouble_suspends_nobody(report: MonitorReport, released: Path) -> None:
    assert not [one for one in report.alarms if one.level == "hard"]
    assert report.suspended == {}
    assert read_suspensions(released) == {}
    assert report.region.realised is not None
    assert report.region.realised.at_k.places == sum(one.realised.at_k.places for one in report.counties)
    assert report.expected.places == sum(one.expected.places for one in report.counties)


@pytest.mark.slow
def test_the_report_is_kept_and_the_same_again(request_: MonitorRequest, report: MonitorReport, released: Path) -> None:
    path = released / "monitor" / "reports" / f"{AS_OF}.json"
    first = path.read_bytes()
    assert json.loads(first) == report.content()
    monitor(replace(request_, workers=2))
    assert path.read_bytes() == first


def test_the_report_names_no_child_and_no_household(report: MonitorReport, ledger: Path) -> None:
    text = json.dumps(report.content(), ensure_ascii=False)
    store = LedgerStore.open(ledger)
    for county in store.counties():
        tables = store.read(county).tables
        assert not any(child in text for child in tables["children"]["child_id"].unique())
        assert not any(home in text for home in tables["households"]["household_id"].unique())


@pytest.mark.slow
def test_a_quarter_without_a_record_suspends_every_county(
    ledger: Path, request_: MonitorRequest, tmp_path: Path
) -> None:
    home = released_copy(ledger, tmp_path / "home")
    only = replace(request_, home=home, as_of=STALE, suspending=False)
    told = monitor(only)
    assert {one.kind for one in told.alarms if one.level == "hard"} >= {"old_data"}
    assert told.fresh == ()
    assert read_suspensions(home) == {}
    counties = LedgerStore.open(ledger).counties()
    first = monitor(replace(only, suspending=True, region=counties[0]))
    assert first.fresh == tuple(first.suspended) == (counties[0],)
    every = monitor(replace(only, suspending=True))
    assert every.fresh == counties[1:]
    assert tuple(read_suspensions(home)) == counties
    assert monitor(replace(only, suspending=True)).fresh == ()


def _score_folder(folder: Path, request: MonitorRequest, day: object, model_id: str) -> Path:
    """Scores of every county as a run of the service leaves them, the best now the worst."""
    folder.mkdir()
    store, (_, watched) = LedgerStore.open(request.ledger), watched_release(request)
    files = {}
    for county in store.counties():
        scored = score_earlier(store.read(county).tables, county, watched.model, watched.definition, day)  # type: ignore[arg-type]
        path = folder / f"{county}.parquet"
        scored.rows.with_columns(score=-scored.rows["score"]).write_parquet(path)
        files[path.name] = sha256_of(path)
    content = {"as_of": str(day), "model_id": model_id, "files": files}
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_scores_as_they_were_used_are_judged_instead_of_our_own(
    request_: MonitorRequest, report: MonitorReport, tmp_path: Path
) -> None:
    earlier = labels_known_for(watched_release(request_)[1].plan, AS_OF)
    folders = tuple(
        _score_folder(tmp_path / name, request_, day, report.model_id)
        for name, day in (("now", AS_OF), ("then", earlier), ("between", AS_OF - timedelta(days=30)))
    )
    used = monitor(replace(request_, scores=folders, as_of=AS_OF))
    assert report.region.realised is not None
    assert used.region.realised is not None
    assert used.region.realised.as_of == earlier
    assert used.region.realised.at_k.found < report.region.realised.at_k.found
    assert (used.expected.precision or 1) < (report.expected.precision or 0)


@pytest.mark.slow
def test_scores_of_another_release_are_refused(request_: MonitorRequest, tmp_path: Path) -> None:
    folder = _score_folder(tmp_path / "other", request_, AS_OF, "another")
    with pytest.raises(UserError, match="scored with another"):
        monitor(replace(request_, scores=(folder,)))


def test_a_region_that_is_not_there_is_named(request_: MonitorRequest) -> None:
    with pytest.raises(UserError, match="no county of region '99'"):
        monitor(replace(request_, region="99"))


def test_a_day_before_the_ledger_is_a_slip_of_the_keyboard(request_: MonitorRequest) -> None:
    with pytest.raises(UserError, match="nothing was recorded by 2001-01-01"):
        monitor(replace(request_, as_of=AS_OF.replace(year=2001, month=1, day=1)))


@pytest.mark.slow
def test_without_a_release_or_its_evidence_there_is_nothing_to_compare_with(
    request_: MonitorRequest, ledger: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="no model is released"):
        monitor(replace(request_, home=tmp_path / "empty"))
    home = released_copy(ledger, tmp_path / "home")
    (home / "evidence").rename(home / "gone")
    with pytest.raises(UserError, match="no evidence of model"):
        monitor(replace(request_, home=home))
