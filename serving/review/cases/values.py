"""What the ledger holds, in the reader's words."""

from __future__ import annotations

from datetime import date
from typing import Any

from features.definition import Definition
from features.definition.model import Column
from serving.review.words import Words


def value_text(value: Any, column: Column, definition: Definition, words: Words) -> str:  # noqa: ANN401 - any value of a ledger
    """A known value: a code's word, yes or no, a day, a number without needless decimals."""
    if isinstance(value, bool):
        return words("household.yes" if value else "household.no")
    if isinstance(value, date):
        return words.day(value)
    if column.type == "category":
        return code_text(value, column, definition, words)
    if column.type == "categories":
        codes = [code_text(code, column, definition, words) for code in str(value).split(";") if code]
        return words("household.and").join(codes) if codes else words("household.none")
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def code_text(code: str, column: Column, definition: Definition, words: Words) -> str:
    """The word of a code; the code itself where the list does not have it (any more)."""
    label = definition.codes.get(column.codes or "", {}).get(code)
    return code if label is None else label.text(words.language)


def label_text(table: str, name: str, definition: Definition, words: Words) -> str:
    """What a column is called."""
    return definition.tables[table].columns[name].label.text(words.language)


def age_text(born: date | None, today: date, words: Words) -> str:
    """How old somebody is, in whole years; empty where the birth date is not known."""
    if born is None or born > today:
        return ""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return words("household.years", years=years) if years else words("household.baby")
