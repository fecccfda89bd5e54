"""The limits monitoring alarms at, read from ``limits.toml`` or a region's own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from features.settings_file import read_settings

LIMITS = Path(__file__).resolve().parent / "limits.toml"


@dataclass(frozen=True, slots=True)
class DriftLimits:
    """From what effect on, with what error rate, and on how many clusters a distribution counts as another."""

    false_discovery_rate: float
    least_expected: float
    least_clusters: int
    feature_effect: float
    score_effect: float
    score_effect_hard: float


@dataclass(frozen=True, slots=True)
class UnknownLimits:
    """How many more values may be unknown than when the model was made."""

    points_above: float


@dataclass(frozen=True, slots=True)
class InputLimits:
    """How many of the model's inputs may have moved or be gone before the score no longer means what it meant."""

    hard_share: float


@dataclass(frozen=True, slots=True)
class FreshnessLimits:
    """Days without a record."""

    days: int
    days_hard: int


@dataclass(frozen=True, slots=True)
class ScoreLimits:
    """From how many children on equal scores are no chance."""

    least_children: int


@dataclass(frozen=True, slots=True)
class CohortLimits:
    """How much the number of children may change in a month."""

    change: float
    change_hard: float
    standard_errors: float


@dataclass(frozen=True, slots=True)
class PerformanceLimits:
    """How far the realised precision may lie below the expected one."""

    confidence: float
    points_below: float
    least_assessed: int


@dataclass(frozen=True, slots=True)
class CoverageLimits:
    """How many of the households drawn into a stratum should have been assessed."""

    assessed_share: float
    least_drawn: int


@dataclass(frozen=True, slots=True)
class GroupLimits:
    """How seldom a group may stand on the list, and from how many children on it is shown."""

    ratio: float
    least_children: int


@dataclass(frozen=True, slots=True)
class MonitorLimits:
    """All limits of monitoring."""

    drift: DriftLimits
    unknown: UnknownLimits
    inputs: InputLimits
    freshness: FreshnessLimits
    scores: ScoreLimits
    cohort: CohortLimits
    performance: PerformanceLimits
    coverage: CoverageLimits
    groups: GroupLimits


_LIMITS: TypeAdapter[MonitorLimits] = TypeAdapter(MonitorLimits)


def load_limits(path: Path = LIMITS) -> MonitorLimits:
    """Read the limits.

    Raises:
        UserError: there is no such file, or a value is missing or cannot be used; says where.
    """
    return read_settings(path, _LIMITS)
