"""A county without any visit is used with care where the audit measured that, and not at all where it did not."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from features.definition import load_definition
from features.ledger.importer import import_folder
from models.release.regions import region_state
from tests.training.audited import audited
from tests.training.region.conftest import AS_OF
from training.audit.report import make_report
from training.cold.history import history_columns
from training.cold.section import section
from training.evidence import evidence_folder
from training.region.check import Checked, CheckRequest, check_region, release_of

_STATES = ("children", "households")


@pytest.fixture(scope="module")
def unvisited(province: Path, county: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of one county of the province with its events removed."""
    return _ledger(province / county, tmp_path_factory.mktemp("unvisited"))


def _ledger(county: Path, folder: Path, *, foreign: bool = False) -> Path:
    sent = folder / "sent" / county.name
    sent.mkdir(parents=True)
    for table in _STATES:
        shutil.copy(county / f"{table}.parquet", sent)
    if foreign:
        homes = pl.read_parquet(sent / "households.parquet")
        far = [(pl.col(name) * 6 + 20).alias(name) for name in ("distance_school_km", "distance_clinic_km")]
        none = [pl.lit(None, dtype=homes.schema[name]).alias(name) for name in ("dwelling", "water", "income_source")]
        homes.with_columns(*far, *none).write_parquet(sent / "households.parquet")
        rows = pl.read_parquet(sent / "children.parquet")
        gone = [
            "boarding",
            "guardian_birth_year",
            "guardianship_state",
            "guardian_type",
            "school_stage",
            "contact_frequency",
        ]
        empty = [pl.lit(None, dtype=rows.schema[name]).alias(name) for name in gone if name in rows.columns]
        rows.with_columns(empty).write_parquet(sent / "children.parquet")
    import_folder(folder / "sent", folder / "ledger", load_definition())
    return folder / "ledger"


def _check(ledger: Path, home: Path, out: Path | None = None) -> Checked:
    (found,) = check_region(CheckRequest(ledger, home, "", AS_OF, load_definition(), out, workers=1))
    return found


def _measured(home: Path, auc: float, gain: float, name: str = "audit") -> None:
    """An audit that measured so much without visits, the lower ends 0.02 below."""
    ends = [{"value": one, "lower": one - 0.02, "upper": one + 0.02} for one in (auc, gain)]
    data = {"orders": {"cold_start": {"auc": ends[0]}}, "gain": ends[1]}
    model = release_of(home, load_definition()).model_id
    path = evidence_folder(home, model) / f"{name}.json"
    path.write_text(json.dumps({"sections": {"cold_start": {"data": data}}}), encoding="utf-8")


def _history(found: Checked) -> str:
    (words,) = [one.words for one in found.verdict.reasons if one.code == "history"]
    assert words.zh != words.en
    return words.en


def test_not_measured_is_not_fit_and_says_how_to_measure(unvisited: Path, home: Path) -> None:
    found = _check(unvisited, home)
    assert found.verdict.fit == "not_fit"
    assert f"mopai audit --model {found.verdict.model_id} --only cold_start" in _history(found)
    assert region_state(home, found.verdict.county, found.verdict.model_id).blocked


def test_measured_is_with_care_and_says_what_was_measured(unvisited: Path, home: Path, tmp_path: Path) -> None:
    _measured(home, 0.71, 0.1)
    found = _check(unvisited, home, tmp_path)
    assert found.verdict.fit == "with_care"
    assert "AUC is 0.710 (0.690 – 0.730)" in _history(found)
    left_out = history_columns(load_definition())
    assert found.judged.left_out == left_out
    assert not left_out & {one.feature.name for one in found.judged.shifts}
    assert found.judged.tested <= 100 - len(left_out)
    assert found.page is not None
    html = found.page.read_text(encoding="utf-8")
    for words in (
        "with care",
        "AUC 0.710",
        "不参与比较",
        f"{len(left_out)} inputs about visits, assessments",
    ):
        assert words in html
    assert not region_state(home, found.verdict.county, found.verdict.model_id).blocked


@pytest.mark.parametrize(("auc", "gain"), [(0.61, 0.1), (0.71, 0.01)])
def test_too_little_is_not_fit(unvisited: Path, home: Path, auc: float, gain: float) -> None:
    _measured(home, auc, gain)
    found = _check(unvisited, home)
    assert found.verdict.fit == "not_fit"
    assert "tells too little" in _history(found)


def test_what_is_not_estimable_is_too_little(unvisited: Path, home: Path) -> None:
    nothing = {"value": None, "lower": None, "upper": None}
    data = {"orders": {"cold_start": {"auc": nothing}}, "gain": nothing}
    path = evidence_folder(home, release_of(home, load_definition()).model_id) / "audit.json"
    path.write_text(json.dumps({"sections": {"cold_start": {"data": data}}}), encoding="utf-8")
    found = _check(unvisited, home)
    assert found.verdict.fit == "not_fit"
    assert "AUC ?" in _history(found)


def test_a_part_made_by_itself_counts_where_the_audit_has_none(unvisited: Path, home: Path, ledger: Path) -> None:
    context = audited(ledger)
    report = make_report(context.evidence, "left_behind", (section(context),))
    folder = evidence_folder(home, report.model_id)
    (folder / "audit.json").write_text('{"sections": {}}', encoding="utf-8")
    (folder / "audit-part.json").write_text(report.to_json(), encoding="utf-8")
    found = _check(unvisited, home)
    assert f"{report.figures['cold_start.auc']:.3f}" in _history(found)


def test_a_county_unlike_otherwise_stays_not_fit(province: Path, county: str, home: Path, tmp_path: Path) -> None:
    _measured(home, 0.9, 0.3)
    found = _check(_ledger(province / county, tmp_path, foreign=True), home)
    assert found.verdict.fit == "not_fit"
    assert {"history", "columns"} <= {one.code for one in found.verdict.reasons}


def test_a_county_with_visits_is_compared_by_every_input(ledger: Path, home: Path, county: str) -> None:
    _measured(home, 0.1, -0.5)
    request = CheckRequest(ledger, home, county, AS_OF, load_definition(), workers=1)
    (found,) = check_region(replace(request, region=county))
    assert found.judged.left_out == frozenset()
    assert len(found.judged.shifts) == 100
    assert "history" not in {one.code for one in found.verdict.reasons}
