"""The numbers a replay works with, read from ``settings.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplayRule:
    """``within``: columns whose values a visit keeps when it changes its place; ``one_features``: how many to show."""

    within: tuple[str, ...]
    one_features: int


@cache
def replay_rule() -> ReplayRule:
    """The settings in force."""
    raw = tomllib.loads(Path(__file__).with_name("settings.toml").read_text(encoding="utf-8"))
    return TypeAdapter(ReplayRule).validate_python(raw["replay"])
