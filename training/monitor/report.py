"""What monitoring saw of a region on a day, as plain data; nothing in it names a child or a household."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.release.suspensions import Suspension, suspension_json
from training.metrics import AtK
from training.monitor.alarm import Alarm
from training.monitor.alarms import RegionWatch
from training.monitor.county import CountyWatch, FeatureWatch
from training.monitor.expected import Expectation, Realised
from training.monitor.limits import MonitorLimits
from training.monitor.lists import Selection
from training.monitor.words import NOT_RECORDED
from training.plan import ScreeningPlan

FORMAT = 1


@dataclass(frozen=True, slots=True)
class MonitorReport:
    """What was seen and what alarms it raised.

    ``data_hash``: of the ledger looked at. ``suspended``: all suspensions in force afterwards; ``fresh``: the counties
    this run suspended. ``overridden``: places people overrode and places drawn, None where overrides are not recorded.
    """

    as_of: date
    model_id: str
    simulated: bool
    plan: ScreeningPlan
    data_hash: str
    limits: MonitorLimits
    counties: tuple[CountyWatch, ...]
    region: RegionWatch
    expected: Expectation
    overridden: tuple[int, int] | None
    alarms: tuple[Alarm, ...]
    suspended: Mapping[str, Suspension]
    fresh: tuple[str, ...]

    def content(self) -> dict[str, Any]:
        """The report as JSON values; null is "not estimable"."""
        confidence = self.limits.performance.confidence
        content = {
            "format": FORMAT,
            "as_of": self.as_of.isoformat(),
            "model_id": self.model_id,
            "simulated": self.simulated,
            "data_hash": self.data_hash,
            "alarms": [_alarm(one) for one in self.alarms],
            "suspended": {county: suspension_json(one) for county, one in sorted(self.suspended.items())},
            "newly_suspended": list(self.fresh),
            "expected": _expected(self.expected, confidence),
            "realised": None if self.region.realised is None else _realised(self.region.realised, confidence),
            "strata": {
                name: {"drawn": one.drawn, "met": one.met, "assessed": one.assessed}
                for name, one in sorted(self.region.strata.items())
            },
            "groups": [
                _selection(column, value, one, self.limits.groups.least_children)
                for (column, value), one in self.region.groups.items()
            ],
            "overrides": _overrides(self.overridden),
            "counties": {one.county: _county(one) for one in self.counties},
        }
        plain: dict[str, Any] = _plain(content)
        return plain


def _alarm(one: Alarm) -> dict[str, Any]:
    return {
        "level": one.level,
        "kind": one.kind,
        "county": one.county or None,
        "about": one.about or None,
        "value": one.value,
        "limit": one.limit,
        "zh": one.words.zh,
        "en": one.words.en,
    }


def _expected(one: Expectation, confidence: float) -> dict[str, Any]:
    ends = one.interval(confidence)
    return {
        "places": one.places,
        "precision": one.precision,
        "lower": None if ends is None else ends[0],
        "upper": None if ends is None else ends[1],
    }


def _realised(one: Realised, confidence: float) -> dict[str, Any]:
    found: AtK = one.at_k
    return {
        "as_of": one.as_of.isoformat(),
        "places": found.places,
        "assessed": found.assessed,
        "found": found.found,
        "precision": found.precision,
        "least": found.lower if found.places else None,
        "most": found.upper if found.places else None,
        "expected_of_assessed": _expected(one.expected, confidence),
    }


def _selection(column: str, value: str, one: Selection, least: int) -> dict[str, Any]:
    """A group too small to be shown is named without a figure: told, not dropped."""
    if one.children < least:
        return {"group": column, "value": value, "suppressed": True}
    return {
        "group": column,
        "value": value,
        "children": one.children,
        "listed": one.listed,
        "rate": one.rate,
        "ratio": one.ratio,
        "lower": one.lower,
        "upper": one.upper,
    }


def _overrides(overridden: tuple[int, int] | None) -> dict[str, Any]:
    if overridden is None:
        return {"recorded": False, "rate": None, "zh": NOT_RECORDED.zh, "en": NOT_RECORDED.en}
    count, drawn = overridden
    return {"recorded": True, "overridden": count, "drawn": drawn, "rate": count / drawn if drawn else None}


def _county(one: CountyWatch) -> dict[str, Any]:
    return {
        "children": one.children,
        "households": one.households,
        "children_before": one.children_before,
        "newest_recorded_on": None if one.newest_recorded_on is None else one.newest_recorded_on.isoformat(),
        "scored": one.score.scored,
        "equal_scores": one.score.scored > 0 and one.score.lowest == one.score.highest,
        "score_drift": None
        if one.score.drift is None
        else {"effect": one.score.drift.effect, "p_value": one.score.drift.p_value()},
        "expected_precision": one.expected.precision,
        "features": {feature.name: _feature(feature) for feature in one.features},
    }


def _feature(one: FeatureWatch) -> dict[str, Any]:
    drift, unknown = one.drift, one.unknown
    return {
        "effect": None if drift is None else drift.effect,
        "p_value": None if drift is None else drift.p_value(),
        "design_effect": None if drift is None else drift.design_effect,
        "unknown": None if unknown is None else unknown.share,
        "unknown_before": None if unknown is None else unknown.reference,
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON values have many types
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
