"""The limits the kernel works within, read from ``limits.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KernelLimits:
    """From how many rows on the kernel explains, and how many go through its tables together."""

    least_rows: int
    block_rows: int


@lru_cache(maxsize=1)
def kernel_limits() -> KernelLimits:
    """The limits in force."""
    raw = tomllib.loads(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8"))
    return KernelLimits(int(raw["least_rows"]), int(raw["block_rows"]))
