"""Drift alarms: the features that moved are named; when most of them moved the county is suspended."""

from __future__ import annotations

from dataclasses import replace

from tests.training.monitor.watches import FEATURES, WORDS, drift, feature, watch
from training.monitor.county import FeatureWatch
from training.monitor.drift_alarms import feature_alarms, score_alarms
from training.monitor.limits import load_limits

LIMITS = load_limits()


def _moved(count: int, **change: float) -> tuple[FeatureWatch, ...]:
    return tuple(feature(name, **(change if place < count else {})) for place, name in enumerate(FEATURES))


def test_a_feature_that_moved_is_named_with_its_county() -> None:
    (alarm,) = feature_alarms([watch(), watch("520002", features=_moved(1, effect=0.8))], LIMITS, WORDS)
    assert (alarm.level, alarm.kind, alarm.county, alarm.about) == ("warn", "feature_drift", "520002", "f0")
    assert alarm.words.en.startswith('"input f0"')
    assert "w=0.80" in alarm.words.zh


def test_a_small_effect_is_no_alarm() -> None:
    assert feature_alarms([watch(features=_moved(8, effect=0.3))], LIMITS, WORDS) == []


def test_a_feature_no_longer_known_is_named_with_both_shares() -> None:
    (alarm,) = feature_alarms([watch(features=_moved(1, share=0.9))], LIMITS, WORDS)
    assert (alarm.level, alarm.kind, alarm.about) == ("warn", "unknown", "f0")
    assert "5%" in alarm.words.en
    assert "90%" in alarm.words.zh


def test_a_county_with_many_inputs_moved_or_gone_is_suspended() -> None:
    one_moved = _moved(1, effect=0.8)
    both = (*one_moved[:6], *(feature(name, share=0.9) for name in FEATURES[6:7]), one_moved[7])
    few = {one.level for one in feature_alarms([watch(features=one_moved)], LIMITS, WORDS)}
    hard = [one for one in feature_alarms([watch(features=both)], LIMITS, WORDS) if one.level == "hard"]
    assert few == {"warn"}
    assert [(one.kind, one.county, one.value) for one in hard] == [("many_inputs", "520001", 0.25)]
    assert hard[0].words.en.startswith("2 of 8 inputs")


def test_an_input_that_moved_and_is_gone_counts_once() -> None:
    found = feature_alarms([watch(features=_moved(1, effect=0.8, share=0.9))], LIMITS, WORDS)
    assert sorted(one.kind for one in found) == ["feature_drift", "unknown"]


def test_where_nothing_can_be_tested_nothing_is_said() -> None:
    nothing = tuple(FeatureWatch(name, None, None) for name in FEATURES)
    assert feature_alarms([watch(features=nothing)], LIMITS, WORDS) == []
    assert score_alarms([watch(score=replace(watch().score, drift=None))], LIMITS) == []


def test_scores_that_moved_warn_and_then_suspend() -> None:
    counties = [
        watch(f"52000{place}", score=replace(watch().score, drift=drift(effect)))
        for place, effect in enumerate((0.1, 0.45, 0.9))
    ]
    found = [(one.level, one.county, one.limit) for one in score_alarms(counties, LIMITS)]
    assert found == [("warn", "520001", LIMITS.drift.score_effect), ("hard", "520002", LIMITS.drift.score_effect_hard)]
