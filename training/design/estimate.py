"""Design-based estimates of shares and rates over the children of the frames.

Every quantity is a ratio of two totals, each a weighted sum over the children who were looked at: the prevalence of a
new need, precision at k (needs among the first places), recall at k (needs in the first places among all needs) and
the worth of a policy (needs per household place). The variance is that of the linearised ratio (Binder 1983; Särndal,
Swensson and Wretman 1992, ch. 5), centred within cells, with a finite population correction, and summed by household
over siblings and lists, so that what a family shares is not counted as news. It speaks of the children on these
frames, not of next year's.

Two answers to non-response stand side by side. *Bounded* assumes nothing: children drawn and not seen all without, or
all with, a new need, whichever is worse (Manski 1989). *At random* assumes that within a stratum whether a child was
seen had nothing to do with need; reports that arrive first, and children who board, make it only roughly true.
A label says what the visitor recorded, not what was there: a need overlooked counts as none in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm

from training.design.intervals import Interval, rate_interval, share_interval
from training.design.rules import DesignRules, IntervalRule, Quantity
from training.design.sample import (
    BoolArray,
    FloatArray,
    IntArray,
    Sample,
    Weights,
    drawn_weights,
    response_weights,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A ratio over children: label x ``found`` over label x ``needs`` + ``base``.

    ``inside`` marks the children whose unknown need would raise the ratio; a need of the others can only lower it.
    """

    quantity: Quantity
    found: FloatArray
    needs: float
    base: FloatArray
    inside: BoolArray

    def where(self, keep: BoolArray) -> Measure:
        """The entries where ``keep``, shape (n,), is true."""
        return Measure(self.quantity, self.found[keep], self.needs, self.base[keep], self.inside[keep])


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio with its design variance; ``count``: Kish's effective number of what it is taken over."""

    value: float
    variance: float
    count: float
    freedom: float

    def interval(self, quantity: Quantity, rule: IntervalRule) -> Interval:
        """Its interval: that of a rate for needs per place, that of a share for everything else."""
        make = rate_interval if quantity == "found_per_places" else share_interval
        return make(self.value, self.variance, self.count, self.freedom, rule)

    def enough(self, quantity: Quantity, rules: DesignRules) -> bool:
        """Whether the declared half-width is reached, both as expected and by the estimate's own interval."""
        low, high = self.interval(quantity, rules.interval)
        wanted = rules.half_width[quantity]
        return self.planned_half_width(quantity, rules) <= wanted and (high - low) / 2 <= wanted

    def planned_half_width(self, quantity: Quantity, rules: DesignRules) -> float:
        """The half-width to expect of so many children before their labels are read; normal approximation."""
        width, share = float(norm.ppf((1 + rules.interval.confidence) / 2)), rules.expected[quantity]
        if quantity == "found_per_places":
            return width * sqrt(share * rules.value.places / self.count)
        return width * sqrt(share * (1 - share) / self.count)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One quantity. ``at_random`` assumes response at random within strata; ``bounded`` assumes nothing.

    ``bounded`` ends where the least and the most possible end, ``bounded_interval`` adds their sampling error. None is
    not estimable. ``null_share`` is the share of the drawn, weighted to the frame, whom nobody looked at, among the
    children that the quantity is taken over.
    """

    quantity: Quantity
    at_random: float | None
    interval: Interval | None
    bounded: Interval | None
    bounded_interval: Interval | None
    null_share: float | None
    known: int
    drawn: int
    frame: int

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval under response at random."""
        return None if self.interval is None else (self.interval[1] - self.interval[0]) / 2


def prevalence(size: int) -> Measure:
    """The share of the frame's children whom a visit would find a new need of."""
    every = np.ones(size)
    return Measure("prevalence", every, 0.0, every, np.ones(size, bool))


def precision_at_k(top: BoolArray) -> Measure:
    """The share of the children in the first places whom a visit would find a new need of."""
    inside = top.astype(np.float64)
    return Measure("precision_at_k", inside, 0.0, inside, top)


def recall_at_k(top: BoolArray) -> Measure:
    """The share of all children with a new need who stand in the first places."""
    return Measure("recall_at_k", top.astype(np.float64), 1.0, np.zeros(len(top)), top)


def found_per_places(top: BoolArray, siblings: FloatArray, rules: DesignRules) -> Measure:
    """Children with a new need that so many household places of a policy would find.

    Args:
        top: the child's household is among the first places.
        siblings: children of the household on the same frame.
        rules: say over how many places.
    """
    return Measure("found_per_places", top.astype(np.float64), 0.0, top / siblings / rules.value.places, top)


def at_random(sample: Sample, measure: Measure, rules: DesignRules) -> Ratio | None:
    """The ratio if who answers is by chance within strata; None where the frame or the quantity has nobody known."""
    weights = response_weights(sample, rules.cells.least_children)
    return None if weights is None else _ratio(sample, measure, np.nan_to_num(sample.label), weights)


def estimate(sample: Sample, measure: Measure, rules: DesignRules) -> Estimate:
    """Estimate a quantity both ways, with intervals."""
    ratio = at_random(sample, measure, rules)
    bounds, ends, null_share = _bounds(sample, measure, rules)
    covered = measure.found > 0 if measure.needs == 0 else np.ones(sample.size, bool)
    return Estimate(
        quantity=measure.quantity,
        at_random=None if ratio is None else ratio.value,
        interval=None if ratio is None else ratio.interval(measure.quantity, rules.interval),
        bounded=bounds,
        bounded_interval=ends,
        null_share=null_share,
        known=int((sample.known & covered).sum()),
        drawn=int((sample.drawn & covered).sum()),
        frame=int(covered.sum()),
    )


def _bounds(
    sample: Sample, measure: Measure, rules: DesignRules
) -> tuple[Interval | None, Interval | None, float | None]:
    weights = drawn_weights(sample)
    if weights is None:
        return None, None, None
    known = sample.known
    least = _ratio(sample, measure, np.where(known, sample.label, ~measure.inside), weights)
    most = _ratio(sample, measure, np.where(known, sample.label, measure.inside), weights)
    if least is None or most is None:
        return None, None, None
    low, high = (one.interval(measure.quantity, rules.interval) for one in (least, most))
    over = weights.weight * (measure.base if measure.needs == 0 else 1.0)
    return (least.value, most.value), (low[0], high[1]), 1 - float(over @ known) / float(over.sum())


def _ratio(sample: Sample, measure: Measure, label: FloatArray, weights: Weights) -> Ratio | None:
    """The ratio and its linearised, household-clustered variance; None where it is taken over nothing."""
    looked = weights.weight > 0
    weight, cell = weights.weight[looked], weights.cell[looked]
    under = label[looked] * measure.needs + measure.base[looked]
    total = float(weight @ under)
    if total <= 0:
        return None
    value = float(weight @ (label[looked] * measure.found[looked])) / total
    rest = label[looked] * measure.found[looked] - value * under
    cells = len(sample.kind)
    mass = np.bincount(cell, weight, minlength=cells)
    middle = np.divide(np.bincount(cell, weight * rest, minlength=cells), mass, out=np.zeros(cells), where=mass > 0)
    # What a whole census of a cell knows is certain, hence the root of the share not known.
    part = np.sqrt(1 - weights.share[looked]) * weight * (rest - middle[cell]) / total
    households, number = np.unique(sample.household[looked], return_inverse=True)
    sums = np.bincount(number, part, minlength=len(households))
    spread = float(sums @ sums)
    used = len(households) - int((mass > 0).sum())
    variance = len(households) / max(1, used) * spread
    # A few households that stand for many make the variance itself uncertain (Satterthwaite 1946).
    freedom = min(max(1, used), spread**2 / float(sums**2 @ sums**2)) if spread > 0 else max(1, used)
    return Ratio(value, variance, _kish(weight, under, number), max(1.0, freedom))


def _kish(weight: FloatArray, under: FloatArray, number: IntArray) -> float:
    """The number of households that would weigh alike: squared sum of weights over their sum of squares (Kish 1965)."""
    sums = np.bincount(number, weight * under)
    return float(sums.sum() ** 2 / (sums @ sums))
