"""The counties that are to be investigated: an optional CSV of codes, with the number of children where it is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.definition.structure import COUNTY_DIGITS

COUNTY, CHILDREN = "county", "children"


def read_plan(path: Path) -> Mapping[str, int | None]:
    """County code -> children expected there (None: not known).

    Raises:
        UserError: the file cannot be read, has no column ``county``, or a code or number is none; says which line.
    """
    try:
        rows = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UserError(f"{path}: cannot be read as CSV", "give a CSV with the columns county and children") from error
    if COUNTY not in rows.columns:
        raise UserError(f"{path}: no column '{COUNTY}'", "name the columns county and, if known, children")
    expected: dict[str, int | None] = {}
    for line, row in enumerate(rows.to_dicts(), start=2):
        code, number = (row.get(COUNTY) or "").strip(), (row.get(CHILDREN) or "").strip()
        if not (code.isdecimal() and len(code) == COUNTY_DIGITS):
            raise UserError(f"{path} line {line} {COUNTY}: '{code}'; wanted {COUNTY_DIGITS} digits", "correct the line")
        if number and not number.isdecimal():
            raise UserError(f"{path} line {line} {CHILDREN}: '{number}'; wanted a whole number", "correct the line")
        expected[code] = int(number) if number else None
    return expected
