"""The numbers this package works with, read from ``counties.toml``; their sources stand in the file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HoldOutRule:
    """How many models are grown, on and for how many rows, and how much of a county's code names its prefecture."""

    folds_at_most: int
    fit_rows_at_most: int
    test_rows_at_most: int
    prefecture_digits: int


@lru_cache(maxsize=1)
def hold_out_rule() -> HoldOutRule:
    """The settings in force."""
    raw = tomllib.loads(Path(__file__).with_name("counties.toml").read_text(encoding="utf-8"))
    return HoldOutRule(**{name: int(value) for name, value in raw.items()})
