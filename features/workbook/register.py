"""What a workbook says once its headings are mapped: one row per child, with the place it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

PLACES_SCHEMA = {"_row": pl.Int64, "sheet": pl.String, "line": pl.Int64, "hidden": pl.Boolean}

REGISTER_FAULTS = {
    "_row": pl.Int64,
    "field": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "level": pl.String,
    "other_row": pl.Int64,
    "detail": pl.String,
}
"""Faults of a register. ``_row`` is null when the fault is of the whole workbook; ``level`` is error or warning."""


@dataclass(frozen=True, slots=True)
class Register:
    """The rows of one workbook by fields of the ledger definition and of the identity definition.

    Attributes:
        county: code of the county, six digits.
        rows: text columns by field, with ``_row``, a running number unique over the workbook. Dates are ISO and words
            are codes of the definition wherever they could be read; else they stand as sent.
        places: sheet, spreadsheet line (from 1) and whether the row is hidden, by ``_row``; also of rows left out.
        columns: sheet -> field -> (spreadsheet column from 0, heading as sent).
        seen: the cells as sent, by field, with ``_row``.
        tables: rows of sheets that are ledger tables themselves, by table; as ``rows``.
    """

    county: str
    rows: pl.DataFrame
    places: pl.DataFrame
    columns: Mapping[str, Mapping[str, tuple[int, str]]]
    seen: pl.DataFrame
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
