"""The alarms of what was seen: of each county, and of the region as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from features.definition import Label
from training.monitor.alarm import Alarm, level_of
from training.monitor.county import CountyWatch
from training.monitor.drift_alarms import feature_alarms, score_alarms
from training.monitor.expected import Realised, shortfall
from training.monitor.limits import MonitorLimits
from training.monitor.lists import Coverage, Selection
from training.monitor.names import Words
from training.monitor.words import percent


@dataclass(frozen=True, slots=True)
class RegionWatch:
    """What was seen of all counties together."""

    realised: Realised | None
    strata: Mapping[str, Coverage]
    groups: Mapping[tuple[str, str], Selection]


def county_alarms(
    counties: Sequence[CountyWatch], as_of: date, limits: MonitorLimits, words: Words
) -> tuple[Alarm, ...]:
    """The alarms of the counties; the error rate of drift holds over all of them together.

    Args:
        counties: what was seen.
        as_of: the day it was seen on.
        limits: where alarms begin.
        words: the words of the features.
    """
    found = [alarm for one in counties for alarm in _state_alarms(one, as_of, limits)]
    found += feature_alarms(counties, limits, words)
    found += score_alarms(counties, limits)
    return tuple(found)


def region_alarms(region: RegionWatch, limits: MonitorLimits, words: Words) -> tuple[Alarm, ...]:
    """The alarms of the region as a whole: performance, label coverage, groups on the list. None of them is hard."""
    return (
        tuple(_performance(region, limits))
        + tuple(_coverage(region, limits, words))
        + tuple(_groups(region, limits, words))
    )


def _state_alarms(one: CountyWatch, as_of: date, limits: MonitorLimits) -> Iterator[Alarm]:
    yield from _freshness(one, as_of, limits)
    yield from _cohort(one, limits)
    score = one.score
    if score.scored >= limits.scores.least_children and score.lowest == score.highest:
        words = Label(
            f"{score.scored:,} 名儿童评分全部相同，模型没有区分任何儿童",
            f"the scores of all {score.scored:,} children are equal: the model tells no child apart",
        )
        yield Alarm("hard", "equal_scores", one.county, words, score.scored, limits.scores.least_children)


def _freshness(one: CountyWatch, as_of: date, limits: MonitorLimits) -> Iterator[Alarm]:
    if one.newest_recorded_on is None:
        return
    days = (as_of - one.newest_recorded_on).days
    level = level_of(days, limits.freshness.days, limits.freshness.days_hard)
    if level is not None:
        limit = limits.freshness.days_hard if level == "hard" else limits.freshness.days
        words = Label(f"已 {days} 天没有任何记录", f"nothing was recorded for {days} days")
        yield Alarm(level, "old_data", one.county, words, days, limit)


def _cohort(one: CountyWatch, limits: MonitorLimits) -> Iterator[Alarm]:
    before, now = one.children_before, one.children
    if not before:
        if now:
            words = Label(f"新增县：{now:,} 名儿童，一个月前没有", f"a new county: {now:,} children, none a month ago")
            yield Alarm("info", "new_county", one.county, words, now, 0)
        return
    change = (now - before) / before
    chance = limits.cohort.standard_errors * float(np.sqrt(before)) / before
    level = level_of(abs(change), max(limits.cohort.change, chance), max(limits.cohort.change_hard, chance))
    if level is not None:
        words = Label(
            f"儿童人数一个月内由 {before:,} 变为 {now:,}", f"children went from {before:,} to {now:,} within a month"
        )
        limit = limits.cohort.change_hard if level == "hard" else limits.cohort.change
        yield Alarm(level, "cohort_jump", one.county, words, change, limit)


def _performance(region: RegionWatch, limits: MonitorLimits) -> Iterator[Alarm]:
    one, rule = region.realised, limits.performance
    if one is None or one.at_k.assessed < rule.least_assessed:
        return
    short = shortfall(one, rule.confidence)
    if short is not None and short > rule.points_below:
        precision, expected = one.at_k.precision or 0.0, one.expected.precision or 0.0
        words = Label(
            f"{one.as_of} 的名单：走访中发现新需要的比例为 {percent(precision)}，预期 {percent(expected)}",
            f"list of {one.as_of}: {percent(precision)} of the visits found a new need, {percent(expected)} expected",
        )
        yield Alarm("warn", "below_expected", "", words, expected - precision, rule.points_below)


def _coverage(region: RegionWatch, limits: MonitorLimits, words: Words) -> Iterator[Alarm]:
    rule = limits.coverage
    for stratum, one in region.strata.items():
        share = one.assessed / one.drawn if one.drawn else 1.0
        if one.drawn >= rule.least_drawn and share < rule.assessed_share:
            name = words.stratum(stratum)
            said = Label(
                f"名单层“{name.zh}”：抽中的 {one.drawn:,} 户中只有 {percent(share)} 有结果",
                f"list stratum '{name.en}': only {percent(share)} of the {one.drawn:,} households drawn were assessed",
            )
            yield Alarm("warn", "label_coverage", "", said, share, rule.assessed_share, stratum)


def _groups(region: RegionWatch, limits: MonitorLimits, words: Words) -> Iterator[Alarm]:
    rule = limits.groups
    for (column, value), one in region.groups.items():
        if one.children >= rule.least_children and one.ratio is not None and (one.upper or 0.0) < rule.ratio:
            name = words.group(column, value)
            said = Label(
                f"{name.zh}：进入名单的机会是其他儿童的 {percent(one.ratio)}，是否因需要不同，见审查报告",
                f"{name.en}: on the list {percent(one.ratio)} as often as other children; whether need differs, "
                "the audit says",
            )
            yield Alarm("info", "group_on_list", "", said, one.ratio, rule.ratio, f"{column}={value}")
