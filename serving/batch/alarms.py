"""Warnings that a scored region carries: old data, equal scores, counties without children, findings no list has."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from features.definition import Label
from models.release.regions import NOT_CHECKED, RegionState, Standing
from models.release.suspensions import Suspension

# As many codes as fit a line of the page; a country has 2,800.
_COUNTIES_NAMED = 10


@dataclass(frozen=True, slots=True)
class CountyFacts:
    """What one county's scores look like. Scores are None where nobody was scored.

    ``outside_with_finding`` counts the children outside the cohort who still have a severe open finding.
    ``standing``: whether the release fits the county; ``accepted``: it does not, and its owner took that upon himself;
    ``own_calibration``: chances come from a pilot in the county.
    """

    county: str
    children: int
    households: int
    scored: int
    refused: int
    duties: int
    overdue: int
    duty_households: int
    outside_with_finding: int
    newest_recorded_on: dt.date | None
    lowest_score: float | None
    highest_score: float | None
    suspended: int = 0
    no_score: int = 0
    standing: Standing = NOT_CHECKED
    accepted: bool = False
    own_calibration: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """A warning: its kind, its words, and the counties it speaks of."""

    kind: str
    words: Label
    counties: tuple[str, ...]

    @property
    def places(self) -> str:
        """The first counties by code, and how many more there are; the manifest lists all."""
        more = len(self.counties) - _COUNTIES_NAMED
        return ", ".join(self.counties[:_COUNTIES_NAMED]) + (f" … +{more:,}" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class AlarmLimits:
    """When an alarm sounds.

    Days without a record, the fewest scored children whose scores can be compared, and the severity from which an open
    finding of a child outside the cohort is said.
    """

    data_age_days: int
    least_children: int
    outside_severity: int


@lru_cache(maxsize=1)
def alarm_limits() -> AlarmLimits:
    """The limits in force, from ``alarms.toml``."""
    raw = tomllib.loads(Path(__file__).with_name("alarms.toml").read_text(encoding="utf-8"))
    return AlarmLimits(
        data_age_days=int(raw["data_age"]["days"]),
        least_children=int(raw["scores"]["least_children"]),
        outside_severity=int(raw["findings_outside_cohort"]["least_severity"]),
    )


def alarms(
    counties: Sequence[CountyFacts], listed_twice: tuple[str, ...], as_of: dt.date, limits: AlarmLimits
) -> tuple[Alarm, ...]:
    """The warnings of a region, none if all is well.

    Args:
        counties: what each county's scores look like.
        listed_twice: counties with a household that another county lists too.
        as_of: the day the scores speak for.
        limits: when an alarm sounds.
    """
    empty = tuple(facts.county for facts in counties if not facts.children)
    old = tuple(facts.county for facts in counties if _is_old(facts, as_of, limits.data_age_days))
    found = []
    if empty:
        found.append(Alarm("empty_cohort", Label("没有可排序的儿童", "no child to order"), empty))
    if old:
        days = limits.data_age_days
        words = Label(f"数据已超过{days}天未更新", f"nothing recorded for more than {days} days")
        found.append(Alarm("old_data", words, old))
    if listed_twice:
        words = Label(
            "有家庭同时列在两个县：其中一县未登记迁移",
            "a household stands in two counties: one has not recorded its move",
        )
        found.append(Alarm("listed_twice", words, listed_twice))
    found.extend(_outside(counties, limits.outside_severity))
    if _all_equal(counties, limits.least_children):
        words = Label("所有评分相同，模型没有区分任何儿童", "all scores are equal: the model tells no child apart")
        found.append(Alarm("equal_scores", words, ()))
    return tuple(found)


def suspension_alarms(suspensions: Mapping[str, Suspension], counties: Sequence[str]) -> tuple[Alarm, ...]:
    """A warning for each reason that scores of some of the counties are suspended for."""
    by_words: dict[Label, list[str]] = {}
    for county in counties:
        if county in suspensions:
            by_words.setdefault(_suspended_words(suspensions[county]), []).append(county)
    return tuple(Alarm("suspended", words, tuple(places)) for words, places in by_words.items())


def missing_alarms(missing: Collection[str], scored: int) -> tuple[Alarm, ...]:
    """A warning of the counties that could not be scored, with the number that places in the region count."""
    if not missing:
        return ()
    words = Label(
        f"有县无法评分，区域排名只在其余 {scored:,} 个县之间",
        f"a county could not be scored: places in the region count the other {scored:,} alone",
    )
    return (Alarm("county_missing", words, tuple(missing)),)


def region_alarms(regions: Mapping[str, RegionState]) -> tuple[Alarm, ...]:
    """A warning of the counties that were never checked, and of those the release does not fit."""
    places = {
        "region_not_checked": [county for county, one in regions.items() if one.standing == NOT_CHECKED],
        "region_not_fit": [county for county, one in regions.items() if one.blocked],
        "region_accepted": [county for county, one in regions.items() if one.standing == "not_fit" and not one.blocked],
    }
    return tuple(Alarm(kind, _REGION_WORDS[kind], tuple(found)) for kind, found in places.items() if found)


_REGION_WORDS = {
    "region_not_checked": Label(
        "尚未检查模型是否适合本县当前的台账（mopai region check）",
        "whether the release fits this county's ledger as it is has not been checked (mopai region check)",
    ),
    "region_not_fit": Label(
        "模型不适合本县：不评分，只按应办走访排序",
        "the release does not fit this county: nobody is scored, the order is by visits due alone",
    ),
    "region_accepted": Label(
        "模型不适合本县，由模型负责人承担责任后仍然评分",
        "the release does not fit this county; it is scored all the same on the responsibility of the model's owner",
    ),
}


def _suspended_words(one: Suspension) -> Label:
    return Label(
        f"自 {one.since} 起评分已暂停，只按应办走访排序：{one.reason.zh}",
        f"scores are suspended since {one.since}, the order is by visits due alone: {one.reason.en}",
    )


def _outside(counties: Sequence[CountyFacts], severity: int) -> list[Alarm]:
    places = tuple(facts.county for facts in counties if facts.outside_with_finding)
    count = sum(facts.outside_with_finding for facts in counties)
    if not count:
        return []
    who = "1 child" if count == 1 else f"{count:,} children"
    words = Label(
        f"{count:,} 名儿童已超龄或档案已关闭，不在名单内，但仍有严重程度 {severity} 级及以上的未结发现",
        f"{who} of age or with a closed file, on no list, with a finding of severity {severity} or more still open",
    )
    return [Alarm("findings_outside_cohort", words, places)]


def _is_old(facts: CountyFacts, as_of: dt.date, days: int) -> bool:
    newest = facts.newest_recorded_on
    return newest is not None and (as_of - newest).days > days


def _all_equal(counties: Sequence[CountyFacts], least_children: int) -> bool:
    if sum(facts.scored for facts in counties) < least_children:
        return False
    lowest = [facts.lowest_score for facts in counties if facts.lowest_score is not None]
    highest = [facts.highest_score for facts in counties if facts.highest_score is not None]
    return min(lowest) == max(highest)
