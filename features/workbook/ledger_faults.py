"""What the ledger's own checks found, given back to the rows of the workbooks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import polars as pl

from features.definition import Column, Definition
from features.ledger.faults import Faults
from features.workbook.register import REGISTER_FAULTS

_CODE, _TYPE = "code", "type"
UNKNOWN_WORD, UNREADABLE_DATE = "unmapped_value", "unreadable_date"


def ledger_faults(faults: Faults, places: Mapping[str, pl.Series], definition: Definition) -> pl.DataFrame:
    """The faults as REGISTER_FAULTS.

    Args:
        faults: of the ledger's check, by file and line.
        places: file -> the workbook row of each of its lines, in order.
        definition: the ledger definition.
    """
    parts = [pl.DataFrame(schema=REGISTER_FAULTS)]
    for file, rows in places.items():
        mine = faults.filter((pl.col("file") == file) & pl.col("row").is_not_null())
        if not mine.is_empty():
            parts.append(_of_table(mine, rows, definition.tables[PurePosixPath(file).stem].columns))
    return pl.concat(parts)


def _of_table(faults: Faults, rows: pl.Series, columns: Mapping[str, Column]) -> pl.DataFrame:
    dates = [name for name, column in columns.items() if column.type == "date"]
    rule = (
        pl.when(pl.col("rule") == _CODE).then(pl.lit(UNKNOWN_WORD))
        .when((pl.col("rule") == _TYPE) & pl.col("column").is_in(dates)).then(pl.lit(UNREADABLE_DATE))
        .otherwise("rule")
    )  # fmt: skip
    return faults.select(
        rows.gather(faults["row"] - 1).alias("_row"),
        pl.col("column").alias("field"),
        rule.alias("rule"),
        pl.col("value"),
        pl.lit("error").alias("level"),
        pl.lit(None, pl.Int64).alias("other_row"),
        pl.lit("").alias("detail"),
    )
