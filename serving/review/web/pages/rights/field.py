"""The field of a form for one column of the ledger, made from its definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from features.definition import Column, Definition
from features.workbook.words import column_wanted
from serving.review.words import Words

Kind = Literal["one", "several", "day", "number"]
VALUE, UNKNOWN, NONE = "value", "unknown", "none"
# What a button sends for "not known"; no code of a definition is written so.
NOT_KNOWN = "-"
_KINDS: Mapping[str, Kind] = {
    "category": "one", "boolean": "one", "categories": "several", "date": "day", "integer": "number", "number": "number"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to choose: what is sent, its word, and whether it is chosen."""

    name: str
    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """How a value is asked for. ``may_be_unknown``: the column may stay empty; ``step`` is that of numbers."""

    kind: Kind
    choices: tuple[Choice, ...]
    value: str
    may_be_unknown: bool
    unknown: bool
    lowest: str
    highest: str
    step: str
    wanted: str


def field_of(column: Column, definition: Definition, words: Words, form: Mapping[str, str]) -> Field:
    """The field of a column, filled in with what a form held."""
    kind = _KINDS[column.type]
    earliest, latest = str(definition.dates_from), str(definition.dates_to)
    return Field(
        kind=kind,
        choices=tuple(_choices(column, definition, words, form)),
        value=form.get(VALUE, ""),
        may_be_unknown=not column.required,
        unknown=bool(form.get(UNKNOWN)),
        lowest=earliest if kind == "day" else _limit(column.minimum),
        highest=latest if kind == "day" else _limit(column.maximum),
        step="1" if column.type == "integer" else "any",
        wanted=column_wanted(column, definition, words.language) if kind in ("day", "number") else "",
    )


def sent_value(column: Column, definition: Definition, form: Mapping[str, str]) -> str | None:
    """What a form says of a column as the ledger's reader takes it; empty for "not known".

    None where nothing was chosen, or two things that exclude each other: an empty field is not "not known".
    """
    codes = [code for code in definition.code_values(column) if form.get(f"{VALUE}_{code}")]
    typed = form.get(VALUE, "").strip()
    said = [text for text in (typed, ";".join(codes)) if text]
    if form.get(NONE):
        said.append(";")
    if form.get(UNKNOWN):
        said.append(NOT_KNOWN)
    if len(said) != 1:
        return None
    return "" if said[0] == NOT_KNOWN else said[0]


def _choices(column: Column, definition: Definition, words: Words, form: Mapping[str, str]) -> list[Choice]:
    if column.type == "boolean":
        options = [("true", words("held.yes")), ("false", words("held.no"))]
    else:
        labels = definition.codes.get(column.codes or "", {})
        options = [(code, label.text(words.language)) for code, label in labels.items()]
    if column.type == "categories":
        several = [Choice(f"{VALUE}_{code}", "1", text, bool(form.get(f"{VALUE}_{code}"))) for code, text in options]
        return [*several, Choice(NONE, "1", words("held.none"), bool(form.get(NONE)))]
    if not column.required:
        options.append((NOT_KNOWN, words("held.unknown")))
    return [Choice(VALUE, code, text, form.get(VALUE) == code) for code, text in options]


def _limit(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
