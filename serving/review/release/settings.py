"""What the pages of the model's owner show, read once from ``model.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from features.settings_file import read_settings

Kind = Literal["share", "number", "ratio", "points", "count"]


@dataclass(frozen=True, slots=True)
class FigureChoice:
    """A figure to show: its name, how it is written, and where its value and the ends of its range come from."""

    name: str
    kind: Kind
    value: str
    lower: str = ""
    upper: str = ""


@dataclass(frozen=True, slots=True)
class ModelPageSettings:
    """How many of each are shown, from when on monitoring is missed, and which figures; see the file."""

    models: int
    moves: int
    alarms: int
    counties: int
    unwatched_days: int
    figures: tuple[FigureChoice, ...]


@lru_cache(maxsize=1)
def model_settings() -> ModelPageSettings:
    """Read the settings once."""
    return read_settings(Path(__file__).parents[1] / "model.toml", TypeAdapter(ModelPageSettings))
