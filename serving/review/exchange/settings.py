"""When the daily export runs, read once from ``exchange.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from features.settings_file import read_settings


@dataclass(frozen=True, slots=True)
class Daily:
    """The hour of the day (0 to 23), and how the server looks after it; see the file."""

    hour: int
    hours_at_most: int
    retry_minutes: int
    look_seconds: float
    stop_seconds: float


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """All settings of the exchange with the ledger."""

    daily: Daily


@lru_cache(maxsize=1)
def exchange_settings() -> ExchangeSettings:
    """Read the settings once."""
    return read_settings(Path(__file__).with_name("exchange.toml"), TypeAdapter(ExchangeSettings))
