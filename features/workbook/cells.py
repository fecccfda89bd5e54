"""Cells as people write them, made what the ledger reads: dates, numbers with units, words. Never guessed, never shown.

What cannot be read stays as it was sent, so that the checks of the ledger find it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from features.definition import Definition
from features.workbook.fields import Field, FieldType
from features.workbook.headings import Headings, plain_value

_TIME = r"[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$"
_PARTS = r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?$"
_EIGHT = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
_SERIAL = r"^([2-7]\d{4})(?:\.\d+)?$"
"""Days since 30 December 1899, as spreadsheets count: 20000 is a day of 1954, 79999 one of 2119."""
_DAYS_TO_1904 = 1462
_NUMBER = r"^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)$"
_WITH_UNIT = r"^([+-]?\d+(?:\.\d+)?)\s*([^\d\s.,+-]{1,4})$"
_SEPARATOR = r"[;；、,，/和及\n]+"
_FULL_WIDTH_DIGITS = {chr(0xFF10 + digit): str(digit) for digit in range(10)}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word a coded field may be written in, and the units of a field, for one sender."""

    headings: Headings
    codes: Mapping[str, Mapping[str, str]]
    sender: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, definition: Definition, headings: Headings, sender: Mapping[str, Mapping[str, str]]) -> Vocabulary:
        """The definition's own words, what senders write, and what one sender's mapping says: field -> word -> ours."""
        codes = {
            name: {plain_value(word): code for code, label in values.items() for word in (label.zh, label.en, code)}
            for name, values in definition.codes.items()
        }
        told = {field: {plain_value(word): ours for word, ours in words.items()} for field, words in sender.items()}
        return cls(headings, codes, told)

    def words(self, field: Field) -> dict[str, str]:
        """Word in plain form -> ours, "" for nothing known. The sender's own words win, then the field's."""
        listed = field.column.codes if field.column is not None else None
        general = self.headings.values.get("boolean", {}) if field.type == "boolean" else {}
        return {
            **general,
            **self.headings.values.get(listed or "", {}),
            **self.headings.values.get(field.name, {}),
            **self.codes.get(listed or "", {}),
            **self.sender.get(field.name, {}),
        }


def normalised(field: Field, sent: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    """The values of one field as the ledger reads them, or as sent where that is not certain; blanks are null.

    Each different value of a field with words, units or dates is looked at once. Who is called 无 or 不详 is nobody:
    else all whose father or number is not known would have the same one.
    """
    text = _tidy(field.type, sent)
    unknown = vocabulary.headings.unknown - vocabulary.words(field).keys()
    if field.column is None:
        unknown |= vocabulary.headings.none
    plain = text.str.to_lowercase().str.replace_all(r"\s", "")
    text = text.set(plain.is_in(list(unknown)).fill_null(value=False), None)
    if field.type in ("name", "address", "place"):
        return text
    return _READERS.get(field.type, _as_is)(field, text, vocabulary).alias(field.name)


def _tidy(kind: FieldType, sent: pl.Series) -> pl.Series:
    """Without blanks around it or line breaks; full-width letters narrow, but in names and addresses only digits."""
    expr = pl.col("sent").str.replace_all(r"[\x00-\x1f\x7f\x{200b}\x{feff}]+", " ").str.replace_all("\u3000", " ")
    if kind in ("name", "address", "place"):
        expr = expr.str.replace_many(_FULL_WIDTH_DIGITS)
    else:
        expr = expr.str.normalize("NFKC")
    expr = expr.str.strip_chars().replace("", None)
    return sent.alias("sent").to_frame().select(expr.alias(sent.name)).to_series()


def _as_is(field: Field, text: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    """Text, or a word of the sender's mapping."""
    words = vocabulary.words(field)
    return _by_value(text, lambda value: words.get(plain_value(value), value)) if words else text


def _number_of_person(field: Field, text: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    del field, vocabulary
    return text.str.replace_all(r"[\s'`‘’]", "").str.to_uppercase()


def _dates(field: Field, text: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    words = vocabulary.words(field)
    mapped = _by_value(text, lambda value: words.get(plain_value(value), value)) if words else text
    return read_dates(mapped)


def counted_from_1900(text: pl.Series) -> pl.Series:
    """Days of a workbook that counts from 1904 as other workbooks count them; everything else as it is."""
    days = text.str.extract(r"^(\d{5})(?:\.\d+)?$", 1).cast(pl.Int64) + _DAYS_TO_1904
    return days.cast(pl.String).fill_null(text).alias(text.name)


def read_dates(text: pl.Series) -> pl.Series:
    """Dates as ISO text, from ISO, 2016年7月31日, 2016.7.31, 2016/7/31, 20160731 and spreadsheet serials.

    A month without a day, a year of two digits and an impossible day are left as they are: nobody can say which day.
    """
    value = pl.col("sent").str.replace(_TIME, "")
    parts = [value.str.extract(_PARTS, place) for place in (1, 2, 3)]
    eight = [value.str.extract(_EIGHT, place) for place in (1, 2, 3)]
    written = pl.concat_str(
        *(
            pl.coalesce(part, other).str.zfill(4 if place == 0 else 2)
            for place, (part, other) in enumerate(zip(parts, eight, strict=True))
        ),
        separator="-",
    ).str.to_date("%Y-%m-%d", strict=False)
    serial = value.str.extract(_SERIAL, 1).cast(pl.Int64)
    counted = pl.date(1899, 12, 30) + pl.duration(days=serial)
    day = pl.coalesce(written, counted).dt.to_string("%Y-%m-%d")
    return text.alias("sent").to_frame().select(pl.coalesce(day, pl.col("sent")).alias(text.name)).to_series()


def _numbers(field: Field, text: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    """Numbers without thousands separators, in the unit of the column where another stands behind them."""
    units = vocabulary.headings.units.get(field.name, {})
    words = vocabulary.words(field)
    table = pl.DataFrame(
        {"unit": list(units), "factor": list(units.values())}, schema={"unit": pl.String, "factor": pl.Float64}
    )
    frame = (
        _by_value(text, lambda value: words.get(plain_value(value), value)).alias("sent").to_frame()
        .with_columns(
            pl.col("sent").str.extract(_NUMBER, 1).str.replace_all(",", "").alias("number"),
            pl.col("sent").str.extract(_WITH_UNIT, 1).cast(pl.Float64).alias("amount"),
            pl.col("sent").str.extract(_WITH_UNIT, 2).str.to_lowercase().alias("unit"),
        )
        .join(table, on="unit", how="left", maintain_order="left")
    )  # fmt: skip
    converted = (pl.col("amount") * pl.col("factor")).round(6).cast(pl.String).str.replace(r"\.0$", "")
    return frame.select(pl.coalesce("number", converted, "sent").alias(text.name)).to_series()


def _words(field: Field, text: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    words = vocabulary.words(field)
    return _by_value(text, lambda value: words.get(plain_value(value), value))


def _sets(field: Field, text: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    """Sets of words; a word for none is the empty set, which is known."""
    words, none = vocabulary.words(field), vocabulary.headings.none

    def read(value: str) -> str:
        whole = plain_value(value)
        if whole in words:
            return words[whole]
        if whole in none:
            return ";"
        parts = [part for part in pl.Series([value]).str.replace_all(_SEPARATOR, ";").item().split(";") if part.strip()]
        return ";".join(words.get(plain_value(part), part.strip()) for part in parts)

    return _by_value(text, read)


def _by_value(text: pl.Series, read: Callable[[str], str]) -> pl.Series:
    """Every different value read once; what is read as "" is not known."""
    different = text.unique().drop_nulls()
    made = pl.Series([read(value) for value in different], dtype=pl.String).replace("", None)
    return text.replace_strict(different, made, default=None, return_dtype=pl.String)


_READERS: Mapping[FieldType, Callable[[Field, pl.Series, Vocabulary], pl.Series]] = {
    "id_number": _number_of_person,
    "phone": _number_of_person,
    "date": _dates,
    "integer": _numbers,
    "number": _numbers,
    "boolean": _words,
    "category": _words,
    "categories": _sets,
}
