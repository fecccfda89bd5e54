"""The limits of a supervisor's pages, read once from ``supervise.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from features.settings_file import read_settings


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How much of the frame is kept below the cut, and the step of the preview of the capacity."""

    below_the_cut: int
    step: int


@dataclass(frozen=True, slots=True)
class DisagreementLimits:
    """The smallest count that is told, and the age of the ratings that count."""

    smallest_count: int
    days: int


@dataclass(frozen=True, slots=True)
class SuperviseSettings:
    """All limits; see ``supervise.toml`` for the reason of each."""

    pool: PoolLimits
    disagreements: DisagreementLimits


@lru_cache(maxsize=1)
def supervise_settings() -> SuperviseSettings:
    """Read the limits once."""
    return read_settings(Path(__file__).with_suffix(".toml"), TypeAdapter(SuperviseSettings))
