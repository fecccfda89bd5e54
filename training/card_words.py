"""The fixed words of model cards, read from ``card_words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from features.definition import Label


@dataclass(frozen=True, slots=True)
class CardWords:
    """Whom to ask, under which licence, what a model is not for, and where its figures end."""

    contact: Label
    licence: Label
    not_for: tuple[Label, ...]
    limits: tuple[Label, ...]


@lru_cache(maxsize=1)
def card_words() -> CardWords:
    """The words in force."""
    raw = tomllib.loads(Path(__file__).with_name("card_words.toml").read_text(encoding="utf-8"))
    return CardWords(
        contact=_label(raw["contact"]),
        licence=_label(raw["licence"]),
        not_for=tuple(map(_label, raw["not_for"])),
        limits=tuple(map(_label, raw["limits"])),
    )


def _label(raw: Mapping[str, Any]) -> Label:
    return Label(zh=raw["zh"], en=raw["en"])
