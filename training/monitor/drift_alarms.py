"""Alarms of distributions that moved, believed together over all counties so that few are false."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.definition import Label
from training.monitor.alarm import Alarm
from training.monitor.county import CountyWatch, FeatureWatch
from training.monitor.drift import discoveries
from training.monitor.limits import MonitorLimits
from training.monitor.names import Words
from training.monitor.words import percent

Seen = tuple[CountyWatch, FeatureWatch]


def feature_alarms(counties: Sequence[CountyWatch], limits: MonitorLimits, words: Words) -> list[Alarm]:
    """Inputs spread differently or no longer known; the error rate holds over all features of all counties."""
    seen = [(one, feature) for one in counties for feature in one.features]
    moved, gone = limits.drift.feature_effect, limits.unknown.points_above
    drift = _believed([(each, each[1].drift.p_value(moved) if each[1].drift else None) for each in seen], limits)
    unknown = _believed([(each, each[1].unknown.p_value(gone) if each[1].unknown else None) for each in seen], limits)
    found = [_moved(one, feature, words, limits) for one, feature in drift]
    found += [_gone(one, feature, words, limits) for one, feature in unknown]
    found += _many(counties, drift, limits.drift.features_hard_share, "many_drift", _MANY_DRIFT)
    return found + _many(counties, unknown, limits.unknown.features_hard_share, "many_unknown", _MANY_UNKNOWN)


def _believed(tests: Sequence[tuple[Seen, float | None]], limits: MonitorLimits) -> list[Seen]:
    """What may be believed out of the tests of all features of all counties; None is no test."""
    made = [(each, p) for each, p in tests if p is not None]
    kept = discoveries(np.array([p for _, p in made]), limits.drift.false_discovery_rate)
    return [each for (each, _), keep in zip(made, kept, strict=True) if keep]


def _moved(one: CountyWatch, feature: FeatureWatch, words: Words, limits: MonitorLimits) -> Alarm:
    effect = feature.drift.effect if feature.drift else 0.0
    name = words.features[feature.name]
    said = Label(
        f"“{name.zh}”的分布与建模时不同（w={effect:.2f}）",
        f'"{name.en}" is spread differently from when the model was made (w={effect:.2f})',
    )
    return Alarm("warn", "feature_drift", one.county, said, effect, limits.drift.feature_effect, feature.name)


def _gone(one: CountyWatch, feature: FeatureWatch, words: Words, limits: MonitorLimits) -> Alarm:
    share, before = (feature.unknown.share, feature.unknown.reference) if feature.unknown else (0.0, 0.0)
    name = words.features[feature.name]
    said = Label(
        f"“{name.zh}”不详的比例由 {percent(before)} 升至 {percent(share)}",
        f'"{name.en}" is not known for {percent(share)}, it was {percent(before)}',
    )
    return Alarm("warn", "unknown", one.county, said, share - before, limits.unknown.points_above, feature.name)


_MANY_DRIFT = Label("项模型输入的分布与建模时不同", "inputs of the model are spread differently from when it was made")
_MANY_UNKNOWN = Label("项模型输入大多不再登记", "inputs of the model are much less often known than when it was made")


def _many(
    counties: Sequence[CountyWatch], believed: Sequence[Seen], share: float, kind: str, words: Label
) -> list[Alarm]:
    """A hard alarm where so many inputs moved that the score no longer means what it meant."""
    found = []
    for one in counties:
        number = sum(seen.county == one.county for seen, _ in believed)
        tested = sum(feature.drift is not None or feature.unknown is not None for feature in one.features)
        if tested and number / tested >= share:
            said = Label(f"{tested} 项中有 {number} {words.zh}", f"{number} of {tested} {words.en}")
            found.append(Alarm("hard", kind, one.county, said, number / tested, share))
    return found


def score_alarms(counties: Sequence[CountyWatch], limits: MonitorLimits) -> list[Alarm]:
    """Scores spread differently; the error rate holds over the counties."""
    tested = [(one, one.score.drift) for one in counties if one.score.drift is not None]
    rate, drift = limits.drift.false_discovery_rate, limits.drift
    warned, stopped = (
        discoveries(np.array([seen.p_value(effect) for _, seen in tested]), rate)
        for effect in (drift.score_effect, drift.score_effect_hard)
    )
    found = []
    for (one, seen), warn, hard in zip(tested, warned, stopped, strict=True):
        if warn or hard:
            words = Label(
                f"评分的分布与建模时不同（w={seen.effect:.2f}）",
                f"scores are spread differently from when the model was made (w={seen.effect:.2f})",
            )
            limit = drift.score_effect_hard if hard else drift.score_effect
            found.append(Alarm("hard" if hard else "warn", "score_drift", one.county, words, seen.effect, limit))
    return found
