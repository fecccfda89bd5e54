"""Which audit groups each child belongs to on an as-of date; for audits and equal-recall lists, never for a model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from features.definition import Definition
from features.definition import structure as s
from features.definition.groups import AuditGroup, audit_groups
from features.state import child_state

PREFIX = "group_"

_DAYS_PER_YEAR = 365.25


def group_column(name: str) -> str:
    """The column of dataset rows that holds the members of an audit group."""
    return f"{PREFIX}{name}"


def group_columns(definition: Definition) -> tuple[str, ...]:
    """The columns that ``with_groups`` adds."""
    return tuple(map(group_column, audit_groups(definition).groups))


def with_groups(
    cohort: pl.DataFrame, tables: Mapping[str, pl.DataFrame], definition: Definition, as_of: date, *, county: str
) -> pl.DataFrame:
    """Add a column ``group_NAME`` (String, null: not known) per audit group of the definition.

    Args:
        cohort: child_id, household_id and more, one row per child.
        tables: the county's ledger tables.
        definition: declares the groups; without any the cohort comes back as it is.
        as_of: the day whose knowledge counts.
        county: the county's code.
    """
    groups = audit_groups(definition).groups
    if not groups:
        return cohort
    state = pl.DataFrame(child_state(tables, definition, as_of, county=county))
    facts = [pl.col(s.CHILD), *(_fact(group, as_of) for group in groups.values() if group.column)]
    joined = cohort.join(state.select(facts), on=s.CHILD, how="left", maintain_order="left")
    return joined.with_columns(_counted(group, county) for group in groups.values() if not group.column)


def _fact(group: AuditGroup, as_of: date) -> pl.Expr:
    column = pl.col(group.column)
    if group.kind == "age":
        years = (pl.lit(as_of) - column).dt.total_days() / _DAYS_PER_YEAR
        return _banded(years, group).alias(group_column(group.name))
    return column.replace_strict(group.codes, default=None, return_dtype=pl.String).alias(group_column(group.name))


def _counted(group: AuditGroup, county: str) -> pl.Expr:
    if group.kind == "county":
        return pl.lit(county).alias(group_column(group.name))
    return _banded(pl.len().over(s.HOUSEHOLD), group).alias(group_column(group.name))


def _banded(value: pl.Expr, group: AuditGroup) -> pl.Expr:
    names = list(group.names)
    chosen = pl.lit(names[-1])
    for end, name in reversed(list(zip(group.below, names, strict=False))):
        chosen = pl.when(value < end).then(pl.lit(name)).otherwise(chosen)
    return pl.when(value.is_not_null()).then(chosen)
