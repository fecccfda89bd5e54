"""Lists pooled until they say enough: the newest list alone, then further back, until a declared half-width is reached.

A list of one quarter in one county draws too few random places to say anything. Counties of a prefecture stand
together, and lists are added one as-of date at a time, the newest first. What never reaches the half-width is not
estimable, and no number is told. Where to stop is decided by the half-width that an expected share would have, and
only then by the estimate's own: an estimate that is low by chance looks surer than it is.

Pooling speaks of all the pooled lists' children; where rules or needs changed in between, it averages over the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from training.design.estimate import Estimate, Measure, at_random, estimate
from training.design.rules import DesignRules
from training.design.sample import Sample


@dataclass(frozen=True, slots=True)
class Pooled:
    """An estimate over the newest ``lists`` as-of dates, the first on ``since`` and the last on ``until``.

    ``estimable``: the declared half-width was reached. Where not, ``estimate`` is that of all lists; its bounds still
    hold, its other figures are not to be told.
    """

    estimate: Estimate
    estimable: bool
    lists: int
    since: date
    until: date

    @property
    def value(self) -> float | None:
        """The estimate under response at random; None when not estimable."""
        return self.estimate.at_random if self.estimable else None

    @property
    def lower(self) -> float | None:
        """The lower end of its interval; None when not estimable."""
        return self.estimate.interval[0] if self.estimable and self.estimate.interval else None

    @property
    def upper(self) -> float | None:
        """The upper end of its interval; None when not estimable."""
        return self.estimate.interval[1] if self.estimable and self.estimate.interval else None


def pooled(sample: Sample, as_of: npt.NDArray[np.datetime64], measure: Measure, rules: DesignRules) -> Pooled | None:
    """Pool lists until the quantity is known well enough.

    Args:
        sample: the frames' children.
        as_of: the as-of date of each child's list.
        measure: what to estimate.
        rules: the half-widths to reach, and how far back lists may lie.

    Returns:
        None where there is no list.
    """
    days = np.unique(as_of)[::-1]
    days = days[days >= days[:1] - np.timedelta64(rules.pool.days_at_most, "D")]
    for count, since in enumerate(days, start=1):
        keep = as_of >= since
        ratio = at_random(sample.where(keep), measure.where(keep), rules)
        reached = ratio is not None and ratio.enough(measure.quantity, rules)
        if reached or count == len(days):
            made = estimate(sample.where(keep), measure.where(keep), rules)
            return Pooled(made, reached, count, _day(since), _day(days[0]))
    return None


def _day(value: np.datetime64) -> date:
    return date.fromisoformat(str(value.astype("datetime64[D]")))
