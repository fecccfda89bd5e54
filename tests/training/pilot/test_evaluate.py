"""An evaluated pilot: outcomes of those drawn, refused when too few, adopted by name for one release."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.importer import import_folder
from models.release.regions import read_calibration, region_state
from tests.training.plans import small_plan
from tests.training.region.conftest import AS_OF, OWNER, county, home
from training.pilot.adopt import adopt_pilot
from training.pilot.draw import DrawRequest, draw_pilot
from training.pilot.evaluate import Evaluated, EvaluateRequest, evaluate_pilot
from training.pilot.sections import pilot_report, result_words

__all__ = ["county", "home"]

DAY = AS_OF - timedelta(days=100)


@pytest.fixture
def piloted(ledger: Path, home: Path, county: str, tmp_path: Path) -> Path:
    """A copy of the ledger with a pilot in it."""
    copy = tmp_path / "ledger"
    shutil.copytree(ledger, copy)
    drawn = draw_pilot(DrawRequest(copy, home, county, DAY, 0.02, tmp_path / "pilot", load_definition()))
    import_folder(drawn.folder, copy, load_definition())
    return copy


def _request(ledger: Path, home: Path, county: str, as_of: date = AS_OF) -> EvaluateRequest:
    return EvaluateRequest(ledger, home, county, as_of, load_definition(), small_plan())


def _counts(found: Evaluated) -> tuple[int, int, int]:
    return tuple(found.counts[name] for name in ("children_drawn", "children_seen", "new_needs"))  # type: ignore[return-value]


def test_only_children_of_drawn_households_who_were_seen_count(piloted: Path, home: Path, county: str) -> None:
    found = evaluate_pilot(_request(piloted, home, county))
    drawn, seen, needs = _counts(found)
    assert 0 < needs < seen < drawn
    assert found.found is not None
    assert found.outcomes.weight.min() >= 1
    assert found.bounds is not None
    assert found.bounds[0] < found.found.shift.intercept < found.bounds[1]
    curve = found.calibration
    assert curve is not None
    expected = found.outcomes.weight @ found.found.shift.probability(found.outcomes.log_odds)
    assert expected == pytest.approx(found.outcomes.weight @ found.outcomes.label, rel=1e-6)


def test_the_report_shows_before_and_after_in_both_languages(piloted: Path, home: Path, county: str) -> None:
    report = pilot_report(evaluate_pilot(_request(piloted, home, county)))
    html = report.html()
    for words in ("校准前", "Before: expected", "After: expected", "对数损失", "Log loss", "<svg", "Assuming nothing"):
        assert words in html
    assert json.loads(report.json())["pilot"]["county"] == county


def test_before_enough_was_found_it_is_not_estimable_and_cannot_be_adopted(
    piloted: Path, home: Path, county: str
) -> None:
    found = evaluate_pilot(_request(piloted, home, county, DAY + timedelta(days=1)))
    assert found.found is None
    assert found.calibration is None
    (words,) = result_words(found)
    assert "Not estimable" in words.en
    assert "无法估计" in pilot_report(found).html()
    with pytest.raises(UserError, match="not estimable"):
        adopt_pilot(home, county, OWNER)


def test_what_is_adopted_is_used_until_the_release_changes(piloted: Path, home: Path, county: str) -> None:
    with pytest.raises(UserError, match="no evaluated pilot"):
        adopt_pilot(home, county, OWNER)
    found = evaluate_pilot(_request(piloted, home, county))
    with pytest.raises(UserError, match="has no key here"):
        adopt_pilot(home, county, "Nobody")
    kept = adopt_pilot(home, county, OWNER)
    assert kept.calibration == found.calibration == region_state(home, county, found.model_id).calibration
    assert region_state(home, county, "another model").calibration is None
    assert read_calibration(home, county) == kept
    pilot = home / "regions" / county / "pilot.json"
    raw = json.loads(pilot.read_text(encoding="utf-8"))
    pilot.write_text(json.dumps(raw | {"model_id": "another"}), encoding="utf-8")
    with pytest.raises(UserError, match="was read with model another"):
        adopt_pilot(home, county, OWNER)


def test_a_pilot_not_there_is_refused(ledger: Path, home: Path, county: str) -> None:
    with pytest.raises(UserError, match="no pilot"):
        evaluate_pilot(_request(ledger, home, county))
    with pytest.raises(UserError, match="no pilot pilot-x"):
        evaluate_pilot(replace(_request(ledger, home, county), list_id="pilot-x"))


def test_a_shifted_county_is_found_and_said(piloted: Path, home: Path, county: str) -> None:
    found = evaluate_pilot(_request(piloted, home, county))
    assert found.found is not None
    moved = replace(found.found, intercept_ends=(0.2, 0.9), slope=0.5, slope_ends=(0.3, 0.8))
    sloped = replace(moved, shift=replace(moved.shift, slope=0.5))
    words = [one.en for one in result_words(replace(found, found=sloped))]
    assert words[0].startswith("The model's chances need recalibration")
    assert any("The slope becomes 0.50" in one for one in words)
    held = replace(moved, slope_ends=(0.3, 1.2))
    assert any("holds 1" in one.en for one in result_words(replace(found, found=held)))
    few = replace(found, bounds=None, prevalence=replace(found.prevalence, at_random=None))
    assert "Not estimable" in pilot_report(few).html()
