"""Alarms of a county's state and of the region: each begins at its limit and only there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.training.monitor.watches import AS_OF, WORDS, realised, watch
from training.monitor.alarm import hard_counties, level_of
from training.monitor.alarms import RegionWatch, county_alarms, region_alarms
from training.monitor.county import CountyWatch, ScoreWatch
from training.monitor.limits import load_limits
from training.monitor.lists import Coverage, Selection

LIMITS = load_limits()


def _kinds(*counties: CountyWatch) -> list[tuple[str, str, str]]:
    return [(one.level, one.kind, one.county) for one in county_alarms(counties, AS_OF, LIMITS, WORDS)]


def _region(**changes: Any) -> list[tuple[str, str, str]]:
    region = RegionWatch(**({"realised": None, "strata": {}, "groups": {}} | changes))
    return [(one.level, one.kind, one.about) for one in region_alarms(region, LIMITS, WORDS)]


def test_counties_that_are_well_raise_no_alarm() -> None:
    assert _kinds(watch(), watch("520002")) == []
    assert _region() == []


@pytest.mark.parametrize(("days", "level"), [(31, None), (32, "warn"), (92, "warn"), (93, "hard")])
def test_old_data_warn_and_then_suspend(days: int, level: str | None) -> None:
    found = _kinds(watch(newest_recorded_on=AS_OF - timedelta(days=days)))
    assert found == ([] if level is None else [(level, "old_data", "520001")])


def test_a_county_without_a_record_is_not_called_old() -> None:
    assert _kinds(watch(newest_recorded_on=None)) == []


@pytest.mark.parametrize(
    ("before", "now", "level"),
    [(1_000, 1_199, None), (1_000, 1_201, "warn"), (1_000, 799, "warn"), (1_000, 490, "hard"), (1_000, 0, "hard")],
)
def test_a_jump_of_the_cohort_warns_and_then_suspends(before: int, now: int, level: str | None) -> None:
    found = _kinds(watch(children_before=before, children=now))
    assert found == ([] if level is None else [(level, "cohort_jump", "520001")])


def test_a_small_county_may_change_by_chance() -> None:
    assert _kinds(watch(children_before=50, children=35)) == []
    assert _kinds(watch(children_before=50, children=0)) == [("hard", "cohort_jump", "520001")]


def test_a_new_county_is_a_note() -> None:
    assert _kinds(watch(children_before=0)) == [("info", "new_county", "520001")]
    assert _kinds(watch(children_before=0, children=0)) == []


def test_equal_scores_suspend_unless_there_are_too_few_to_tell() -> None:
    assert _kinds(watch(score=ScoreWatch(20, 0.5, 0.5, None))) == [("hard", "equal_scores", "520001")]
    assert _kinds(watch(score=ScoreWatch(19, 0.5, 0.5, None))) == []
    assert _kinds(watch(score=ScoreWatch(0, None, None, None))) == []


def test_only_hard_alarms_suspend_and_all_of_a_county_are_named() -> None:
    old = watch("520002", newest_recorded_on=AS_OF - timedelta(days=200), score=ScoreWatch(50, 0.5, 0.5, None))
    stale = watch("520003", newest_recorded_on=AS_OF - timedelta(days=40))
    hard = hard_counties(county_alarms((watch(), old, stale), AS_OF, LIMITS, WORDS))
    assert {county: [one.kind for one in alarms] for county, alarms in hard.items()} == {
        "520002": ["old_data", "equal_scores"]
    }


def test_alarms_speak_both_languages_with_value_and_limit() -> None:
    (alarm,) = county_alarms([watch(newest_recorded_on=AS_OF - timedelta(days=40))], AS_OF, LIMITS, WORDS)
    assert (alarm.value, alarm.limit) == (40, 31)
    assert "40" in alarm.words.zh
    assert "40 days" in alarm.words.en


@pytest.mark.parametrize(("found", "alarm"), [(30, False), (22, False), (8, True)])
def test_a_list_that_finds_certainly_less_than_expected_warns(found: int, *, alarm: bool) -> None:
    assert _region(realised=realised(found=found)) == ([("warn", "below_expected", "")] if alarm else [])


def test_few_assessed_children_say_nothing_of_performance() -> None:
    assert _region(realised=realised(assessed=29, found=0)) == []


def test_a_stratum_with_few_answers_warns_by_name() -> None:
    strata = {"random": Coverage(100, 60, 49), "score": Coverage(100, 60, 50), "duty": Coverage(19, 0, 0)}
    assert _region(strata=strata) == [("warn", "label_coverage", "random")]
    (alarm,) = region_alarms(RegionWatch(None, strata, {}), LIMITS, WORDS)
    assert "抽签" in alarm.words.zh
    assert "'random'" in alarm.words.en


def test_a_group_seldom_on_the_list_is_a_note_when_it_is_certain_and_not_tiny() -> None:
    key = ("group_sex", "girl")
    certain = Selection(500, 20, 0.04, 0.4, 0.3, 0.6)
    assert _region(groups={key: certain}) == [("info", "group_on_list", "group_sex=girl")]
    for one in (
        Selection(500, 20, 0.04, 0.4, 0.2, 0.9),
        Selection(10, 1, 0.1, 0.4, 0.3, 0.6),
        Selection(500, 0, 0.0, None, None, None),
    ):
        assert _region(groups={key: one}) == []


def test_a_level_begins_above_its_limit() -> None:
    assert [level_of(value, 1, 2) for value in (1, 1.5, 2, 2.5)] == [None, "warn", "warn", "hard"]
