"""Facts in the reader's words."""

from __future__ import annotations

from datetime import date

from features.definition import Column, Definition
from serving.review.exchange.facts import Value
from serving.review.words import Words, catalogue
from serving.review.work.correctable import read_value


def value_said(column: Column, value: Value, definition: Definition, words: Words) -> str:
    """A value as people read it; its unit stands in the column's own label."""
    if value is None:
        return words("held.unknown")
    if isinstance(value, bool):
        return words("held.yes" if value else "held.no")
    if isinstance(value, date):
        return words.day(value)
    codes = definition.codes.get(column.codes or "", {})
    if column.type == "categories":
        named = [codes[code].text(words.language) for code in str(value).split(";") if code in codes]
        return ("、" if words.language == "zh" else ", ").join(named) or words("held.none")
    if column.type == "category":
        return codes[str(value)].text(words.language) if value in codes else str(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def source_said(source: str, words: Words) -> str:
    """Where a fact came from; a source that has no word is named as it is."""
    key = f"fact_source.{source}"
    return words(key) if key in catalogue() else source


def stored_said(column: Column, stored: str | None, definition: Definition, words: Words) -> str:
    """A value as a correction keeps it, in words."""
    value, wrong = read_value(definition, column, stored or "")
    return (stored or "") if wrong is not None else value_said(column, value, definition, words)
