"""How a pilot is drawn and read: what the data file declares, as frozen words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from features.settings_file import read_settings

RULES = Path(__file__).resolve().parent / "pilot.toml"


@dataclass(frozen=True, slots=True)
class SizeRule:
    """What is assumed before the first visit."""

    confidence: float
    least_prevalence: float
    intraclass: float
    response: float


@dataclass(frozen=True, slots=True)
class EstimateRule:
    """How outcomes are read, and when there are too few."""

    confidence: float
    draws: int
    seed: int
    least_each: int
    least_each_for_slope: int
    folds: int


@dataclass(frozen=True, slots=True)
class PlotRule:
    """Equal groups of the expected chance."""

    bins: int


@dataclass(frozen=True, slots=True)
class PilotRules:
    """All that a pilot decides by."""

    size: SizeRule
    estimate: EstimateRule
    plot: PlotRule


_RULES: TypeAdapter[PilotRules] = TypeAdapter(PilotRules)


def load_rules(path: Path = RULES) -> PilotRules:
    """Read the rules from their data file.

    Raises:
        UserError: a value is missing or cannot be used; says where.
    """
    return read_settings(path, _RULES)
