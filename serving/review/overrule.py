"""The reasons for which a person may overrule a place, read once from ``overrule.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from features.settings_file import read_settings


@dataclass(frozen=True, slots=True)
class OverruleSettings:
    """Coded reasons, the one that is better corrected at its source, and how many threads a page shows."""

    reasons: tuple[str, ...]
    correct_instead: str
    threads: int


@lru_cache(maxsize=1)
def overrule_settings() -> OverruleSettings:
    """Read the settings once."""
    return read_settings(Path(__file__).with_name("overrule.toml"), TypeAdapter(OverruleSettings))
