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
class StabilityRule:
    """All settings of the package."""

    bootstrap: BootstrapRule


@lru_cache(maxsize=1)
def stability_rule() -> StabilityRule:
    """The settings in force."""
    raw = tomllib.loads(Path(__file__).with_name("stability.toml").read_text(encoding="utf-8"))
    return StabilityRule(BootstrapRule(int(raw["bootstrap"]["draws"]), float(raw["bootstrap"]["confidence"])))
