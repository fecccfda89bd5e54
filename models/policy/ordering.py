"""The order of households: duties first, then the score, then the lot. One function for village, county and region."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from features.definition.structure import CHILD, HOUSEHOLD

TIE = "tie"
DRIVER = "household_driver"
ORDER_COLUMNS = (CHILD, HOUSEHOLD, "duty", "duty_due_on", "duty_severity", "score", TIE)


def lots(children: pl.Series, seed: str, as_of: dt.date) -> pl.Series:
    """The lot each child draws for ties: a hash of seed, day and child number as UInt64, the same on any machine."""
    key = hashlib.blake2b(f"{seed}|{as_of.isoformat()}".encode(), digest_size=32).digest()
    drawn = b"".join([hashlib.blake2b(child.encode(), digest_size=8, key=key).digest() for child in children.to_list()])
    return pl.Series(TIE, np.frombuffer(drawn, dtype=">u8").astype(np.uint64))


def in_order(children: pl.DataFrame) -> pl.DataFrame:
    """The children in the order they are to be visited.

    Duties come first, by due day and then severity; no score moves them. Then the highest score. Children without a
    score come last. What is still equal falls by lot.

    Args:
        children: a row per child with ``ORDER_COLUMNS``; score null for a child that must not be scored.
    """
    score = pl.when(pl.col("duty")).then(None).otherwise(pl.col("score"))
    return children.sort(
        pl.col("duty"),
        pl.col("duty_due_on"),
        pl.col("duty_severity"),
        score,
        pl.col(TIE),
        pl.col(CHILD),
        descending=[True, False, False, True, False, False],
        nulls_last=True,
    )


def household_places(children: pl.DataFrame, within: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """The places of every child's household and the child that gives them, in order of visits.

    A household takes the place of its highest child; all its children carry that place, counted from 1 without holes.

    Args:
        children: a row per child with ``ORDER_COLUMNS`` and the columns of ``within``.
        within: by the name of each kind of place the columns in whose groups it is counted anew, such as a village; a
            household belongs to one of them.

    Returns:
        The rows given with household_driver and each kind of place.
    """
    ordered = in_order(children).with_columns(pl.col(HOUSEHOLD).is_first_distinct().alias(DRIVER))
    places = ordered.filter(DRIVER).select(HOUSEHOLD, *(_place(groups).alias(name) for name, groups in within.items()))
    return ordered.join(places, on=HOUSEHOLD, how="left", maintain_order="left")


def _place(groups: Sequence[str]) -> pl.Expr:
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    return place.over(groups) if groups else place
