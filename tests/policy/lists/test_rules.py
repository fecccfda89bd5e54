"""The section of a policy on lists, and the month a list is for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.cli.console import UserError
from models.policy.lists.period import Period
from models.policy.lists.rules import EqualRecallSwitch
from models.policy.policy import load_policies, load_policy
from tests.policy.cases import national, policy_file

_SWITCH = '[lists.equal_recall]\ngroup = "ethnicity"\ndays = 400\nsource = "test"\n[lists.add_reasons]'


def test_every_shipped_policy_says_how_lists_are_made() -> None:
    for policy in load_policies():
        assert policy.lists is not None
        assert policy.lists.source
        assert policy.lists.equal_recall is None
        assert 0 < policy.lists.random_share < 1


def test_a_township_has_its_own_number_or_that_of_its_directors() -> None:
    rules = national().lists
    assert rules is not None
    assert rules.capacity_of(4) == 4 * rules.per_director


def test_equal_recall_is_switched_on_by_the_policy_alone(tmp_path: Path) -> None:
    rules = load_policy(policy_file(tmp_path, ("[lists.add_reasons]", _SWITCH))).lists
    assert rules is not None
    assert rules.equal_recall == EqualRecallSwitch("ethnicity", 400, "test")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("random_share = 0.2", "random_share = 1.2", "random_share: 1.2"),
        ("rating_share = 0.2", "rating_share = -0.1", "rating_share: -0.1"),
        ("carry_over_days = 100", "carry_over_dayz = 100", "unknown key carry_over_dayz"),
        ("visits_per_township = 0", "visits_per_township = -1", "visits_per_township: -1"),
        ('{ zh = "顺路", en = "on the way" }', '{ zh = "顺路" }', "'en' is missing"),
    ],
)
def test_a_section_that_breaks_a_rule_is_refused_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        load_policy(policy_file(tmp_path, (old, new)))


def test_a_policy_may_say_nothing_about_lists(tmp_path: Path) -> None:
    text = policy_file(tmp_path, name="plain").read_text(encoding="utf-8")
    path = tmp_path / "without.toml"
    path.write_text(text[: text.index("[lists]")], encoding="utf-8")
    assert load_policy(path).lists is None


def test_a_month_ends_on_its_last_day() -> None:
    assert Period.parse("2016-02") == Period(date(2016, 2, 1), date(2016, 2, 29))
    assert Period.parse("2018-12") == Period(date(2018, 12, 1), date(2018, 12, 31))
    assert Period.parse("2018-12").name == "2018-12"


@pytest.mark.parametrize("text", ["2018-13", "2018", "2018-1", "2018-07-01", "0001-01", "２０１８-07", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="period"):
        Period.parse(text)
