"""What is wrong with a row: where it stands, what was seen, what was wanted. Never a personal value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from features.ledger.parse import as_text

LINE = "_row"
"""The row as the sender sees it: the line in a spreadsheet (the header is 1) or the record of a Parquet file."""

FAULT_SCHEMA = {
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "wanted": pl.String,
}
Faults: TypeAlias = pl.DataFrame
"""A frame of FAULT_SCHEMA. ``row`` is null when the fault is of the whole file."""

_LONGEST_SHOWN = 40
_NUMBERS_OF_PERSONS = re.compile(
    r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|(?:0{0,2}86)?1\d{10}|0\d{9,11})(?!\d)"  # identity cards, mobile and fixed phones
)
_LONG_NUMBER = re.compile(r"\d{13}")
_BETWEEN_DIGITS = re.compile(r"[\s().+:/-]")
_NUMBERS = re.compile(
    r"[0-9][0-9eE\s+\-.,:/%;T]*|[+\-.][0-9][0-9eE+\-.]*|[0-9]{2,4}年[0-9]{1,2}月(?:[0-9]{1,2}[日号])?"
)
_CODES = re.compile(r"[a-z0-9_]{1,32}(?:;[a-z0-9_]{1,32})*")
_IDENTIFIERS = re.compile(r"[A-Za-z]{0,3}[_-]?[0-9][0-9_./:-]*(?:[-_.][A-Za-z]{1,2}[0-9]+)*|[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing every row must satisfy: ``fails`` is true for the rows at fault, null counts as satisfied.

    ``free_text`` says that the column takes any text, so that of its values only identifiers may be shown.
    """

    rule: str
    column: str
    fails: pl.Expr
    wanted: str
    free_text: bool = False


def no_faults() -> Faults:
    """An empty frame of faults."""
    return pl.DataFrame(schema=FAULT_SCHEMA)


def join_faults(parts: Iterable[Faults]) -> Faults:
    """One frame of faults; of several for one cell the first is kept."""
    return pl.concat([no_faults(), *parts]).unique(["file", "row", "column"], keep="first", maintain_order=True)


def file_fault(file: str, column: str, rule: str, wanted: str, value: str = "") -> Faults:
    """A fault of a file as a whole."""
    return pl.DataFrame([[file, None, column, rule, value, wanted]], schema=FAULT_SCHEMA, orient="row")


def run_checks(frame: pl.DataFrame, file: str, checks: Iterable[Check], seen: pl.DataFrame | None = None) -> Faults:
    """The faults of all checks over one table.

    ``frame`` holds the typed rows with their LINE; ``seen``, row by row the same, the values as sent where they
    differ. One pass finds the checks that fail at all; only for those are rows gathered.
    """
    listed = list(checks)
    if not listed or frame.is_empty():
        return no_faults()
    failing = frame.select(check.fails.fill_null(value=False).any().alias(str(n)) for n, check in enumerate(listed))
    found = [check for check, fails in zip(listed, failing.row(0), strict=True) if fails]
    return join_faults(_faults_of(frame, frame if seen is None else seen, file, check) for check in found)


def _faults_of(frame: pl.DataFrame, seen: pl.DataFrame, file: str, check: Check) -> Faults:
    mask = frame.select(check.fails.fill_null(value=False).alias("fails")).to_series()
    lines = frame[LINE].filter(mask)
    values = as_text((seen if check.column in seen.columns else frame)[check.column].filter(mask))
    return pl.DataFrame(
        {
            "file": [file] * len(lines),
            "row": lines,
            "column": [check.column] * len(lines),
            "rule": [check.rule] * len(lines),
            "value": [shown(value, free_text=check.free_text) for value in values],
            "wanted": [check.wanted] * len(lines),
        },
        schema=FAULT_SCHEMA,
    )


def shown(value: str | None, *, free_text: bool = False) -> str:
    """A value as an error may show it: only what by its form can be no name, address, person's number or phone.

    Of a column with a type or a list of codes these are numbers, dates and codes (lower-case ASCII words); of
    ``free_text`` numbers and identifiers with digits. A file with shifted columns has names in any of its columns.
    """
    if value is None:
        return ""
    form = _IDENTIFIERS if free_text else _CODES
    if _is_number_of_person(value) or not (_NUMBERS.fullmatch(value) or form.fullmatch(value)):
        return _hidden(value)
    return _cut(value)


def shown_header(name: str) -> str:
    """The name of a column as an error may show it: cut short, and hidden where it holds a person's number."""
    return _hidden(name) if _is_number_of_person(name) else _cut(name)


def _is_number_of_person(value: str) -> bool:
    """Written in one piece or in groups, as phone numbers often are."""
    written = (value, _BETWEEN_DIGITS.sub("", value))
    return bool(_LONG_NUMBER.search(value)) or any(_NUMBERS_OF_PERSONS.search(text) for text in written)


def _hidden(value: str) -> str:
    return f"(not shown: {len(value)} characters)"


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…"
