"""The limits a bundle is made and checked with, read from ``limits.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """How strictly a bundle is checked and how coarse its reference distribution is; sources stand in the file."""

    child_timeout_seconds: float
    golden_rows: int
    golden_seed: int
    golden_missing_share: float
    golden_tolerance: float
    reference_bins: int
    reference_minimum_count: int
    reference_significant_digits: int


@lru_cache(maxsize=1)
def limits() -> Limits:
    """The limits in force."""
    raw = tomllib.loads(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8"))
    return Limits(
        child_timeout_seconds=float(raw["child"]["timeout_seconds"]),
        golden_rows=int(raw["golden"]["rows"]),
        golden_seed=int(raw["golden"]["seed"]),
        golden_missing_share=float(raw["golden"]["missing_share"]),
        golden_tolerance=float(raw["golden"]["tolerance"]),
        reference_bins=int(raw["reference"]["bins"]),
        reference_minimum_count=int(raw["reference"]["minimum_count"]),
        reference_significant_digits=int(raw["reference"]["significant_digits"]),
    )
