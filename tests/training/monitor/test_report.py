"""The report as data: nothing that cannot be JSON, small groups named without a figure."""

from __future__ import annotations

import json
from dataclasses import replace

from training.monitor.alarms import RegionWatch
from training.monitor.lists import Coverage, Selection
from training.monitor.report import MonitorReport


def test_the_content_is_json_and_says_what_is_not_recorded(report: MonitorReport) -> None:
    content = report.content()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["overrides"] == {"recorded": False, "rate": None, "zh": "没有记录", "en": "not recorded"}
    county = next(iter(content["counties"].values()))
    assert county["features"]["age"]["effect"] is not None
    assert county["equal_scores"] is False
    assert content["realised"]["least"] <= content["realised"]["precision"] <= content["realised"]["most"]


def test_a_small_group_is_named_and_not_shown(report: MonitorReport) -> None:
    groups = {
        ("group_sex", "boy"): Selection(10, 3, 0.3, 1.5, 1.0, 2.0),
        ("group_sex", "girl"): Selection(11, 0, 0.0, None, None, None),
    }
    content = replace(report, region=replace(report.region, groups=groups)).content()
    assert content["groups"][0] == {"group": "group_sex", "value": "boy", "suppressed": True}
    assert content["groups"][1]["children"] == 11


def test_overrides_are_a_rate_where_they_are_recorded(report: MonitorReport) -> None:
    told = {"recorded": True, "overridden": 3, "drawn": 12, "rate": 0.25}
    assert replace(report, overridden=(3, 12)).content()["overrides"] == told
    assert replace(report, overridden=(0, 0)).content()["overrides"]["rate"] is None


def test_what_is_not_known_yet_is_null(report: MonitorReport) -> None:
    region = RegionWatch(None, {"duty": Coverage(3, 2, 1)}, {})
    content = replace(report, region=region).content()
    assert content["realised"] is None
    assert content["strata"] == {"duty": {"drawn": 3, "met": 2, "assessed": 1}}
