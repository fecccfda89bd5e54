"""The rows that speak of one child, as known on a day: what a correction has to name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import narwhals as nw
import polars as pl

from features.cli.console import UserError
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, RECORDED_ON, ROW_ID, VALID_FROM
from features.known import known_rows
from features.ledger.store import LedgerStore


def child_history(store: LedgerStore, child_id: str, as_of: date | None = None) -> Mapping[str, pl.DataFrame]:
    """The rows of a child and of its household by table, oldest first, as known on ``as_of`` (default: all).

    Raises:
        UserError: no county knows the child by then.
    """
    county = store.find_child(child_id)
    if county is None:
        raise UserError(f"no child '{child_id}' in {store.folder}", "look for it in: mopai ledger show --json")
    tables = {
        name: frame if as_of is None else _known(frame, as_of) for name, frame in store.read(county).tables.items()
    }
    households = tables[CHILDREN].filter(pl.col(CHILD) == child_id)[HOUSEHOLD].drop_nulls().unique()
    if households.is_empty():
        raise UserError(f"child '{child_id}' was not known on {as_of}", "give a later day with --as-of")
    speaking = {name: _of_child(frame, child_id, households) for name, frame in tables.items()}
    return {name: frame for name, frame in speaking.items() if not frame.is_empty()}


def _known(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    known: pl.DataFrame = nw.to_native(known_rows(frame, as_of))
    return known


def _of_child(frame: pl.DataFrame, child_id: str, households: pl.Series) -> pl.DataFrame:
    """Rows of the child, and rows of its households that name no other child."""
    of_home = pl.col(HOUSEHOLD).is_in(households.implode()) if HOUSEHOLD in frame.columns else pl.lit(value=False)
    own = of_home
    if CHILD in frame.columns:
        own = (pl.col(CHILD) == child_id) | (of_home & pl.col(CHILD).is_null())
    return frame.filter(own).sort(VALID_FROM, RECORDED_ON, ROW_ID)
