"""Which counties may be read as one: those that have no child, household or event in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition.structure import CHILD, HOUSEHOLD
from serving.batch.known import Tables

Marks = npt.NDArray[np.uint64]


def apart(counties: Mapping[str, Tables], keys: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Sort counties into as few parts as come of taking them in order; within a part no two have anything in common.

    Hashes are compared, so that two counties may be held apart for nothing, but never taken as one wrongly.

    Args:
        counties: the ledger tables of each county.
        keys: the key columns of each table.
    """
    if len(counties) == 1:
        return [list(counties)]
    names = {*(name for key in keys.values() for name in key), CHILD, HOUSEHOLD}
    marks = {county: _marks(tables, sorted(names)) for county, tables in counties.items()}
    together = np.concatenate(list(marks.values()))
    if pl.Series(together).n_unique() == len(together):
        return [list(counties)]
    parts: list[tuple[list[str], list[Marks]]] = []
    for county, own in marks.items():
        for members, taken in parts:
            if not any(np.intersect1d(own, other, assume_unique=True).size for other in taken):
                members.append(county)
                taken.append(own)
                break
        else:
            parts.append(([county], [own]))
    return [members for members, _ in parts]


def _marks(tables: Tables, names: Sequence[str]) -> Marks:
    """A hash of every number that a county gives to a child, a household or an event, each once."""
    found = [
        rows.select(pl.col(name).drop_nulls().hash(seed).unique().alias("mark"))
        for seed, name in enumerate(names)
        for rows in tables.values()
        if name in rows.columns
    ]
    marks: Marks = pl.concat(found)["mark"].unique().to_numpy()
    return marks
