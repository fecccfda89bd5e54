"""Who stands on the lists, who was drawn and assessed, and how often people overrode a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import norm

from features.definition import Definition
from features.definition import structure as s
from features.known import known_rows, latest_rows
from features.membership import group_columns
from training.dataset import AS_OF
from training.design.assignments import DRAWN, LIST, STRATUM, frame_rows
from training.labels import LABEL, VisitOutcomes
from training.plan import ScreeningPlan

FloatArray = npt.NDArray[np.float64]
GroupKey = tuple[str, str]

NOT_KNOWN = "not_known"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class GroupSums:
    """Sums over households of (listed in the group, in the group, listed outside, outside) and of their products."""

    sums: FloatArray
    products: FloatArray

    def __add__(self, other: GroupSums) -> GroupSums:
        return GroupSums(self.sums + other.sums, self.products + other.products)


@dataclass(frozen=True, slots=True)
class Selection:
    """How often a group stands in the first places, and its ratio to all other children with an interval."""

    children: int
    listed: int
    rate: float
    ratio: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the households drawn into a stratum: how many were met, and of how many a child was assessed."""

    drawn: int
    met: int
    assessed: int

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(self.drawn + other.drawn, self.met + other.met, self.assessed + other.assessed)


def group_sums(rows: pl.DataFrame, listed: npt.NDArray[np.bool_], definition: Definition) -> dict[GroupKey, GroupSums]:
    """Sums by audit group and value; a value that is not known is a group of its own, never left out.

    Args:
        rows: a row per child with household_id and the columns of the audit groups, shape (n, ...).
        listed: whether the child stands in the first places, shape (n,).
        definition: declares the groups.
    """
    found: dict[GroupKey, GroupSums] = {}
    number = rows[s.HOUSEHOLD].rank("dense").to_numpy().astype(np.intp) - 1 if rows.height else np.zeros(0, np.intp)
    for column in group_columns(definition):
        values = rows[column].fill_null(NOT_KNOWN)
        for value in values.unique().sort():
            found[column, str(value)] = _sums((values == value).to_numpy(), listed, number)
    return found


def _sums(inside: npt.NDArray[np.bool_], listed: npt.NDArray[np.bool_], house: npt.NDArray[np.intp]) -> GroupSums:
    counted = np.column_stack([inside & listed, inside, ~inside & listed, ~inside]).astype(np.float64)
    table = np.zeros((int(house.max()) + 1, 4))
    np.add.at(table, house, counted)
    return GroupSums(table.sum(axis=0), table.T @ table)


def selection(one: GroupSums, confidence: float) -> Selection:
    """The selection rate of a group and its ratio to the others; the interval is of the log ratio, between households.

    The variance is that of the linearised ratio (Woodruff 1971). No ratio where nobody of either is listed.
    """
    in_list, inside, out_list, outside = (float(value) for value in one.sums)
    rate = in_list / inside
    if not (in_list and out_list):
        return Selection(int(inside), int(in_list), rate, None, None, None)
    ratio = rate / (out_list / outside)
    weights = np.array([1 / in_list, -1 / inside, -1 / out_list, 1 / outside])
    half = float(norm.ppf((1 + confidence) / 2)) * float(np.sqrt(weights @ one.products @ weights))
    ends = float(ratio * np.exp(-half)), float(ratio * np.exp(half))
    return Selection(int(inside), int(in_list), rate, ratio, *ends)


def coverage(
    tables: Mapping[str, pl.DataFrame],
    definition: Definition,
    plan: ScreeningPlan,
    outcomes: VisitOutcomes,
    as_of: date,
) -> dict[str, Coverage]:
    """Households drawn, met and assessed by stratum, over the lists of the last horizon that is over."""
    if s.ASSIGNMENTS not in definition.tables:
        return {}
    drawn = _drawn(tables, plan, as_of)
    horizon = timedelta(days=plan.label.horizon_days)
    assessed = outcomes.children.filter(pl.col(LABEL).is_not_null())[s.VISIT]
    visits = outcomes.visits.with_columns(pl.col(s.VISIT).is_in(assessed.implode()).alias("assessed"))
    came = (
        drawn.join(visits, on=s.HOUSEHOLD, how="left")
        .with_columns((pl.col(s.VISITED_ON) - pl.col(AS_OF)).alias("after"))
        .with_columns(in_time=(pl.col("after") > timedelta(0)) & (pl.col("after") <= horizon))
        .group_by(LIST, s.HOUSEHOLD, STRATUM)
        .agg(
            pl.col("in_time").fill_null(value=False).any().alias("met"),
            (pl.col("in_time") & pl.col("assessed")).fill_null(value=False).any().alias("assessed"),
        )
    )
    counted = came.group_by(STRATUM).agg(pl.len().alias("drawn"), pl.col("met").sum(), pl.col("assessed").sum())
    return {
        row[STRATUM]: Coverage(row["drawn"], row["met"], row["assessed"]) for row in counted.sort(STRATUM).to_dicts()
    }


def _drawn(tables: Mapping[str, pl.DataFrame], plan: ScreeningPlan, as_of: date) -> pl.DataFrame:
    over = as_of - timedelta(days=plan.label.horizon_days + plan.windows.recording_lag_days)
    first = over - timedelta(days=plan.label.horizon_days)
    listed = frame_rows(tables, as_of).filter(pl.col(DRAWN) & (pl.col(AS_OF) > first) & (pl.col(AS_OF) <= over))
    return listed.select(LIST, s.HOUSEHOLD, AS_OF, STRATUM)


def overridden(
    tables: Mapping[str, pl.DataFrame], definition: Definition, plan: ScreeningPlan, as_of: date
) -> tuple[int, int] | None:
    """Places that people overrode and places drawn, over the same lists; None where overrides are not recorded.

    An override that was taken back is none.
    """
    if s.OVERRIDES not in tables or s.ASSIGNMENTS not in definition.tables:
        return None
    drawn = _drawn(tables, plan, as_of).select(LIST, s.HOUSEHOLD).unique()
    known = known_rows(tables[s.OVERRIDES], as_of)
    standing = pl.DataFrame(latest_rows(known, definition.decisions[s.OVERRIDES].key).to_native())
    places = standing.filter(~pl.col(WITHDRAWN)).select(LIST, s.HOUSEHOLD).unique()
    return drawn.join(places, on=[LIST, s.HOUSEHOLD], how="semi").height, drawn.height


def added(parts: Iterable[Mapping[GroupKey, GroupSums]]) -> dict[GroupKey, GroupSums]:
    """Group sums of several counties together.

    A county without a child of a group has all its children outside it.
    """
    counties = list(parts)
    keys = sorted({key for part in counties for key in part})
    return {key: _total(key, counties) for key in keys}


def _total(key: GroupKey, counties: Iterable[Mapping[GroupKey, GroupSums]]) -> GroupSums:
    total = GroupSums(np.zeros(4), np.zeros((4, 4)))
    for part in counties:
        total = total + (part[key] if key in part else _all_outside(part, key[0]))
    return total


def _all_outside(part: Mapping[GroupKey, GroupSums], column: str) -> GroupSums:
    """A county as seen by a group that none of its children belongs to: one of its groups and the rest, joined."""
    one = next((sums for (name, _), sums in part.items() if name == column), None)
    if one is None:
        return GroupSums(np.zeros(4), np.zeros((4, 4)))
    move = np.zeros((4, 4))
    move[2, [0, 2]] = move[3, [1, 3]] = 1
    return GroupSums(move @ one.sums, move @ one.products @ move.T)
