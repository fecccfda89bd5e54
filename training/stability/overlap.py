"""How many of the first k children stay there when only the seed changes, or a month of data is taken away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from training.dataset import AS_OF, Part
from training.labels import LABEL
from training.material import Material, grown_on
from training.metrics import mean_of
from training.plan import ScreeningPlan
from training.refit import Recipe
from training.stability.days import days_of
from training.stability.settings import TopRule

FloatArray = npt.NDArray[np.float64]

_WAS, _IS = "was", "is"


@dataclass(frozen=True, slots=True)
class TopStability:
    """The share of the first k places that stays, within each as-of date and averaged; None where not estimable.

    ``seeds``: one share per other seed. ``less_data``: with the last months of the fit window taken away.
    ``chance``: what two orders by lot would have in common, k's share of the cohort.
    """

    seeds: tuple[float, ...]
    less_data: float | None
    chance: float
    thinned: bool

    @property
    def mean(self) -> float | None:
        """The mean over every change."""
        return mean_of([*self.seeds, self.less_data])

    @property
    def least(self) -> float | None:
        """The least over every change."""
        return min((share for share in (*self.seeds, self.less_data) if share is not None), default=None)


def top_stability(made_of: Material, recipe: Recipe, rule: TopRule, threads: int) -> TopStability:
    """Grow the recipe again with other seeds and with less data, and compare the first k places of the test window.

    Args:
        made_of: rows to learn from and to order.
        recipe: how the audited model was grown.
        rule: how many seeds, and how many as-of dates less.
        threads: for LightGBM; they do not change the result.
    """
    plan = recipe.plan
    was = grown_on(made_of.fit, recipe, threads)(made_of.test.matrix)

    def stays(fit: Part, changed: Recipe) -> float:
        return overlap(made_of.test.rows, was, grown_on(fit, changed, threads)(made_of.test.matrix), plan)

    others = [replace(recipe, plan=replace(plan, seed=plan.seed + turn)) for turn in range(1, rule.seeds + 1)]
    earlier = _earlier(made_of.fit, rule.dates_less)
    return TopStability(
        seeds=tuple(stays(made_of.fit, other) for other in others),
        less_data=None if earlier is None else stays(earlier, recipe),
        chance=plan.capacity.share,
        thinned=made_of.thinned,
    )


def _earlier(fit: Part, dates_less: int) -> Part | None:
    """The fit window without its last dates; None when nothing to learn from would be left."""
    dates = sorted(fit.rows[AS_OF].unique().to_list())
    kept = fit.where(fit.rows[AS_OF].is_in(dates[:-dates_less]).to_numpy())
    return kept if kept.rows[LABEL].n_unique() == 2 else None


def overlap(rows: pl.DataFrame, was: FloatArray, now: FloatArray, plan: ScreeningPlan) -> float:
    """The share of each date's first k places that two orders of the same rows have in common, averaged."""
    lists = days_of(rows.with_columns(pl.Series(_WAS, was), pl.Series(_IS, now)), (_WAS, _IS), plan)
    once = np.ones(lists.households)
    shares = [day.taken(_WAS, once) @ day.taken(_IS, once) / day.taken(_WAS, once).sum() for day in lists.days]
    return float(np.mean(shares))
