"""What a ledger table must look like in memory and in the store, derived from the definition."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from features.cli.console import UserError
from features.definition import Column, Definition, Label, Table
from features.definition.model import ColumnType
from features.definition.structure import DEFINITION_VERSION, RECORDED_ON, RETRACTS, ROW_ID, SOURCE, VALID_FROM

if TYPE_CHECKING:
    # pandera brings pandas, which takes a second that readers of the store need not wait for.
    import pandera.polars as pa

POLARS_TYPES: Mapping[ColumnType, type[pl.DataType]] = {
    "string": pl.String,
    "date": pl.Date,
    "category": pl.String,
    "categories": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
}

BOOKKEEPING: tuple[Column, ...] = (
    Column(ROW_ID, "string", Label("记录编号", "record number")),
    Column(VALID_FROM, "date", Label("生效日期", "valid from"), required=True),
    Column(RECORDED_ON, "date", Label("登记日期", "recorded on"), required=True),
    Column(RETRACTS, "string", Label("撤销记录编号", "retracts record number")),
    Column(SOURCE, "string", Label("数据来源", "source")),
    Column(DEFINITION_VERSION, "string", Label("台账定义版本", "definition version")),
)
"""The columns every table carries beside those of the definition. A sender may leave out all but the two dates."""

_CATEGORIES = r"^;(?:(?:{codes});)*$"


def all_columns(table: Table) -> tuple[Column, ...]:
    """Every column of a table as stored: the definition's own, then the bookkeeping."""
    return (*table.columns.values(), *BOOKKEEPING)


def content_columns(table: Table) -> tuple[str, ...]:
    """The columns that say something: two rows equal in these are the same record, whoever sent them."""
    return (*table.columns, VALID_FROM, RECORDED_ON, RETRACTS)


def table_of(definition: Definition, name: str) -> Table:
    """A table of the definition by name, or a UserError that lists the names."""
    if name not in definition.stored_tables:
        raise UserError(
            f"no table '{name}' in the ledger definition '{definition.name}'",
            f"use one of: {', '.join(definition.stored_tables)}",
        )
    return definition.stored_tables[name]


def table_schema(definition: Definition, name: str) -> dict[str, type[pl.DataType]]:
    """Column names, in order, with their Polars types, of a table in memory and in the store."""
    return {column.name: POLARS_TYPES[column.type] for column in all_columns(table_of(definition, name))}


def empty_table(definition: Definition, name: str) -> pl.DataFrame:
    """A typed table without rows."""
    return pl.DataFrame(schema=table_schema(definition, name))


def contract(definition: Definition, name: str) -> pa.DataFrameSchema:
    """The pandera contract of a stored table: types, codes, ranges, patterns and what must be there.

    A row that takes another back carries only its keys, so required columns may be null in such rows.
    """
    with without_spark():
        import pandera.polars as pa

    table = table_of(definition, name)
    columns = {column.name: _contract_column(definition, table, column) for column in all_columns(table)}
    needed = [column.name for column in table.columns.values() if column.required and column.name not in table.key]
    check = pa.Check(_complete(needed), name="required unless the row retracts")
    return pa.DataFrameSchema(columns, checks=[check], name=name, strict=True, ordered=True)


@contextmanager
def without_spark() -> Iterator[None]:
    """For imports of pandera, which brings Spark's pandas where PySpark is installed.

    That takes seconds, warns of every new pandas, and tells Spark to listen to this machine alone.
    """
    barred, variable = "pyspark.pandas", "SPARK_LOCAL_IP"
    module, address = sys.modules.get(barred), os.environ.get(variable)
    if module is None:
        sys.modules[barred] = None  # type: ignore[assignment]  # None is Python's own way to bar an import
    try:
        yield
    finally:
        if module is None:
            del sys.modules[barred]
        if address is None:
            os.environ.pop(variable, None)


def _complete(needed: list[str]) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    def complete(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(
            pl.col(RETRACTS).is_not_null()
            | pl.all_horizontal(pl.lit(value=True), *(pl.col(n).is_not_null() for n in needed))
        )

    return complete


def _contract_column(definition: Definition, table: Table, column: Column) -> pa.Column:
    with without_spark():
        import pandera.polars as pa

    checks: list[pa.Check] = []
    codes = definition.code_values(column)
    if column.type == "category":
        checks.append(pa.Check.isin(codes))
    if column.type == "categories":
        checks.append(pa.Check.str_matches(_CATEGORIES.format(codes="|".join(codes))))
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum))
    if column.pattern is not None:
        checks.append(pa.Check.str_matches(column.pattern))
    if column.type == "date":
        checks.append(pa.Check.in_range(definition.dates_from, definition.dates_to))
    always = column.name in (*table.key, ROW_ID, VALID_FROM, RECORDED_ON, SOURCE, DEFINITION_VERSION)
    return pa.Column(POLARS_TYPES[column.type], checks, nullable=not always)
