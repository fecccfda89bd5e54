"""Sentences: a reason in words, from the templates of the ledger definition, rounded for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from features.definition.feature import FeatureSpec, feature_specs
from features.definition.model import Definition, Label, Language
from features.definition.singular import singular
from models.reasons import Reason

_NO_DATE = Label(zh="日期不详", en="date not known")
# Nobody acts on a third decimal, and a long row of digits looks like a certainty that is not there.
_MOST_DECIMALS = 2
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A definition known by the hash of its content, as the cache below needs it."""

    hash: str
    definition: Definition = field(compare=False)


class _About(NamedTuple):
    """What a sentence says: of which feature, with what value, raising or lowering, as of when."""

    feature: str
    value: float | None
    raising: bool
    day: date | None


def sentence(reason: Reason, definition: Definition, language: Language) -> str:
    """Say a reason in one language: what is so, as of when, or that it is not known.

    Args:
        reason: one entry of a score table's ``reasons_up`` or ``reasons_down``.
        definition: the ledger definition that declares the reason's feature.
        language: Chinese or English.

    Raises:
        KeyError: the definition declares no such feature.
    """
    about = _About(reason["feature"], reason["value"], reason["contribution"] > 0, reason["date"])
    return _said(_Keyed(definition.hash, definition), about, language)


# The children of a region share most of what is said of them.
@lru_cache(maxsize=65_536)
def _said(keyed: _Keyed, about: _About, language: Language) -> str:
    spec, value = _specs(keyed)[about.feature], about.value
    template = spec.sentences.template(value, raising=about.raising).text(language)
    said = template.format(
        value="" if value is None else value_text(spec, value, language),
        date=_NO_DATE.text(language) if about.day is None else date_text(about.day, language),
        label=spec.label.text(language),
    )
    return singular(said) if language == "en" else said


def value_text(spec: FeatureSpec, value: float, language: Language) -> str:
    """A known value as people say it: its word if it has one, a share in per cent, else few decimals; no unit."""
    word = spec.value_labels.get(value)
    if word is not None:
        return word.text(language)
    if spec.share:
        return f"{round(value * 100)}%"
    digits = f"{value:.{min(spec.decimals, _MOST_DECIMALS)}f}"
    shown = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if shown == "-0" else shown


def date_text(day: date, language: Language) -> str:
    """A day as it is written: 2016年7月31日, 31 July 2016."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


@lru_cache(maxsize=4)
def _specs(keyed: _Keyed) -> Mapping[str, FeatureSpec]:
    return {spec.name: spec for spec in feature_specs(keyed.definition)}
