"""How many households a pilot must visit: from the wanted precision, siblings who are alike, and a finite county."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from training.pilot.rules import SizeRule


@dataclass(frozen=True, slots=True)
class PilotSize:
    """A size and what it stands on.

    ``needed``: children to be seen; ``households``: households to draw among those of the frame without a duty, with
    room for those nobody meets. ``half_width_log_odds``: what the wanted half-width means for the intercept.
    """

    half_width: float
    prevalence: float
    children: int
    frame: int
    design_effect: float
    needed: int
    households: int

    @property
    def half_width_log_odds(self) -> float:
        """The half-width on the scale of the calibration's intercept (delta method)."""
        return self.half_width / (self.prevalence * (1 - self.prevalence))


def pilot_size(siblings: npt.NDArray[np.int64], half_width: float, prevalence: float, rule: SizeRule) -> PilotSize:
    """The households to draw for a prevalence with so narrow an interval.

    n0 = z² p (1 - p) / h² children of a simple random sample (Cochran 1977, ch. 4), times the design effect of whole
    households 1 + (b - 1) r with b the mean household of a child (Kish 1965), less the finite population correction
    n / (1 + n / N), and more for those whom nobody meets.

    Args:
        siblings: children of each household that may be drawn, shape (households,).
        half_width: of the interval of the prevalence.
        prevalence: what is expected; never below the declared least one.
        rule: what is assumed.
    """
    share = min(0.5, max(prevalence, rule.least_prevalence))
    z = float(norm.ppf((1 + rule.confidence) / 2))
    children = int(siblings.sum())
    mean_of_child = float((siblings**2).sum() / children) if children else 1.0
    effect = 1 + (mean_of_child - 1) * rule.intraclass
    wanted = z**2 * share * (1 - share) / half_width**2 * effect
    needed = wanted / (1 + wanted / children) if children else 0.0
    mean = children / len(siblings) if len(siblings) else 1.0
    households = min(len(siblings), ceil(needed / mean / rule.response))
    return PilotSize(half_width, share, children, len(siblings), effect, ceil(needed), households)
