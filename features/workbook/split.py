"""From identified rows of children to ledger tables, keeping for every row where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.definition import Definition
from features.definition.structure import (
    CHILDREN,
    HOUSEHOLD,
    HOUSEHOLDS,
    RECORDED_ON,
    SOURCE,
    VALID_FROM,
)
from features.ledger.contracts import all_columns
from features.ledger.parse import parse
from features.workbook.register import REGISTER_FAULTS

ROW = "_row"
_MOMENT = [HOUSEHOLD, VALID_FROM, RECORDED_ON]


@dataclass(frozen=True, slots=True)
class LedgerRows:
    """One ledger table as text, with every column of the definition, and beside it ``_row`` of each line."""

    rows: pl.DataFrame
    places: pl.Series

    def write(self, path: Path) -> None:
        """Write the table for the ledger's own check and import; line n of it is ``places[n - 1]``."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self.rows.write_parquet(path)


@dataclass(frozen=True, slots=True)
class SplitRows:
    """The tables of a county and what was noticed on the way."""

    tables: Mapping[str, LedgerRows]
    faults: pl.DataFrame


def split_rows(rows: pl.DataFrame, definition: Definition, sender: str, stored_households: pl.DataFrame) -> SplitRows:
    """Households and children of identified rows.

    A household has one row for each day it speaks of. Its columns come from the first of its children's rows that says
    something; a later row that says something else is named. Where the ledger has a row of that household and day
    already, that row stands, and what says something else is named too.

    Args:
        rows: text columns with ``_row``, ``child_id`` and ``household_id``, none of them null.
        definition: the ledger definition.
        sender: becomes ``source``.
        stored_households: what the ledger of the county holds of them.
    """
    facts = [name for name in definition.tables[HOUSEHOLDS].columns if name in rows.columns and name != HOUSEHOLD]
    rows = rows.with_columns(
        pl.lit(sender).alias(SOURCE), *(_as_kept(rows[name], HOUSEHOLDS, definition) for name in facts)
    ).sort(ROW)
    first = rows.group_by(_MOMENT, maintain_order=True).agg(
        pl.col(ROW).first(), pl.col(SOURCE).first(), *(pl.col(name).drop_nulls().first() for name in facts)
    )
    households = _as_stored(first, facts, definition, stored_households)
    faults = _differences(rows, households, facts)
    tables = {
        HOUSEHOLDS: _ledger_rows(households, HOUSEHOLDS, definition),
        CHILDREN: _ledger_rows(rows, CHILDREN, definition),
    }
    return SplitRows(tables, faults)


def table_rows(rows: pl.DataFrame, table: str, definition: Definition, sender: str) -> LedgerRows:
    """Rows of a sheet that is a ledger table itself."""
    source = pl.col(SOURCE).fill_null(sender) if SOURCE in rows.columns else pl.lit(sender)
    return _ledger_rows(rows.with_columns(source.alias(SOURCE)), table, definition)


def join_rows(parts: list[LedgerRows]) -> LedgerRows:
    """Several parts of one table as one."""
    return LedgerRows(pl.concat([part.rows for part in parts]), pl.concat([part.places for part in parts]))


def _as_kept(sent: pl.Series, table: str, definition: Definition) -> pl.Series:
    """Values as the ledger gives them back as text, so that 3 and 3.0 are no difference; unreadable ones as sent."""
    column = definition.tables[table].columns[sent.name]
    typed, _ = parse(column, definition.codes.get(column.codes or "", {}), sent)
    return typed.cast(pl.String).fill_null(sent).alias(sent.name)


def _ledger_rows(rows: pl.DataFrame, table: str, definition: Definition) -> LedgerRows:
    """Every column is there, null where nothing was sent, so that one workbook without a column stops no other."""
    names = [column.name for column in all_columns(definition.tables[table])]
    complete = rows.select(
        *(pl.col(name) if name in rows.columns else pl.lit(None, pl.String).alias(name) for name in names)
    )
    return LedgerRows(complete, rows[ROW])


def _as_stored(
    households: pl.DataFrame, facts: list[str], definition: Definition, stored: pl.DataFrame
) -> pl.DataFrame:
    """Households with the content of the ledger's own row of the same day, where there is one."""
    columns = definition.tables[HOUSEHOLDS].columns
    known = stored.select(
        *(pl.col(name).cast(pl.String) for name in _MOMENT),
        *(pl.col(name).cast(pl.String).alias(f"{name} stored") for name in columns if name != HOUSEHOLD),
        pl.lit(value=True).alias("there"),
    ).unique(_MOMENT, keep="last")
    joined = households.join(known, on=_MOMENT, how="left", maintain_order="left")
    said = [pl.col(name) if name in facts else pl.lit(None, pl.String) for name in columns if name != HOUSEHOLD]
    names = [name for name in columns if name != HOUSEHOLD]
    return joined.with_columns(
        pl.when("there").then(pl.col(f"{name} stored")).otherwise(value).alias(name)
        for name, value in zip(names, said, strict=True)
    ).select(*_MOMENT, ROW, SOURCE, *names, pl.col("there").fill_null(value=False))


def _differences(rows: pl.DataFrame, households: pl.DataFrame, facts: list[str]) -> pl.DataFrame:
    """Rows that say something of their household that was not taken: another row's word stands, or the ledger's."""
    taken = households.select(
        *_MOMENT, "there", pl.col(ROW).alias("other_row"), *(pl.col(name).alias(f"{name} taken") for name in facts)
    )
    both = rows.select(*_MOMENT, ROW, *facts).join(taken, on=_MOMENT, maintain_order="left")
    in_book = pl.lit("household_differs").alias("rule"), pl.col("other_row")
    in_ledger = pl.lit("household_known").alias("rule"), pl.lit(None, pl.Int64).alias("other_row")
    found = [pl.DataFrame(schema=REGISTER_FAULTS)]
    for name in facts:
        lost = both.filter(pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"{name} taken")))
        found += [_named(lost.filter(~pl.col("there")).with_columns(in_book), name)]
        found += [_named(lost.filter("there").with_columns(in_ledger), name)]
    return pl.concat(found)


def _named(lost: pl.DataFrame, field: str) -> pl.DataFrame:
    said = {"field": field, "value": "", "level": "warning", "detail": ""}
    return lost.with_columns(pl.lit(word).alias(name) for name, word in said.items()).select(list(REGISTER_FAULTS))
