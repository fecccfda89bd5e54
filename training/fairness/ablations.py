"""What each protected fact would add and each support domain adds, at the same number of places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition.groups import AuditGroup
from training.evaluation import PROBABILITY
from training.fairness.grouping import group_rows
from training.fairness.listed import LISTED, with_places
from training.fairness.refits import Variant
from training.fairness.settings import FairnessRule
from training.fairness.tally import RECALL, measure_groups
from training.plan import ScreeningPlan
from training.stability.days import days_of
from training.stability.resample import Interval, household_bootstrap, mean_over_dates

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ablation:
    """One variant beside the unchanged refit.

    ``precision``: at k, each as-of date by itself, averaged; ``change``: less that of the unchanged refit, from the
    same households drawn anew. ``same_list``: the share of the unchanged list that stays on it.
    ``least_recall_ratio``: of the groups of the added fact to their reference; None where nothing was added or it is
    not estimable.
    """

    variant: Variant
    precision: Interval
    change: Interval
    same_list: float
    least_recall_ratio: float | None
    least_recall_ratio_before: float | None


def measure_variants(
    rows: pl.DataFrame, variants: tuple[Variant, ...], plan: ScreeningPlan
) -> tuple[tuple[Interval, Interval], ...]:
    """Precision at k of each variant, and its difference from the first, with intervals.

    Args:
        rows: known rows of the test window with a column of scores per variant.
        variants: the unchanged one first.
        plan: says how many places there are.
    """
    names = [variant.name for variant in variants]
    days = days_of(rows, names, plan)

    def measure(weights: FloatArray) -> FloatArray:
        by_date = days.precision(names, weights)
        return mean_over_dates(np.concatenate([by_date, by_date - by_date[:, :1]], axis=1))

    found = household_bootstrap(measure, days.households, plan.seed)
    return tuple(zip(found[: len(names)], found[len(names) :], strict=True))


def compare_variants(
    rows: pl.DataFrame,
    variants: tuple[Variant, ...],
    groups: tuple[AuditGroup, ...],
    plan: ScreeningPlan,
    rule: FairnessRule,
) -> tuple[Ablation, ...]:
    """Every variant beside the unchanged refit; see :class:`Ablation`."""
    kinds = {group.name: group for group in groups}
    before = with_places(rows, plan, variants[0].name)
    made = []
    for variant, (precision, change) in zip(variants, measure_variants(rows, variants, plan), strict=True):
        after = with_places(rows, plan, variant.name)
        stays = (before[LISTED] & after[LISTED]).to_numpy().sum() / max(1, before[LISTED].to_numpy().sum())
        group = kinds.get(variant.about)
        made.append(
            Ablation(
                variant=variant,
                precision=precision,
                change=change,
                same_list=float(stays),
                least_recall_ratio=None if group is None else least_ratio(after, group, plan, rule),
                least_recall_ratio_before=None if group is None else least_ratio(before, group, plan, rule),
            )
        )
    return tuple(made)


def least_ratio(rows: pl.DataFrame, group: AuditGroup, plan: ScreeningPlan, rule: FairnessRule) -> float | None:
    """The least recall of a group with needs enough, divided by that of the reference; None if not estimable."""
    rows = rows.with_columns(pl.lit(0.0).alias(PROBABILITY))  # a refit is not calibrated, and recall needs none
    grouping = group_rows(rows, group, rule.groups)
    measured = measure_groups(rows, grouping.members, list(grouping.names), grouping.reference, plan.seed)
    ratios = [
        ratio
        for one in measured
        if one.group != grouping.reference and one.counts["needs"] >= rule.groups.fewest_needs
        if (ratio := one.ratios[RECALL].value) is not None
    ]
    return min(ratios, default=None)
