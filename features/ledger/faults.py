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
_NUMBERS_OF_PERSONS = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|1\d{10})(?!\d)")
_NAME_LIKE = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing every row must satisfy: ``fails`` is true for the rows at fault, null counts as satisfied."""

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
    """A value as an error may show it: cut short, and hidden where it could be a person's name, number or phone."""
    if value is None:
        return ""
    if _NUMBERS_OF_PERSONS.search(value) or (free_text and _NAME_LIKE.search(value)):
        return f"(not shown: {len(value)} characters)"
    return value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…"
