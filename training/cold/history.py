"""Which inputs are made of events, and the ledger of a county where none was recorded yet."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from features.definition import Definition
from features.definition.feature import feature_specs

_EVENT = "event"


def history_columns(definition: Definition) -> frozenset[str]:
    """The columns of features made of events: of their rows, or of another feature that is (``of``)."""
    specs = feature_specs(definition)
    made = {spec.name for spec in specs if definition.tables[spec.table].kind == _EVENT}
    while more := {spec.name for spec in specs if str(spec.options.get("of")) in made} - made:
        made |= more
    return frozenset(column for spec in specs if spec.name in made for column in spec.columns)


def without_events(tables: Mapping[str, pl.DataFrame], definition: Definition) -> dict[str, pl.DataFrame]:
    """The tables of a county as they were before anybody went: those of events are empty."""
    return {name: rows.clear() if definition.tables[name].kind == _EVENT else rows for name, rows in tables.items()}
