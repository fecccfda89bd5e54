"""The rows that the lists' own lots stand for: households drawn with a logged chance, weighted by it.

A household that was not drawn may have been visited by routine all the same, for reasons nobody wrote down; it has no
known chance and no weight here (Horvitz and Thompson 1952). Those drawn and not met are left out: the weighted figures
hold for them if who was met did not depend on the need, which the section says.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from features.definition import Definition
from features.definition import structure as s
from features.ledger.store import LedgerStore
from training.dataset import AS_OF
from training.design.assignments import CHANCE, DRAWN, frame_rows
from training.labels import LABEL

WEIGHT = "design_weight"
BY_LOT = "by_lot"


def frames(store: LedgerStore, definition: Definition, cut: date) -> pl.DataFrame:
    """Every household of every list of the ledger as known on a day: household_id, as_of, chance, drawn.

    A household on two lists of one day keeps the surer chance.
    """
    empty = pl.DataFrame(schema={s.HOUSEHOLD: pl.String, AS_OF: pl.Date, CHANCE: pl.Float64, DRAWN: pl.Boolean})
    if s.ASSIGNMENTS not in definition.tables:
        return empty
    read = [frame_rows(store.read(county, [s.ASSIGNMENTS]).tables, cut) for county in store.counties()]
    return (
        pl.concat([empty, *(rows.select(empty.columns) for rows in read)])
        .sort(s.HOUSEHOLD, AS_OF, CHANCE, DRAWN)
        .unique([s.HOUSEHOLD, AS_OF], keep="last", maintain_order=True)
    )


def drawn_rows(rows: pl.DataFrame, lists: pl.DataFrame) -> pl.DataFrame:
    """The labelled rows of households that a list of the same as-of date drew.

    Args:
        rows: household_id, as_of and label of an audit.
        lists: as ``frames`` makes them.

    Returns:
        Those rows with ``design_weight`` (one over the chance) and ``by_lot`` (the chance was below 1).
    """
    drawn = lists.filter(pl.col(DRAWN) & (pl.col(CHANCE) > 0)).drop(DRAWN)
    return (
        rows.filter(pl.col(LABEL).is_not_null())
        .join(drawn, on=[s.HOUSEHOLD, AS_OF], how="inner", maintain_order="left")
        .with_columns((1.0 / pl.col(CHANCE)).alias(WEIGHT), (pl.col(CHANCE) < 1).alias(BY_LOT))
        .drop(CHANCE)
    )
