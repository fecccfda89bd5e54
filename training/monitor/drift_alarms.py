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
    return found + _many(counties, drift + unknown, limits)


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


def _many(counties: Sequence[CountyWatch], believed: Sequence[Seen], limits: MonitorLimits) -> list[Alarm]:
    """A hard alarm where so many inputs moved or are gone that the score no longer means what it meant."""
    found = []
    for one in counties:
        number = len({feature.name for seen, feature in believed if seen.county == one.county})
        tested = sum(feature.drift is not None or feature.unknown is not None for feature in one.features)
        if tested and number / tested >= limits.inputs.hard_share:
            words = Label(
                f"{tested} 项模型输入中有 {number} 项分布不同或不再登记，评分已不可比",
                f"{number} of {tested} inputs of the model are spread differently or no longer known: "
                "its scores mean something else here",
            )
            found.append(Alarm("hard", "many_inputs", one.county, words, number / tested, limits.inputs.hard_share))
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
