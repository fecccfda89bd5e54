"""Facts in the reader's words."""

from __future__ import annotations

from features.definition import Column, Definition
from serving.review.cases.values import value_text
from serving.review.exchange.facts import Value
from serving.review.words import Words, catalogue
from serving.review.work.correctable import read_value


def value_said(column: Column, value: Value, definition: Definition, words: Words) -> str:
    """A value as people read it, or that it is not known; its unit stands in the column's own label."""
    return words("held.unknown") if value is None else value_text(value, column, definition, words)


def source_said(source: str, words: Words) -> str:
    """Where a fact came from; a source that has no word is named as it is."""
    key = f"fact_source.{source}"
    return words(key) if key in catalogue() else source


def stored_said(column: Column, stored: str | None, definition: Definition, words: Words) -> str:
    """A value as a correction keeps it, in words."""
    value, wrong = read_value(definition, column, stored or "")
    return (stored or "") if wrong is not None else value_said(column, value, definition, words)
