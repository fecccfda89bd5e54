"""The numbers the visitor effect is measured with, read from ``settings.toml``; their sources stand in the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from features.settings_file import read_settings


@dataclass(frozen=True, slots=True)
class VillageRule:
    """When visitors nest in villages too much to be told apart from them."""

    visits_at_least: int
    one_visitor_share_at_most: float


@dataclass(frozen=True, slots=True)
class StrataRule:
    """What a stratum needs to be measured by itself."""

    rows_at_least: int
    thirds_visitors_at_least: int


@dataclass(frozen=True, slots=True)
class PredictionRule:
    """The bounded attempt to predict the visitor from the features."""

    visitors_at_most: int
    visits_per_visitor_at_least: int
    rows_at_most: int
    test_share: float
    rounds: int
    depth: int
    learning_rate: float
    rows_in_leaf_at_least: int


@dataclass(frozen=True, slots=True)
class HistoryRule:
    """How many rows the refits without finding history see."""

    rows_at_most: int


@dataclass(frozen=True, slots=True)
class AdjustingRule:
    """How visitor effects are estimated for training."""

    folds: int
    passes: int


@dataclass(frozen=True, slots=True)
class VisitorRule:
    """All settings of the package."""

    villages: VillageRule
    strata: StrataRule
    prediction: PredictionRule
    history: HistoryRule
    adjusting: AdjustingRule


@cache
def visitor_rule() -> VisitorRule:
    """The settings in force."""
    return read_settings(Path(__file__).with_name("settings.toml"), TypeAdapter(VisitorRule))
