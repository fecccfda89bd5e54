"""What a list should find before its labels are in, and what it found once they are.

Before: the calibrated probabilities of the children in the first places add up to the needs their visits should find,
as in confidence-based performance estimation (CBPE; Kull and Flach, and NannyML's documentation). This assumes that
the calibration still holds: it sees a cohort that has become easier or harder, not needs that have changed their
ways, and not that those assessed differ from those who are not. What was realised is set beside it for that reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import norm

from features.definition import structure as s
from training.labels import LABEL
from training.metrics import AtK, at_k, first_places, places
from training.monitor.scored import PROBABILITY, SCORE, ScoredDay
from training.plan import ScreeningPlan

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expectation:
    """Needs expected among ``places`` visits, and the variance of their number; expectations of counties add up."""

    places: int
    needs: float
    variance: float

    def __add__(self, other: Expectation) -> Expectation:
        return Expectation(self.places + other.places, self.needs + other.needs, self.variance + other.variance)

    @property
    def precision(self) -> float | None:
        """The share of the places expected to find a new need; None without a place."""
        return self.needs / self.places if self.places else None

    def interval(self, confidence: float) -> tuple[float, float] | None:
        """Where the share of such visits that find a need should lie, if the calibration holds."""
        if not self.places:
            return None
        half = float(norm.ppf((1 + confidence) / 2)) * float(np.sqrt(self.variance)) / self.places
        share = self.needs / self.places
        return max(0.0, share - half), min(1.0, share + half)


@dataclass(frozen=True, slots=True)
class Realised:
    """What the list of an earlier day found: counts at k, and what was expected of the children who were assessed."""

    as_of: date
    at_k: AtK
    expected: Expectation

    def __add__(self, other: Realised) -> Realised:
        return Realised(max(self.as_of, other.as_of), self.at_k + other.at_k, self.expected + other.expected)


def first_of(day: ScoredDay, plan: ScreeningPlan) -> npt.NDArray[np.intp]:
    """Row numbers of the children in the first places of the county by score; ties by lot."""
    if day.rows.is_empty():
        return np.zeros(0, dtype=np.intp)
    k = places(plan.capacity.share, day.rows.height)
    return first_places(day.rows[SCORE].to_numpy(), k, np.random.default_rng(plan.seed).random(day.rows.height))


def expectation(rows: pl.DataFrame) -> Expectation:
    """What visits to these children should find; siblings count as finding together, which is the widest case."""
    houses = rows.group_by(s.HOUSEHOLD, maintain_order=True).agg(
        pl.len().alias("children"), pl.col(PROBABILITY).mean().alias("mean")
    )
    size, mean = houses["children"].cast(pl.Float64).to_numpy(), houses["mean"].to_numpy()
    return Expectation(rows.height, float((size * mean).sum()), float((size**2 * mean * (1 - mean)).sum()))


def realised(day: ScoredDay, labels: pl.DataFrame, plan: ScreeningPlan) -> Realised:
    """What the first places of an earlier day found.

    Args:
        day: the scores of that day.
        labels: child_id and label (null where nobody looked) by the day monitoring speaks for.
        plan: the number of places.
    """
    rows = day.rows.join(labels.select(s.CHILD, LABEL), on=s.CHILD, how="left", maintain_order="left")
    chosen = first_of(day, plan)
    known = rows[LABEL].is_not_null().to_numpy()
    found = at_k(chosen, rows[LABEL].fill_null(value=False).to_numpy(), known) if chosen.size else AtK(0, 0, 0, 0, 0)
    return Realised(day.as_of, found, expectation(rows[chosen].filter(pl.col(LABEL).is_not_null())))


def shortfall(one: Realised, confidence: float) -> float | None:
    """How far the realised precision certainly lies below the expected one; 0 or less is no shortfall.

    The upper end of the interval of the difference, one-sided; None where nobody was assessed.
    """
    precision, expected = one.at_k.precision, one.expected.precision
    if precision is None or expected is None:
        return None
    error = float(np.sqrt(one.expected.variance)) / one.expected.places
    return expected - precision - float(norm.ppf(confidence)) * error
