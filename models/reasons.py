"""Reasons: the few features that raised or lowered a score most, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from models.explain import Explanations

FloatArray = npt.NDArray[np.float64]
DateArray = npt.NDArray[np.datetime64]

REASON = pl.Struct({"feature": pl.String, "value": pl.Float64, "contribution": pl.Float64, "date": pl.Date})
REASON_COLUMNS = {"reasons_up": pl.List(REASON), "reasons_down": pl.List(REASON), "not_known": pl.List(pl.String)}


class Reason(TypedDict):
    """One reason as a score table holds it.

    ``feature`` is the declared name; ``value`` is None where it is not known (for a category: the place of its code
    among the encoded ones); ``contribution`` is what it adds to the score in log-odds; ``date`` is the day of the
    newest fact behind it, None where there is none.
    """

    feature: str
    value: float | None
    contribution: float
    date: date | None


@dataclass(frozen=True, slots=True)
class ReasonLimits:
    """How many reasons people see each way, the least that one must add or take (log-odds), and to how many digits."""

    most_each_way: int
    least_contribution: float
    decimals: int


@lru_cache(maxsize=1)
def reason_limits() -> ReasonLimits:
    """The limits in force, from ``reasons.toml``."""
    raw = tomllib.loads(Path(__file__).with_name("reasons.toml").read_text(encoding="utf-8"))
    return ReasonLimits(int(raw["most_each_way"]), float(raw["least_contribution"]), int(raw["decimals"]))


def choose_reasons(explanations: Explanations, values: FloatArray, dates: DateArray) -> pl.DataFrame:
    """Choose the reasons of each row: at most four that raise the score and four that lower it, the largest first.

    Equal contributions stand in the order of the feature contract, so that the choice never depends on chance. They
    are rounded first: one child explained alone and in a region differs in the last bits, and must not in its reasons.

    Args:
        explanations: contributions by source, shape (n, s).
        values: the value of each source, shape (n, s); NaN where not known.
        dates: the day of the newest fact behind each source, shape (n, s); NaT where there is none.

    Returns:
        n rows with the columns of ``REASON_COLUMNS``; ``not_known`` lists every source without a value.
    """
    contributions = explanations.contributions.round(reason_limits().decimals)
    explanations = replace(explanations, contributions=contributions)
    return pl.DataFrame(
        {
            "reasons_up": _largest(explanations, values, dates, sign=1.0),
            "reasons_down": _largest(explanations, values, dates, sign=-1.0),
            "not_known": _listed(np.isnan(values), _names(explanations.sources)),
        },
        schema=REASON_COLUMNS,
    )


def _largest(explanations: Explanations, values: FloatArray, dates: DateArray, sign: float) -> pl.Series:
    """The largest contributions of one sign, as one list of structs per row."""
    rest = explanations.contributions * sign
    rows = np.arange(len(rest))
    limits = reason_limits()
    count = min(limits.most_each_way, rest.shape[1])
    places = np.zeros((len(rest), count), dtype=np.int64)
    sizes = np.zeros((len(rest), count))
    # A few passes of argmax cost less than a sort of all features, and the first of equals wins.
    for rank in range(count):
        places[:, rank] = rest.argmax(axis=1)
        sizes[:, rank] = rest[rows, places[:, rank]]
        rest[rows, places[:, rank]] = -np.inf
    chosen = (sizes >= limits.least_contribution) & (sizes > 0)
    row, position = np.nonzero(chosen)
    place = places[row, position]
    return _lists(
        chosen.sum(axis=1),
        pa.StructArray.from_arrays(
            [
                pa.array(_names(explanations.sources).gather(place).to_arrow()),
                pa.array(values[row, place], from_pandas=True),
                pa.array(explanations.contributions[row, place]),
                pa.array(dates[row, place].astype("datetime64[D]")),
            ],
            names=["feature", "value", "contribution", "date"],
        ),
    )


def _listed(mask: npt.NDArray[np.bool_], names: pl.Series) -> pl.Series:
    """The names of the columns that hold in each row of a mask, shape (n, s)."""
    _, place = np.nonzero(mask)
    return _lists(mask.sum(axis=1), names.gather(place).to_arrow())


def _lists(lengths: npt.NDArray[np.int_], flat: pa.Array) -> pl.Series:
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    return pl.Series(pl.from_arrow(pa.LargeListArray.from_arrays(offsets, flat)))


def _names(sources: tuple[str, ...]) -> pl.Series:
    return pl.Series(sources, dtype=pl.String)
