"""What rows say of rows in other tables: the household must be there, the child must be of that household."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from features.definition import Definition, Table
from features.definition.loader import references_of
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, REGION, VISIT, VISITS
from features.ledger.faults import Check


@dataclass(frozen=True, slots=True)
class County:
    """What is known of a county while its files are checked: stored and accepted rows, and keys of rejected ones."""

    code: str
    rows: dict[str, pl.DataFrame] = field(default_factory=dict)
    rejected: dict[str, pl.DataFrame] = field(default_factory=dict)

    def pairs(self, table: str, columns: list[str]) -> pl.DataFrame:
        """The different values that stand together in some row of a table, now or before."""
        return self.rows[table].select(columns).drop_nulls().unique()


def reading_order(definition: Definition) -> list[str]:
    """The tables, each after the tables whose keys it names."""
    order: list[str] = []
    while len(order) < len(definition.stored_tables):
        order += [
            name
            for name, table in definition.stored_tables.items()
            if name not in order and references_of(table) <= set(order)
        ]
    return order


def mark_references(
    rows: pl.DataFrame, good: pl.DataFrame, table: Table, definition: Definition, county: County
) -> pl.DataFrame:
    """All rows sent, with a mark for each reference that leads nowhere, or only to a rejected row.

    ``good`` are those of the rows that are in order by themselves; only they can vouch for others.
    """
    for column in table.columns.values():
        if column.references is None:
            continue
        key = definition.tables[column.references].key[0]
        value = pl.col(column.name)
        known = county.rows[column.references][key].unique().implode()
        refused = county.rejected[column.references][key].unique().implode()
        missing = value.is_not_null() & ~value.is_in(known)
        rows = rows.with_columns(
            (missing & value.is_in(refused)).alias(f"{column.name} rejected"),
            (missing & ~value.is_in(refused)).alias(f"{column.name} unknown"),
        )
    return _mark_belonging(rows, good, table, county)


def reference_checks(table: Table) -> list[Check]:
    """The faults of rows marked by ``mark_references``."""
    checks: list[Check] = []
    for column in table.columns.values():
        if column.references is None:
            continue
        parent = column.references
        checks.append(
            Check("depends on a rejected row", column.name, pl.col(f"{column.name} rejected"),
                  f"a row of '{parent}' that is itself in order", True)
        )  # fmt: skip
        checks.append(
            Check("reference", column.name, pl.col(f"{column.name} unknown"),
                  f"a number that '{parent}' has, sent before or with this", True)
        )  # fmt: skip
    return checks + _belonging_checks(table)


def _mark_belonging(rows: pl.DataFrame, good: pl.DataFrame, table: Table, county: County) -> pl.DataFrame:
    """Mark children of another household than the one visited, and households that never lived in the county."""
    if table.name == HOUSEHOLDS:
        every = pl.concat([county.rows[HOUSEHOLDS].select(HOUSEHOLD, REGION), good.select(HOUSEHOLD, REGION)])
        here = every.filter(pl.col(REGION).str.starts_with(county.code))[HOUSEHOLD].unique()
        never = ~pl.col(REGION).str.starts_with(county.code) & ~pl.col(HOUSEHOLD).is_in(here.implode())
        return rows.with_columns(never.alias("never here"))
    if not {VISIT, CHILD} <= table.columns.keys():
        return rows
    visited = county.pairs(VISITS, [VISIT, HOUSEHOLD])
    if HOUSEHOLD in table.columns:
        rows = _mark_outside(rows, visited, HOUSEHOLD, "not visited")
    members = county.pairs(CHILDREN, [CHILD, HOUSEHOLD])
    together = visited.join(members, on=HOUSEHOLD).select(VISIT, CHILD).unique()
    return _mark_outside(rows, together, CHILD, "stranger")


def _mark_outside(rows: pl.DataFrame, together: pl.DataFrame, column: str, mark: str) -> pl.DataFrame:
    """Mark rows whose visit and value never stand together though the visit is known."""
    fitting = together.with_columns(pl.lit(value=True).alias("fits"))
    rows = rows.join(fitting, on=[VISIT, column], how="left", maintain_order="left")
    known = pl.col(VISIT).is_in(together[VISIT].unique().implode()) & pl.col(column).is_not_null()
    return rows.with_columns((known & pl.col("fits").is_null()).alias(mark)).drop("fits")


def _belonging_checks(table: Table) -> list[Check]:
    if table.name == HOUSEHOLDS:
        wanted = "a household that lives, or once lived, in the county whose folder it came in"
        return [Check("other county", REGION, pl.col("never here"), wanted, free_text=True)]
    checks: list[Check] = []
    if {VISIT, CHILD} <= table.columns.keys():
        checks.append(Check("other household", CHILD, pl.col("stranger"), "a child of the household visited", True))
        if HOUSEHOLD in table.columns:
            wanted = "the household that was visited"
            checks.append(Check("other household", HOUSEHOLD, pl.col("not visited"), wanted, True))
    return checks


def blank_county(code: str, stored: Mapping[str, pl.DataFrame]) -> County:
    """A county as stored, before any new row is read."""
    return County(code, dict(stored), {name: frame.clear() for name, frame in stored.items()})
