"""What in the data says that the estimates, or the labels everybody else uses, should not be taken at their word.

Each caution is found in what the ledger holds: assignments, visits, labels. None can be sure; each says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

import numpy as np
import polars as pl
from scipy.stats import norm

from features.definition import Label
from features.definition import structure as s
from training.dataset import AS_OF, COUNTY
from training.design import words
from training.design.assignments import CHANCE, DRAWN, FRAME_SIZE, LIST
from training.design.rules import CautionRule, DesignRules
from training.labels import LABEL

Code = Literal[
    "no_random_arm", "nested_visitors", "routine_disagrees", "answers_follow_rank", "frame_changed", "frame_incomplete"
]


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning in words; ``figures`` are the numbers behind it."""

    code: Code
    text: Label
    figures: tuple[tuple[str, float], ...] = ()


def cautions(rows: pl.DataFrame, rankings: Mapping[str, Label], rules: DesignRules) -> tuple[Caution, ...]:
    """Every caution that the rows give, the gravest first.

    Args:
        rows: as ``listed_children`` gives them.
        rankings: columns that order the children by what was recorded before the list, with their words; NaN or null
            where not known.
        rules: from where on a difference counts.
    """
    if rows.is_empty():
        return ()
    rule = rules.cautions
    found: Iterable[Caution | None] = (
        _no_random_arm(rows),
        _routine_disagrees(rows, tuple(rankings), rule),
        *(_answers_follow_rank(rows, ranking, name, rule) for ranking, name in rankings.items()),
        _nested_visitors(rows, rule),
        _frame_changed(rows, rule),
        _frame_incomplete(rows, rule),
    )
    return tuple(one for one in found if one is not None)


def _no_random_arm(rows: pl.DataFrame) -> Caution | None:
    by_lot = rows.filter((pl.col(CHANCE) > 0) & (pl.col(CHANCE) < 1))
    if by_lot[DRAWN].any():
        return None
    never = 1 - rows.filter(pl.col(CHANCE) > 0).height / rows.height
    return Caution("no_random_arm", words.no_random_arm(never), (("never", never),))


def _routine_disagrees(rows: pl.DataFrame, rankings: Sequence[str], rule: CautionRule) -> Caution | None:
    """Whether routine visits find needs at another rate than random places among children who look alike on record.

    Common odds ratio over strata of list (each of one county) and equal groups of each ranking (Mantel and Haenszel
    1959), its variance by Robins, Breslow and Greenland (1986); a household is counted once per list, so that siblings
    are not taken for independent. Where the lot drew few, a difference goes unseen: silence is no proof.
    """
    lot = rows.filter((pl.col(CHANCE) > 0) & (pl.col(CHANCE) < 1) & pl.col(LABEL).is_not_null())
    banded = lot.with_columns(*(_band(ranking, rule.bands).alias(f"band_{ranking}") for ranking in rankings))
    bands = [f"band_{ranking}" for ranking in rankings]
    homes = banded.group_by(LIST, s.HOUSEHOLD).agg(
        pl.col(LABEL).any(), pl.col(DRAWN).any(), *(pl.col(band).max() for band in bands), pl.len().alias("size")
    )
    cells = homes.group_by(LIST, *bands, pl.col("size").clip(upper_bound=2)).agg(
        (pl.col(LABEL) & ~pl.col(DRAWN)).sum().alias("a"),
        (~pl.col(LABEL) & ~pl.col(DRAWN)).sum().alias("b"),
        (pl.col(LABEL) & pl.col(DRAWN)).sum().alias("c"),
        (~pl.col(LABEL) & pl.col(DRAWN)).sum().alias("d"),
    )
    made = _common_odds(*(cells[name].cast(pl.Float64).to_numpy() for name in "abcd"))
    if made is None or not _sure(log(made[0]), made[1], rule) or abs(log(made[0])) < log(rule.need_ratio):
        return None
    return Caution("routine_disagrees", words.routine_disagrees(made[0]), (("odds_ratio", made[0]), ("error", made[1])))


def _band(ranking: str, bands: int) -> pl.Expr:
    """Equal groups of a ranking within its list's as-of date; those without a value form a group of their own."""
    value = pl.col(ranking).fill_nan(None)
    place = value.rank("average").over(AS_OF) / value.count().over(AS_OF)
    return (place * bands).ceil().fill_null(0).cast(pl.Int64)


def _common_odds(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> tuple[float, float] | None:
    total = np.maximum(a + b + c + d, 1)
    r, q = a * d / total, b * c / total
    if r.sum() <= 0 or q.sum() <= 0:
        return None
    p, o = (a + d) / total, (b + c) / total
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * q + o * r).sum() / (2 * r.sum() * q.sum())
        + (o * q).sum() / (2 * q.sum() ** 2)
    )
    return float(r.sum() / q.sum()), sqrt(float(variance))


def _answers_follow_rank(rows: pl.DataFrame, ranking: str, name: Label, rule: CautionRule) -> Caution | None:
    """Whether the drawn of the upper half of a ranking were looked at more, or less, often than the lower half."""
    drawn = rows.filter(pl.col(DRAWN) & (pl.col(CHANCE) > 0)).with_columns(_band(ranking, 2).alias("half"))
    homes = (
        drawn.filter(pl.col("half") > 0)
        .group_by(LIST, s.HOUSEHOLD)
        .agg(pl.col(LABEL).is_not_null().mean().alias("known"), pl.col("half").max())
    )
    halves = {half: group["known"].to_numpy() for (half,), group in homes.group_by("half")}
    if len(halves) < 2 or min(len(values) for values in halves.values()) < 2:
        return None
    difference = float(halves[2].mean() - halves[1].mean())
    error = sqrt(sum(float(values.var(ddof=1)) / len(values) for values in halves.values()))
    if abs(difference) < rule.answer_difference or not _sure(difference, error, rule):
        return None
    return Caution(
        "answers_follow_rank",
        words.answers_follow_rank(name, difference),
        (("difference", difference), ("error", error)),
    )


def _nested_visitors(rows: pl.DataFrame, rule: CautionRule) -> Caution | None:
    visits = rows.filter(pl.col(s.VISITOR).is_not_null()).unique([AS_OF, s.HOUSEHOLD])
    villages = (
        visits.group_by(s.REGION, s.VISITOR)
        .len()
        .group_by(s.REGION)
        .agg(pl.col("len").sum().alias("visits"), (pl.col("len").max() / pl.col("len").sum()).alias("most"))
    )
    villages = villages.filter(pl.col("visits") >= rule.least_visits)
    if villages.is_empty():
        return None
    nested = villages.filter(pl.col("most") >= rule.nested_share).height / villages.height
    if nested < rule.nested_share:
        return None
    return Caution("nested_visitors", words.nested_visitors(nested), (("villages", nested),))


def _frame_changed(rows: pl.DataFrame, rule: CautionRule) -> Caution | None:
    shares = rows.group_by(AS_OF).agg((pl.col(CHANCE) >= 1).mean().alias("sure")).sort(AS_OF)
    steps = shares.with_columns(pl.col("sure").diff().alias("step")).drop_nulls("step")
    if steps.is_empty():
        return None
    worst = steps.sort(pl.col("step").abs(), descending=True).row(0, named=True)
    if abs(worst["step"]) < rule.frame_change:
        return None
    return Caution(
        "frame_changed", words.frame_changed(worst[AS_OF], float(worst["step"])), (("step", float(worst["step"])),)
    )


def _frame_incomplete(rows: pl.DataFrame, rule: CautionRule) -> Caution | None:
    lists = rows.group_by(COUNTY, LIST).agg(pl.col(s.HOUSEHOLD).n_unique().alias("here"), pl.col(FRAME_SIZE).max())
    missing = 1 - float(lists["here"].sum()) / max(1.0, float(lists[FRAME_SIZE].sum()))
    if missing < rule.missing_frame:
        return None
    return Caution("frame_incomplete", words.frame_incomplete(missing), (("missing", missing),))


def _sure(difference: float, error: float, rule: CautionRule) -> bool:
    return abs(difference) > float(norm.ppf((1 + rule.confidence) / 2)) * error
