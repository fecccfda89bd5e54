"""The same list seen in other ways: without recently served children, by household, and by household size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import Label
from features.definition import structure as s
from training.baselines import DAYS_SINCE_VISIT
from training.dataset import AS_OF
from training.evaluation import MODEL, RANDOM
from training.labels import LABEL
from training.plan import ScreeningPlan
from training.stability.days import Days, days_of
from training.stability.resample import Interval, household_bootstrap, mean_over_dates
from training.stability.settings import StabilityRule

FloatArray = npt.NDArray[np.float64]

SIZE = "children_of_household"
_INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class View:
    """One way to see the list: what is ranked, and which of the ranked rows the figures speak of (``inside``)."""

    key: str
    label: Label
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first k places of a view found, made within each as-of date and averaged.

    ``of_list``: the share of the places inside the view; ``null_share``: of these, where nobody looked. ``least`` and
    ``most``: precision when all of those had no need, or all had one. ``gain`` is over the baseline.
    """

    view: View
    of_list: float
    null_share: float
    precision: Interval
    least: float
    most: float
    recall: Interval
    baseline: Interval
    gain: Interval


def views(rows: pl.DataFrame, names: Sequence[str], rule: StabilityRule) -> tuple[View, ...]:
    """Every view of the scored rows of known households; ``names`` are the columns that rank.

    Per household, it takes the place of its highest child; a hit is any assessed child with a new need.
    """
    days = rule.visited_within_days
    served = (pl.col(DAYS_SINCE_VISIT) <= days).fill_null(value=False)
    found = [
        View("child", Label("每个儿童", "every child"), rows.with_columns(pl.lit(value=True).alias(_INSIDE))),
        View(
            "not_served",
            Label(f"不含近 {days} 天走访过的家庭", f"without households visited within {days} days"),
            rows.filter(~served).with_columns(pl.lit(value=True).alias(_INSIDE)),
        ),
    ]
    homes = by_household(rows, names)
    found.append(
        View("household", Label("每户", "every household"), homes.with_columns(pl.lit(value=True).alias(_INSIDE)))
    )
    last = rule.household_sizes[-1]
    for size in rule.household_sizes:
        inside = pl.col(SIZE) >= size if size == last else pl.col(SIZE) == size
        more = Label("及以上", " or more") if size == last else Label("", "")
        label = Label(f"{size} 个{more.zh}儿童的家庭", f"households of {size}{more.en}")
        found.append(View(f"household_of_{size}", label, homes.with_columns(inside.alias(_INSIDE))))
    return tuple(found)


def by_household(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """One row per household and as-of date: its highest score in each column, and whether any assessed child had need.

    The label is null where no child of the household was assessed; ``children_of_household`` counts the cohort's.
    """
    return (
        rows.group_by(AS_OF, s.HOUSEHOLD)
        .agg(
            pl.col(s.CHILD).min(),
            pl.col(LABEL).cast(pl.Int8).max().cast(pl.Boolean).alias(LABEL),
            pl.len().alias(SIZE),
            *(pl.col(name).max() for name in names),
        )
        .sort(AS_OF, s.HOUSEHOLD)
    )


def see(view: View, baseline: str, plan: ScreeningPlan) -> Seen | None:
    """Measure a view; the whole list is ranked, the figures speak of its places inside. None without such a row."""
    rows = view.rows.sort(AS_OF, s.CHILD)
    if not rows[_INSIDE].any():
        return None
    names = tuple(dict.fromkeys((MODEL, baseline)))
    spoken_of = rows.with_columns(pl.when(pl.col(_INSIDE)).then(pl.col(LABEL)).alias(LABEL))
    lists = days_of(spoken_of, names, plan)

    def measure(weights: FloatArray) -> FloatArray:
        by_date = lists.precision(names, weights)
        ours, theirs = by_date[:, 0], by_date[:, -1]
        return mean_over_dates(np.column_stack([ours, theirs, ours - theirs, _recall(lists, weights)]))

    precision, other, gain, recall = household_bootstrap(measure, lists.households, plan.seed)
    of_list, null_share, least, most = _places(lists, rows[_INSIDE].to_numpy())
    return Seen(view, of_list, null_share, precision, least, most, recall, other, gain)


def _recall(lists: Days, weights: FloatArray) -> FloatArray:
    """The share of the known new needs that stand in the first places of the model, by date."""
    found = np.array([day.counts(MODEL, weights)[1] for day in lists.days])
    there = np.array([day.counts(RANDOM, weights)[1] for day in lists.days])
    return np.asarray(np.divide(found, there, out=np.full_like(found, np.nan), where=there > 0), dtype=np.float64)


def _places(lists: Days, inside: npt.NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Share of the places inside, share of these where nobody looked, and the bounds of their precision."""
    once, start, shares = np.ones(lists.households), 0, []
    for day in lists.days:
        taken = day.taken(MODEL, once)
        spoken_of = float(taken @ inside[start : start + taken.size])
        start += taken.size
        assessed, found = day.counts(MODEL, once)
        if spoken_of:
            unknown = spoken_of - assessed
            shares.append(
                (spoken_of / taken.sum(), unknown / spoken_of, found / spoken_of, (found + unknown) / spoken_of)
            )
        else:
            shares.append((0.0, np.nan, np.nan, np.nan))
    of_list, null_share, least, most = mean_over_dates(np.array(shares))
    return float(of_list), float(null_share), float(least), float(most)
