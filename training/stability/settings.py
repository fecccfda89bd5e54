"""The numbers this package works with, read from ``stability.toml``; their sources stand in the file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BootstrapRule:
    """Draws of a bootstrap and the confidence of its intervals."""

    draws: int
    confidence: float


@dataclass(frozen=True, slots=True)
class TopRule:
    """What is changed to see how much of the first places stays, and the most rows to do it with."""

    seeds: int
    dates_less: int
    fit_rows_at_most: int
    test_rows_at_most: int


@dataclass(frozen=True, slots=True)
class StabilityRule:
    """All settings of the package.

    ``visited_within_days``: a household visited so recently counts as served. ``household_sizes``: children per
    household that are told apart, the last standing for more as well. ``features_shown``: single features shown.
    """

    bootstrap: BootstrapRule
    top: TopRule
    visited_within_days: int
    household_sizes: tuple[int, ...]
    features_shown: int


@lru_cache(maxsize=1)
def stability_rule() -> StabilityRule:
    """The settings in force."""
    raw = tomllib.loads(Path(__file__).with_name("stability.toml").read_text(encoding="utf-8"))
    return StabilityRule(
        bootstrap=BootstrapRule(int(raw["bootstrap"]["draws"]), float(raw["bootstrap"]["confidence"])),
        top=TopRule(**{name: int(value) for name, value in raw["top_k"].items()}),
        visited_within_days=int(raw["served"]["visited_within_days"]),
        household_sizes=tuple(map(int, raw["household_size"]["sizes"])),
        features_shown=int(raw["features"]["shown"]),
    )
