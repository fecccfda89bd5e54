"""Criteria are data: those that ship can be read, and each number has its source."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import Any

import pytest

from features.cli.console import UserError
from models.release.gate.criteria import CRITERIA, Bound, load_criteria, parse_criteria
from tests.models.release.gate.made import RAW, criteria

SHIPPED = [path.stem for path in sorted(CRITERIA.glob("*.toml"))]


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_states_people_sources_and_the_rule_of_refit(name: str) -> None:
    found = load_criteria(name)
    assert found.name == name
    assert found.approvals >= 2
    assert found.overrides >= 2
    assert found.sha256 == hashlib.sha256((CRITERIA / f"{name}.toml").read_bytes()).hexdigest()
    assert found.refit.en.startswith("none: what was judged is what is released")
    for bound in found.bounds:
        assert bound.source
        assert bound.label.zh
        assert bound.wanted
        assert bound.next.startswith("mopai ")


def test_only_the_demonstration_may_release_a_model_of_simulated_children() -> None:
    assert {name for name in SHIPPED if load_criteria(name).simulated} == {"demo"}


def test_the_default_asks_for_everything_a_model_owner_must_see() -> None:
    figures = {bound.figure for bound in load_criteria().bounds}
    assert {
        "known.gain_over_best", "known.gain_over_best_lower", "known.calibration_error", "known.calibration_slope",
        "groups.least_recall_ratio_lower", "new_county.price", "at_k.stability", "at_k.null_share", "data.age_days",
    } <= figures  # fmt: skip


def test_a_region_writes_its_own(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    text = (CRITERIA / "default.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("people = 2 ", "people = 3 "), encoding="utf-8")
    assert load_criteria(path).approvals == 3


@pytest.mark.parametrize(
    ("bound", "holds", "fails", "wanted"),
    [
        ({"at_least": 0.8}, 0.8, 0.79, "at least 0.8"),
        ({"above": 0.0}, 0.01, 0.0, "above 0"),
        ({"at_most": 0.05}, 0.05, 0.051, "at most 0.05"),
        ({"at_least": 0.8, "at_most": 1.25}, 1.0, 1.3, "at least 0.8 and at most 1.25"),
    ],
)
def test_a_bound_holds_at_its_edge_as_its_words_say(
    bound: dict[str, float], holds: float, fails: float, wanted: str
) -> None:
    made = Bound("x", criteria().purpose, "a test", "go", **bound)
    assert made.holds(holds)
    assert not made.holds(fails)
    assert made.wanted == wanted


def changed(section: str, key: str, value: object) -> dict[str, Any]:
    raw: dict[str, Any] = copy.deepcopy(RAW)
    where = raw["check"][0] if section == "check" else raw[section]
    if value is None:
        del where[key]
    else:
        where[key] = value
    return raw


@pytest.mark.parametrize(
    ("section", "key", "value", "said"),
    [
        ("refit", "rule", "all windows", r"\[refit\] rule: 'all windows'"),
        ("approvals", "people", 0, r"\[approvals\] people: 0"),
        ("approvals", "people_for_override", 1, "people_for_override: 1"),
        ("approvals", "people", True, "people: True"),
        ("impact", "days_at_most", "a year", "days_at_most: 'a year'"),
        ("data", "simulated_allowed", None, "'simulated_allowed' is missing"),
        ("check", "source", " ", r"\[\[check\]\] 1: the number has no source"),
        ("check", "above", "zero", "above: 'zero'"),
        ("check", "above", True, "above: True"),
        ("check", "beyond", 1, "unknown key 'beyond'"),
        ("check", "may_be_unknown", True, "only for a reason"),
        ("check", "because", "so", "only for a reason"),
        ("check", "label", None, "'label' is missing"),
    ],
)
def test_criteria_that_cannot_be_used_are_named(section: str, key: str, value: object, said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse_criteria(changed(section, key, value), "ours")


def test_a_check_that_wants_nothing_is_refused() -> None:
    raw = changed("check", "above", None)
    del raw["check"][0]["at_most"]
    with pytest.raises(UserError, match="wants nothing of 'known"):
        parse_criteria(raw, "ours")


def test_an_unknown_section_or_name_or_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"unknown section \[checks\]"):
        parse_criteria({**RAW, "checks": []}, "ours")
    with pytest.raises(UserError, match="no criteria 'nowhere'") as caught:
        load_criteria("nowhere")
    assert "default, demo" in caught.value.hint
    broken = tmp_path / "broken.toml"
    broken.write_text("[[[", encoding="utf-8")
    with pytest.raises(UserError, match="not valid TOML"):
        load_criteria(broken)
