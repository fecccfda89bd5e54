"""The numbers this package works with, read from ``fairness.toml``; their sources stand in the file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from features.settings_file import read_settings

Level = Literal["region", "county", "township"]


@dataclass(frozen=True, slots=True)
class GroupRule:
    """When a group is too small to stand alone, to be counted in print, or to be shown as a pair."""

    fewest_needs: int
    fewest_children: int
    widest_half_width: float


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """How many children known by lot a figure rests on to be called identified."""

    fewest_by_lot: int


@dataclass(frozen=True, slots=True)
class EqualRecallRule:
    """When equal-recall cut-offs are fitted and when they are refused."""

    fewest_needs: int
    fewest_by_lot: int
    widest_ratio: float
    level: Level


@dataclass(frozen=True, slots=True)
class AblationRule:
    """The most work that refits and the prediction of protected facts may do."""

    rows_at_most: int
    rounds_at_most: int
    predict_rows_at_most: int
    predict_rounds: int
    predict_folds: int
    fewest_members: int


@dataclass(frozen=True, slots=True)
class FairnessRule:
    """All settings of the package."""

    groups: GroupRule
    claims: ClaimRule
    equal_recall: EqualRecallRule
    ablations: AblationRule


_RULE: TypeAdapter[FairnessRule] = TypeAdapter(FairnessRule)


@lru_cache(maxsize=1)
def fairness_rule() -> FairnessRule:
    """The settings in force."""
    return read_settings(Path(__file__).with_name("fairness.toml"), _RULE)
