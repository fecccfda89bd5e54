"""From a value as sent to the value as stored. What cannot be read becomes null, and the caller makes it a fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from features.definition import Column, Label
from features.definition.model import ColumnType
from features.ledger.contracts import POLARS_TYPES

_TRUE = ("true", "1", "1.0", "yes", "是")
_FALSE = ("false", "0", "0.0", "no", "否")
_DATE = r"^(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00(?:\.0+)?)?$"
_INTEGER = r"^([+-]?\d+)(?:\.0+)?$"
_SEPARATORS = ("；", "、", ",", "，")

WANTED: Mapping[str, str] = {
    "string": "text",
    "date": "a date such as 2016-07-31",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false (1 or 0, 是 or 否)",
}


def as_text(sent: pl.Series) -> pl.Series:
    """Values as sent, as trimmed text; empty text, NaN and blanks are null (not known)."""
    if isinstance(sent.dtype, pl.List):
        sent = sent.cast(pl.List(pl.String)).list.join(";").replace("", ";")
    if sent.dtype.is_float():
        sent = sent.fill_nan(None)
    text = sent.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)


def parse(column: Column, codes: Mapping[str, Label], sent: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Typed values of one column, null where nothing was sent, and a mask of those that cannot be read (null too)."""
    wanted = POLARS_TYPES[column.type]
    if _fits(column, sent.dtype):
        typed = sent.cast(wanted)
        if wanted == pl.Float64:
            typed = typed.fill_nan(None)
            return typed.set(typed.is_infinite(), None), typed.is_infinite().fill_null(value=False)
        return typed, pl.repeat(value=False, n=len(sent), eager=True)
    text = as_text(sent)
    typed = _from_text(column, codes, text)
    return typed, text.is_not_null() & typed.is_null()


def _fits(column: Column, sent: pl.DataType) -> bool:
    """Whether the sender's type can be taken as it is."""
    match column.type:
        case "integer":
            return sent.is_integer() or sent == pl.Null
        case "number":
            return sent.is_numeric() or sent == pl.Null
        case "date" | "boolean":
            return sent in (POLARS_TYPES[column.type], pl.Null)
        case _:
            return sent == pl.Null


def _from_text(column: Column, codes: Mapping[str, Label], text: pl.Series) -> pl.Series:
    if column.type == "category":
        return text.replace_strict(_words(codes), default=None, return_dtype=pl.String)
    if column.type == "categories":
        return _parse_sets(_words(codes), text)
    return _READERS[column.type](text)


def _read_dates(text: pl.Series) -> pl.Series:
    return text.str.extract(_DATE).str.to_date("%Y-%m-%d", strict=False)


def _read_integers(text: pl.Series) -> pl.Series:
    return text.str.extract(_INTEGER).cast(pl.Int64, strict=False)


def _read_numbers(text: pl.Series) -> pl.Series:
    number = text.cast(pl.Float64, strict=False)
    return number.set(~number.is_finite(), None)


def _read_booleans(text: pl.Series) -> pl.Series:
    words = {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}
    return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)


def _read_strings(text: pl.Series) -> pl.Series:
    return text


_READERS: Mapping[ColumnType, Callable[[pl.Series], pl.Series]] = {
    "string": _read_strings,
    "date": _read_dates,
    "integer": _read_integers,
    "number": _read_numbers,
    "boolean": _read_booleans,
}


def _words(codes: Mapping[str, Label]) -> dict[str, str]:
    """Every word a sender may use for a code: the code itself and its label in both languages."""
    return {word: code for code, label in codes.items() for word in (label.zh, label.en, code)}


def _parse_sets(words: Mapping[str, str], text: pl.Series) -> pl.Series:
    """Sets of codes as ``;a;b;``. There are few different sets, so each is read once."""
    sets = {value: _parse_set(words, value) for value in text.unique().drop_nulls()}
    return text.replace_strict(sets, default=None, return_dtype=pl.String)


def _parse_set(words: Mapping[str, str], value: str) -> str | None:
    for separator in _SEPARATORS:
        value = value.replace(separator, ";")
    parts = {part.strip() for part in value.split(";")} - {""}
    if not parts <= words.keys():
        return None
    return ";" + "".join(f"{code};" for code in sorted({words[part] for part in parts}))
