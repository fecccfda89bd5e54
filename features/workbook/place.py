"""Where a fault stands in the sender's workbook: sheet, line and cell."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from openpyxl.utils import get_column_letter

from features.workbook.register import Register

ROW = "_row"
NO_COLUMN = -1


def locate(faults: pl.DataFrame, register: Register) -> pl.DataFrame:
    """The faults in the order of the workbook, with ``sheet``, ``line``, ``column`` (from 0), ``cell`` and ``hidden``.

    A fault of a whole row, or of a column the sender does not have, has no column and the row's first cell. A fault of
    the whole workbook has no place at all; such faults come first.
    """
    sheets = {sheet: number for number, sheet in enumerate(register.columns)}
    columns = pl.DataFrame(
        [(sheet, field, place) for sheet, fields in register.columns.items() for field, (place, _) in fields.items()],
        schema={"sheet": pl.String, "field": pl.String, "column": pl.Int64},
        orient="row",
    )
    placed = faults.join(register.places, on=ROW, how="left", maintain_order="left")
    placed = placed.join(columns, on=["sheet", "field"], how="left", maintain_order="left")
    letters = placed["column"].fill_null(0).replace_strict(_letters(columns), default="A", return_dtype=pl.String)
    return (
        placed.with_columns(
            pl.when(pl.col("line").is_not_null()).then(letters + pl.col("line").cast(pl.String)).alias("cell"),
            pl.col("sheet").replace_strict(sheets, default=-1, return_dtype=pl.Int64).alias("_sheet"),
        )
        .sort("_sheet", "line", "column", "rule", nulls_last=False, maintain_order=True)
        .drop("_sheet")
    )


def _letters(columns: pl.DataFrame) -> dict[int, str]:
    return {place: get_column_letter(place + 1) for place in columns["column"].unique()} | {0: "A"}


def places_of(register: Register) -> Mapping[int, str]:
    """``sheet!line`` of every row, for speaking of another row."""
    return {row: f"{sheet}!{line}" for row, sheet, line in register.places.select(ROW, "sheet", "line").iter_rows()}


def errors_of(faults: pl.DataFrame) -> pl.DataFrame:
    """Faults that keep a row out."""
    return faults.filter(pl.col("level") == "error")
