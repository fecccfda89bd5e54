"""Policy files: the right one is chosen by region and day, and a file that breaks a rule is refused with its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.cli.console import UserError
from models.policy.policy import POLICIES, Policy, load_policies, load_policy, policy_for
from tests.builders import default_definition
from tests.policy.cases import national, policy_file


def _named(name: str, region: str, effective_from: date, definition: str = "left_behind") -> Policy:
    return replace(national(), name=name, id=name, region=region, effective_from=effective_from, definition=definition)


def test_every_shipped_policy_reads_and_fits_its_definition() -> None:
    policies = load_policies()
    assert {policy.name for policy in policies} == {"national", "jinan", "plain"}
    for policy in policies:
        policy.check(default_definition())
        assert policy.source
        assert all(item.source for item in policy.red_items)


def test_the_longest_region_wins_then_the_newest_in_force() -> None:
    policies = [
        _named("everywhere", "", date(2016, 1, 1)),
        _named("province_old", "52", date(2016, 1, 1)),
        _named("province_new", "52", date(2018, 1, 1)),
        _named("county_later", "520001", date(2020, 1, 1)),
    ]

    def chosen(region: str, day: date) -> str:
        return policy_for(policies, "left_behind", region, day).name

    assert chosen("520001", date(2017, 6, 1)) == "province_old"
    assert chosen("520001", date(2018, 1, 1)) == "province_new"
    assert chosen("520001", date(2020, 1, 1)) == "county_later"
    assert chosen("520002", date(2020, 1, 1)) == "province_new"
    assert chosen("410001", date(2020, 1, 1)) == "everywhere"
    assert policy_for(policies[::-1], "left_behind", "520001", date(2019, 1, 1)).name == "province_new"


def test_a_policy_for_any_definition_stands_in_only_where_none_is_made_for_it() -> None:
    policies = load_policies()
    assert policy_for(policies, "left_behind", "370102", date(2018, 1, 1)).name == "jinan"
    assert policy_for(policies, "left_behind", "520001", date(2018, 1, 1)).name == "national"
    assert policy_for(policies, "another", "520001", date(2018, 1, 1)).name == "plain"


def test_no_policy_in_force_names_the_first_day() -> None:
    with pytest.raises(UserError, match="2015-12-31") as caught:
        policy_for(load_policies(), "left_behind", "520001", date(2015, 12, 31))
    assert "2016-02-04" in caught.value.hint


def test_no_policy_at_all_asks_for_a_file() -> None:
    with pytest.raises(UserError) as caught:
        policy_for([], "left_behind", "520001", date(2018, 1, 1))
    assert "--policy" in caught.value.hint


def test_a_policy_based_on_another_takes_the_sections_it_does_not_give() -> None:
    jinan, whole = load_policy(POLICIES / "jinan.toml"), national()
    assert jinan.red_items == whole.red_items
    assert jinan.levels == whole.levels
    assert {interval.days for interval in jinan.intervals.by_level.values()} == {30}


def test_the_id_names_the_content(tmp_path: Path) -> None:
    changed = load_policy(policy_file(tmp_path, ("yellow = { days = 90", "yellow = { days = 91")))
    assert changed.id != national().id
    assert changed.id.startswith("national@2016-02-04#")
    assert load_policy(policy_file(tmp_path)).id == national().id


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[period]", "[periods]", "unknown key periods"),
        ('name = "national"', "", "'name' is missing"),
        ('region = ""', 'region = "5200010"', "region: '5200010'"),
        ('region = ""', 'region = "52x"', "region: '52x'"),
        ("effective_from = 2016-02-04", 'effective_from = "soon"', "effective_from: 'soon'"),
        ("below = 60\n", "below = 61\n", "overlap"),
        ("below = 60\n", "below = 59\n", "leave a gap"),
        ("blue = { days = 180, first_visit_days = 60 }\n", "", "none for blue"),
        ("green = { days", "pink = { days = 1, first_visit_days = 1 }\ngreen = { days", "pink is no level"),
        ('forces = "red"', 'forces = "purple"', "purple is no level"),
        ('id = "carer_incapacitated"', 'id = "no_guardian"', "an id stands twice"),
        ('"interval:red", ', "", "no interval:red"),
        ('"open_finding:3", ', "", "no open_finding:3"),
        ('"red_item", ', "", "no red_item"),
        ("any = [{ hukou_registered = false }]", "any = []", "no case"),
        ("any = [{ hukou_registered = false }]", "any = [{}]", "empty case"),
        ("any = [{ hukou_registered = false }]", "any = [{ hukou_registered = { near = 1 } }]", "no test 'near'"),
        ("days = { 1 = 180", "days = { mild = 180", "severity 'mild'"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = policy_file(tmp_path, (old, new))
    with pytest.raises(UserError) as caught:
        load_policy(path)
    assert said in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_two_policies_of_one_region_and_day_are_refused(tmp_path: Path) -> None:
    first = policy_file(tmp_path)
    other_day = policy_file(tmp_path, ("effective_from = 2016-02-04", "effective_from = 2017-02-04"))
    other_place = policy_file(tmp_path, ('region = ""', 'region = "520001"'))
    other_ledger = policy_file(tmp_path, ('definition = "left_behind"', 'definition = "another"'))
    assert len(load_policies(tmp_path)) == len({first, other_day, other_place, other_ledger})
    second = policy_file(tmp_path, ('name = "national"', 'name = "second"'))
    with pytest.raises(UserError, match="2016-02-04") as caught:
        load_policies(tmp_path)
    assert str(second) in caught.value.message
    assert first.name in caught.value.message


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.toml: No such file"):
        load_policy(tmp_path / "none.toml")
    (tmp_path / "half.toml").write_text("[policy\n", encoding="utf-8")
    with pytest.raises(UserError, match="not valid TOML"):
        load_policy(tmp_path / "half.toml")


def test_a_base_that_has_a_base_is_refused(tmp_path: Path) -> None:
    (tmp_path / "jinan.toml").write_text((POLICIES / "jinan.toml").read_text(encoding="utf-8"), encoding="utf-8")
    path = policy_file(tmp_path, ('based_on = "national"', 'based_on = "jinan"'), name="jinan")
    with pytest.raises(UserError, match="itself based on another"):
        load_policy(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hukou_registered = false", "no_such_column = false", "no column 'no_such_column'"),
        ('column = "birth_date"', 'column = "born"', "no column 'born'"),
        ('assessed_by = "official_level_by"', 'assessed_by = "nobody"', "no column 'nobody'"),
        ('guardian_type = "none"', 'guardian_type = "nobody"', "differ in nobody"),
        ('guardianship_state = "none"', 'guardianship_state = { in = ["none", "nothing"] }', "differ in nothing"),
        ('column = "official_level"\n', 'column = "dwelling"\n', "differ in"),
    ],
)
def test_a_policy_that_speaks_of_another_ledger_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    policy = load_policy(policy_file(tmp_path, (old, new)))
    with pytest.raises(UserError) as caught:
        policy.check(default_definition())
    assert said in caught.value.message


def test_a_value_that_must_not_be_known_is_no_code(tmp_path: Path) -> None:
    policy = load_policy(policy_file(tmp_path, ('guardian_type = "none"', "guardian_type = { is_null = true }")))
    policy.check(default_definition())
