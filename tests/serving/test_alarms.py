"""Warnings: each sounds at its limit and only there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from features.definition import Label
from serving.batch.alarms import Alarm, AlarmLimits, CountyFacts, alarm_limits, alarms

AS_OF = date(2018, 6, 30)
LIMITS = AlarmLimits(data_age_days=31, least_children=2, outside_severity=3)
WELL = CountyFacts(
    county="520001", children=10, households=6, scored=9, refused=1, duties=2, overdue=1, duty_households=2,
    outside_with_finding=0, newest_recorded_on=AS_OF, lowest_score=-2.0, highest_score=0.5,
)  # fmt: skip


def _kinds(*counties: CountyFacts) -> dict[str, tuple[str, ...]]:
    return {alarm.kind: alarm.counties for alarm in alarms(counties, (), AS_OF, LIMITS)}


def test_a_region_that_is_well_carries_no_warning() -> None:
    assert _kinds(WELL, replace(WELL, county="520002")) == {}


def test_old_data_are_named_by_county_from_the_day_after_the_limit() -> None:
    at_limit = replace(WELL, newest_recorded_on=AS_OF - timedelta(days=31))
    older = replace(WELL, county="520002", newest_recorded_on=AS_OF - timedelta(days=32))
    assert _kinds(at_limit) == {}
    assert _kinds(at_limit, older) == {"old_data": ("520002",)}


def test_scores_that_tell_nobody_apart_are_said() -> None:
    equal = replace(WELL, lowest_score=0.5)
    assert _kinds(equal) == {"equal_scores": ()}
    assert _kinds(equal, WELL) == {}
    assert _kinds(replace(equal, scored=1)) == {}


def test_a_county_without_children_is_said_and_is_no_old_data() -> None:
    empty = replace(
        WELL, county="520003", children=0, scored=0, newest_recorded_on=None, lowest_score=None, highest_score=None
    )
    assert _kinds(WELL, empty) == {"empty_cohort": ("520003",)}
    assert _kinds(empty) == {"empty_cohort": ("520003",)}


def test_the_limits_in_force_are_read_and_said_in_both_languages() -> None:
    limits = alarm_limits()
    assert limits.data_age_days > 0
    assert limits.least_children > 1
    old = replace(WELL, newest_recorded_on=AS_OF - timedelta(days=limits.data_age_days + 1))
    (alarm,) = alarms([old], (), AS_OF, limits)
    assert str(limits.data_age_days) in alarm.words.zh
    assert str(limits.data_age_days) in alarm.words.en


@pytest.mark.parametrize(("more", "who"), [(0, "1 child of age"), (1200, "1,201 children of age")])
def test_open_findings_of_children_on_no_list_are_counted(more: int, who: str) -> None:
    counties = [WELL, replace(WELL, county="520002", outside_with_finding=1)]
    if more:
        counties.append(replace(WELL, county="520003", outside_with_finding=more))
    (alarm,) = alarms(counties, (), AS_OF, LIMITS)
    assert (alarm.kind, alarm.counties) == ("findings_outside_cohort", ("520002", "520003")[: len(counties) - 1])
    assert alarm.words.en.startswith(who)
    assert f"{1 + more:,} 名" in alarm.words.zh
    assert "severity 3" in alarm.words.en


def test_a_household_in_two_counties_is_said() -> None:
    (alarm,) = alarms([WELL], ("520001", "520002"), AS_OF, LIMITS)
    assert (alarm.kind, alarm.counties) == ("listed_twice", ("520001", "520002"))


def test_of_many_counties_the_first_are_named_and_the_others_counted() -> None:
    codes = tuple(str(code) for code in range(520100, 521300))
    shown = Alarm("old_data", Label("旧", "old"), codes).places
    assert shown.startswith("520100, 520101")
    assert shown.endswith("… +1,190")
    assert Alarm("old_data", Label("旧", "old"), codes[:2]).places == "520100, 520101"
