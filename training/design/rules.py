"""How design-based estimates are made: what the design data file declares, as frozen words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from features.settings_file import read_settings

Method = Literal["wald", "wilson", "korn_graubard"]
Quantity = Literal["prevalence", "precision_at_k", "recall_at_k", "found_per_places"]

RULES = Path(__file__).resolve().parent / "design.toml"


@dataclass(frozen=True, slots=True)
class IntervalRule:
    """How sure an interval is, and how it is made."""

    confidence: float
    method: Method


@dataclass(frozen=True, slots=True)
class PoolRule:
    """How far back lists may be pooled."""

    days_at_most: int


@dataclass(frozen=True, slots=True)
class CellRule:
    """From how many assessed children on a certain stratum stands alone."""

    least_children: int


@dataclass(frozen=True, slots=True)
class ValueRule:
    """The number of household places that the worth of a policy is counted over."""

    places: int


@dataclass(frozen=True, slots=True)
class CautionRule:
    """From where on a difference in the data is worth a warning; see the data file."""

    confidence: float
    need_ratio: float
    answer_difference: float
    least_visits: int
    nested_share: float
    frame_change: float
    missing_frame: float
    bands: int


@dataclass(frozen=True, slots=True)
class DesignRules:
    """All that design-based estimates decide."""

    interval: IntervalRule
    half_width: Mapping[Quantity, float]
    expected: Mapping[Quantity, float]
    pool: PoolRule
    cells: CellRule
    value: ValueRule
    cautions: CautionRule


_RULES: TypeAdapter[DesignRules] = TypeAdapter(DesignRules)


def load_rules(path: Path = RULES) -> DesignRules:
    """Read the rules from their data file.

    Raises:
        UserError: a value is missing or cannot be used; says where.
    """
    return read_settings(path, _RULES)
