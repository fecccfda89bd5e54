"""What a person reads: both languages, what is grave first, no figure where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from features.definition import Label
from models.release.suspensions import Suspension
from tests.builders import default_definition
from tests.training.monitor.watches import AS_OF
from training.audit.section import Section
from training.monitor.alarm import Alarm
from training.monitor.alarms import RegionWatch
from training.monitor.county import FeatureWatch, ScoreWatch
from training.monitor.expected import Expectation
from training.monitor.lists import Selection
from training.monitor.names import Words
from training.monitor.report import MonitorReport
from training.monitor.sections import sections

WORDS = Words.of(default_definition())
OLD = Alarm("hard", "old_data", "520001", Label("数据过旧", "old data"), 100, 92)
NOTE = Alarm("info", "new_county", "520002", Label("新增县", "a new county"), 5, 0)


def _made(report: MonitorReport) -> dict[str, Section]:
    return {section.key: section for section in sections(report, WORDS)}


def test_alarms_come_gravest_first_and_suspended_counties_are_named(report: MonitorReport) -> None:
    one = Suspension("520001", AS_OF, "m1", ("old_data",), OLD.words)
    made = _made(replace(report, alarms=(NOTE, OLD), suspended={"520001": one}))["alarms"]
    assert [row[2] for row in made.tables[0].rows] == [OLD.words, NOTE.words]
    assert made.findings[0].zh == f"520001：自 {AS_OF} 起评分已暂停（数据过旧）"
    assert made.findings[1] == Label("520001：数据过旧", "520001: old data")


def test_no_suspension_is_said(report: MonitorReport) -> None:
    assert (
        _made(replace(report, alarms=(), suspended={}))["alarms"].findings[0].en.startswith("The scores of no county")
    )


def test_every_county_has_a_row_and_a_dash_for_what_is_not_there(report: MonitorReport) -> None:
    bare = replace(report.counties[0], newest_recorded_on=None, score=ScoreWatch(0, None, None, None), features=())
    rows = _made(replace(report, counties=(bare, *report.counties[1:])))["counties"].tables[0].rows
    assert len(rows) == len(report.counties)
    assert rows[0][3:6] == ("-", "0", "-")
    assert "-" not in rows[1]


def test_the_inputs_that_moved_most_are_shown(report: MonitorReport) -> None:
    rows = _made(report)["inputs"].tables[0].rows
    first = [float(str(row[2])) for row in rows if row[0] == report.counties[0].county]
    assert first == sorted(first, reverse=True)
    moved = next(one for one in report.counties[0].features if one.drift is not None and one.drift.effect > 0)
    bare = replace(report.counties[0], features=(replace(moved, unknown=None), FeatureWatch("age", None, None)))
    (row,) = _made(replace(report, counties=(bare,)))["inputs"].tables[0].rows
    assert row[4:] == ("-", "-")


def test_what_lists_find_is_said_before_and_after_the_labels(report: MonitorReport) -> None:
    expected, realised, overrides = _made(report)["found"].findings
    assert "if the calibration still holds" in expected.en
    assert "expected" in realised.en
    assert "上下限" in realised.zh
    assert overrides.en == "Places overridden by people: not recorded."
    later = replace(report, region=RegionWatch(None, {}, {}), expected=Expectation(0, 0.0, 0.0), overridden=(3, 12))
    expected, realised, overrides = _made(later)["found"].findings
    assert expected.en == "There is no child to order."
    assert realised.en == "Realised: no label yet."
    assert overrides.zh == "人工改动名单：25%（3 / 12）。"


def test_small_groups_stand_in_the_table_without_a_figure(report: MonitorReport) -> None:
    groups = {
        ("group_sex", "boy"): Selection(10, 3, 0.3, 1.5, 1.0, 2.0),
        ("group_sex", "girl"): Selection(100, 20, 0.2, 0.8, 0.6, 1.1),
        ("group_county", "520001"): Selection(100, 0, 0.0, None, None, None),
    }
    rows = _made(replace(report, region=replace(report.region, groups=groups)))["groups"].tables[0].rows
    assert rows[0][2:] == ("-", "-", "-")
    assert rows[1][1:] == ("100", "20%", "0.80", "0.60-1.10")
    assert rows[2][1:] == ("100", "0%", "-", "-")


def test_dates_are_those_of_the_report(report: MonitorReport) -> None:
    assert isinstance(report.as_of, date)
    assert str(report.as_of) in _made(report)["found"].findings[0].zh
