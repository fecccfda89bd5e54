"""A plan says everything and refuses what could not be honest."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from features.cli.console import UserError
from models.domains import LeastPositives, LikelyRule
from tests.builders import default_definition
from training.plan import DEEPEST_TREE, CountedWindows, GivenWindows, SearchRange, Span
from training.plan_loader import PLANS, load_plan, parse_plan


def raw_plan(**changes: Any) -> dict[str, Any]:
    """The default plan as parsed TOML with ``section__key=value`` changed, or removed when the value is None."""
    raw = tomllib.loads((PLANS / "default.toml").read_text(encoding="utf-8"))
    for name, value in changes.items():
        section, key = name.split("__", 1)
        raw.setdefault(section, {})
        if value is None:
            del raw[section][key]
        else:
            raw[section][key] = value
    return raw


@pytest.mark.parametrize("name", sorted(path.stem for path in PLANS.glob("*.toml")))
def test_every_shipped_plan_loads_under_its_name(name: str) -> None:
    plan = load_plan(name)
    assert plan.name == name
    assert plan.windows.gap_days >= plan.label.horizon_days
    assert plan.learning.depth <= DEEPEST_TREE
    assert plan.domains(default_definition()) == tuple(default_definition().domains)


@pytest.mark.parametrize("name", sorted(path.stem for path in PLANS.glob("*.toml")))
def test_every_number_of_a_shipped_plan_has_a_reason_beside_it(name: str) -> None:
    bare = {"name", "day", "every_months", "random_draws", "bagging_freq", "dealt_rounds", "soon_share"}
    space = tomllib.loads((PLANS / f"{name}.toml").read_text())["tuning"]["space"]
    for line in (PLANS / f"{name}.toml").read_text(encoding="utf-8").splitlines():
        key = line.split("=")[0].strip()
        if "=" in line and not line.startswith("#") and key not in bare | set(space):
            assert "#" in line, line


def test_a_plan_can_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text((PLANS / "default.toml").read_text().replace('name = "default"', 'name = "mine"'))
    assert load_plan(path).name == "mine"


def test_comments_do_not_change_the_hash_and_values_do(tmp_path: Path) -> None:
    path = tmp_path / "default.toml"
    path.write_text("# another comment\n" + (PLANS / "default.toml").read_text())
    assert load_plan(path).hash == load_plan().hash
    assert parse_plan(raw_plan(plan__seed=1), "here").hash != load_plan().hash


def test_an_unknown_plan_names_those_there_are() -> None:
    with pytest.raises(UserError, match="no screening plan 'nothing'") as caught:
        load_plan("nothing")
    assert "default, demo" in caught.value.hint


def test_broken_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("[plan\n")
    with pytest.raises(UserError, match=r"broken\.toml: not valid TOML"):
        load_plan(path)


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        ({"windows__gap_days": 89}, r"\[windows\] gap_days: 89", "at least the label's horizon of 90 days"),
        ({"learning__depth": 9}, r"\[learning\] depth: 9", "from 1 to 8"),
        ({"label__horizon_days": 0}, r"\[label\] horizon_days: 0", "whole number from 1 up"),
        ({"label__horizon_days": True}, r"\[label\] horizon_days: True", "whole number"),
        ({"label__domains": "living"}, r"\[label\] domains: 'living'", "a list of domains"),
        ({"label__severity": None}, r"\[label\] severity: 'missing'", "whole number from 0"),
        ({"households__new_household_share": 0.5}, "new_household_share: 0.5", "below 0.5"),
        ({"bands__soon_share": 0.95}, "soon_share: 0.95", "leave some of the cohort"),
        ({"capacity__share": "half"}, "share: 'half'", "a number above 0"),
        ({"tuning__space": 3}, "space: 3", "a table"),
        ({"tuning__space": {"num_leaves": {"low": 3}}}, r"space\.num_leaves", "a range such as"),
        ({"tuning__space": {"num_leaves": {"low": 3, "high": 2}}}, r"space\.num_leaves", "low end is not above"),
        ({"windows__gab_days": 3}, "unknown key 'gab_days'", "correct its name"),
        ({"domains__likely_times_base_rate": 1}, "likely_times_base_rate: 1", "a number above 1.0"),
        ({"domains__trees": 0}, r"\[domains\] trees: 0", "whole number from 1 up"),
        ({"domains__least_fit_positives": None}, r"\[domains\] least_fit_positives: 'missing'", "whole number from 1"),
        ({"surprise__x": 3}, r"unknown section \[surprise\]", "plan, label"),
        ({"windows__data_cut_off": "soon"}, "data_cut_off: 'soon'", "a date such as"),
        ({"windows__fit": {"first": date(2016, 1, 1)}}, r"fit\.last: None", "a date such as"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_wanted(change: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        parse_plan(raw_plan(**change), "plan.toml")
    assert hint in caught.value.hint


def spans(**changes: tuple[date, date]) -> dict[str, Any]:
    """Given windows, 120 days apart, with some of them moved."""
    given = {
        "fit": (date(2016, 1, 1), date(2016, 12, 1)),
        "calibrate": (date(2017, 4, 1), date(2017, 6, 1)),
        "test": (date(2017, 10, 1), date(2017, 12, 1)),
    } | changes
    counted = dict.fromkeys(("windows__fit_dates", "windows__calibrate_dates", "windows__test_dates"))
    named = {f"windows__{name}": {"first": first, "last": last} for name, (first, last) in given.items()}
    return counted | {"windows__history_days": None} | named


def test_given_windows_are_read() -> None:
    plan = parse_plan(raw_plan(**spans(), windows__data_cut_off=date(2018, 6, 1)), "plan.toml")
    assert isinstance(plan.windows.layout, GivenWindows)
    assert plan.windows.layout.calibrate == Span(date(2017, 4, 1), date(2017, 6, 1))
    assert plan.windows.data_cut_off == date(2018, 6, 1)
    assert isinstance(load_plan().windows.layout, CountedWindows)


def test_given_windows_closer_than_the_gap_are_refused() -> None:
    close = spans(calibrate=(date(2017, 3, 1), date(2017, 6, 1)))
    with pytest.raises(UserError, match="calibrate: '2017-03-01'") as caught:
        parse_plan(raw_plan(**close), "plan.toml")
    assert "120 days after 'fit' ends" in caught.value.hint


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    turned = spans(fit=(date(2016, 12, 1), date(2016, 1, 1)))
    with pytest.raises(UserError, match=r"fit\.last: '2016-01-01'"):
        parse_plan(raw_plan(**turned), "plan.toml")


def test_given_windows_leave_no_room_for_counts() -> None:
    with pytest.raises(UserError, match="unknown key 'test_dates'"):
        parse_plan(raw_plan(**spans() | {"windows__test_dates": 3}), "plan.toml")


def test_the_rules_of_the_domains_are_read() -> None:
    rule = parse_plan(raw_plan(domains__least_fit_positives=7, domains__likely_at_most=3), "plan.toml").by_domain
    assert rule.least == LeastPositives(fit=7, calibrate=20)
    assert rule.likely == LikelyRule(times_base_rate=2.0, at_most=3)


def test_a_search_range_keeps_its_kind() -> None:
    space = {"num_leaves": {"low": 3, "high": 9, "whole": True}, "lambda_l2": {"low": 0.1, "high": 1.0, "log": True}}
    plan = parse_plan(raw_plan(tuning__space=space), "plan.toml")
    assert plan.tuning.space == {
        "num_leaves": SearchRange(3, 9, whole=True),
        "lambda_l2": SearchRange(0.1, 1.0, log=True),
    }


def test_a_plan_for_other_domains_or_severities_is_refused() -> None:
    definition = default_definition()
    with pytest.raises(UserError, match="'food' is not a domain of 'left_behind'"):
        parse_plan(raw_plan(label__domains=["living", "food"]), "plan.toml").domains(definition)
    with pytest.raises(UserError, match="7 is not a severity of 'left_behind'"):
        parse_plan(raw_plan(label__severity=7), "plan.toml").domains(definition)
    some = parse_plan(raw_plan(label__domains=["medical", "living"]), "plan.toml")
    assert some.domains(definition) == ("living", "medical")
