"""Faults of a register's rows: what the checks of who is meant find."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from features.ledger.faults import LINE, shown

REGISTER_FAULTS = {
    LINE: pl.Int64,
    "field": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "level": pl.String,
    "other_row": pl.Int64,
    "detail": pl.String,
}
"""``_row`` is null when the fault is of the whole workbook; ``value`` is never that of an identity field."""

Level = Literal["error", "warning"]


def register_faults(
    frame: pl.DataFrame,
    field: str,
    rule: str,
    *,
    level: Level = "error",
    value: str | None = None,
    detail: pl.Expr | str = "",
    other_row: pl.Expr | None = None,
) -> pl.DataFrame:
    """One fault for every row of a frame. ``value`` names a column that holds no personal value."""
    values = [""] * frame.height if value is None else [shown(text) for text in frame[value].cast(pl.String)]
    said = pl.lit(detail) if isinstance(detail, str) else detail.cast(pl.String).fill_null("")
    other = pl.lit(None) if other_row is None else other_row
    return frame.select(
        pl.col(LINE).cast(pl.Int64),
        pl.lit(field).alias("field"),
        pl.lit(rule).alias("rule"),
        pl.Series("value", values, dtype=pl.String),
        pl.lit(level).alias("level"),
        other.cast(pl.Int64).alias("other_row"),
        said.alias("detail"),
    )


def join_register_faults(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All faults in one frame, by row, field and rule."""
    return pl.concat([pl.DataFrame(schema=REGISTER_FAULTS), *parts]).sort(
        LINE, "field", "rule", "other_row", maintain_order=True, nulls_last=False
    )
