"""What a county's ledger covers: the columns the model reads, beside how often they were known when it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.definition import Definition
from features.definition import structure as s
from features.definition.feature import FeatureSpec, feature_specs
from features.known import known_rows
from models.release.reference import ReferenceDistribution

# Operators whose value is known just when the column is; the others say 0 where nothing is recorded.
_KNOWN_WITH_COLUMN = ("age", "latest", "level", "one_hot")


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """A column of the children's state: the share known here and when the model was made (None: the model cannot say).

    ``domains``: the support domains of the features that read it.
    """

    table: str
    column: str
    share: float
    reference: float | None
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableSeen:
    """A table of events that the model reads: rows known on the day, and when the last was recorded."""

    table: str
    rows: int
    newest: date | None


def columns_seen(
    state: pl.DataFrame, definition: Definition, reference: ReferenceDistribution
) -> tuple[ColumnSeen, ...]:
    """The columns of children and households that features read, in the order of the definition.

    Args:
        state: the cohort's rows as known on the day.
        definition: declares the features.
        reference: that of the bundle, in the order of the features' columns.
    """
    readers: dict[tuple[str, str], list[FeatureSpec]] = {}
    for spec in feature_specs(definition):
        for column in _read(spec):
            readers.setdefault((spec.table, column), []).append(spec)
    known = {part.name: 1 - part.missing / part.total for part in reference.features if part.total}
    return tuple(
        ColumnSeen(
            table,
            column,
            1 - state[column].null_count() / state.height if state.height else 0.0,
            _reference(specs, known),
            tuple(dict.fromkeys(spec.domain for spec in specs if spec.domain)),
        )
        for (table, column), specs in readers.items()
        if column in definition.tables[table].columns and column in state.columns
    )


def tables_seen(tables: Mapping[str, pl.DataFrame], definition: Definition, as_of: date) -> tuple[TableSeen, ...]:
    """The tables of events that features read."""
    names = dict.fromkeys(spec.table for spec in feature_specs(definition))
    return tuple(_table(name, tables[name], as_of) for name in names if name not in (s.CHILDREN, s.HOUSEHOLDS))


def _table(name: str, frame: pl.DataFrame, as_of: date) -> TableSeen:
    rows = pl.DataFrame(known_rows(frame, as_of).to_native())
    newest = rows[s.RECORDED_ON].max()
    return TableSeen(name, rows.height, newest if isinstance(newest, date) else None)


def _read(spec: FeatureSpec) -> Iterator[str]:
    """The columns of the children's state that a feature reads; what it only picks rows by is none."""
    if spec.table not in (s.CHILDREN, s.HOUSEHOLDS):
        return
    if "column" in spec.options:
        yield str(spec.options["column"])
    yield from map(str, spec.options.get("columns", ()))


def _reference(specs: list[FeatureSpec], known: Mapping[str, float]) -> float | None:
    shares = [
        known[column]
        for spec in specs
        if spec.operator in _KNOWN_WITH_COLUMN
        for column in spec.columns
        if column in known
    ]
    return max(shares, default=None)
