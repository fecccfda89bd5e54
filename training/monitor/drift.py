"""Has a distribution moved? Tests whose chance of a false alarm holds for clustered children and small counties.

Children of a household (or a village) are alike, so a county knows less than its number of children says. The
distance of the county's shares p from the reference's q is Pearson's ``sum (p - q)^2 / q``, the square of Cohen's
effect size w; its chance distribution is that of Rao and Scott (1981, 1984) with Satterthwaite's correction, the
covariance taken between clusters and the reference counted as a sample of its own. What is tested is not "has
anything changed" but "has it changed by more than a declared effect" (a minimum-effect test, Murphy and Myors 1999),
so that a large county does not cry wolf over trifles either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, false_discovery_control, ncx2, t

from models.release.reference import FeatureReference

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Divergence:
    """How far a county's distribution lies from the reference.

    ``distance`` is Pearson's; divided by ``scale`` it is near a chi-squared with ``freedom`` degrees, shifted by the
    true distance. ``design_effect``: how many children count as one.
    """

    distance: float
    scale: float
    freedom: float
    cells: int
    children: int
    design_effect: float

    @property
    def effect(self) -> float:
        """Cohen's w with what chance alone would add taken off; 0 is none."""
        return float(np.sqrt(max(0.0, self.distance - self.scale * self.freedom)))

    def p_value(self, least_effect: float = 0.0) -> float:
        """The chance of such a distance or a greater one if the true effect were ``least_effect`` (Cohen's w)."""
        ratio = self.distance / self.scale
        if least_effect <= 0:
            return float(chi2.sf(ratio, self.freedom))
        return float(ncx2.sf(ratio, self.freedom, least_effect**2 / self.scale))


@dataclass(frozen=True, slots=True)
class UnknownShare:
    """The share of values that are not known, in the county and in the reference, and the standard error of both."""

    share: float
    reference: float
    standard_error: float
    clusters: int

    def p_value(self, points_above: float) -> float:
        """The chance of such a share or a greater one if the true one were ``points_above`` the reference's."""
        excess = self.share - self.reference - points_above
        return float(t.sf(excess / self.standard_error, self.clusters - 1))


def bin_of(values: npt.NDArray[np.floating], reference: FeatureReference) -> IntArray:
    """The reference bin of each known value, counted from 0; -1 where the value is not known."""
    known = ~np.isnan(values)
    bins = np.full(values.shape, -1, dtype=np.intp)
    bins[known] = np.searchsorted(np.asarray(reference.edges), values[known].astype(np.float64), side="right")
    return bins


def divergence(
    bins: IntArray, clusters: IntArray, reference: FeatureReference, *, size: float, least_expected: float
) -> Divergence | None:
    """Compare the known values of a county with the reference.

    Args:
        bins: the reference bin of each child, -1 where not known, shape (n,).
        clusters: the household or village of each child, as numbers from 0, shape (n,).
        reference: the bins of the reference.
        size: how many children the reference stands for (a child that it counts on several days counts once).
        least_expected: clusters that the reference expects in each bin; bins with fewer are joined.

    Returns:
        None where fewer than two bins are left, so that nothing can be told.
    """
    known = bins >= 0
    total = float(sum(reference.counts))
    if not known.any() or total == 0:
        return None
    number = np.unique(clusters[known], return_inverse=True)[1]
    shares = np.asarray(reference.counts, dtype=np.float64) / total
    groups = _joined(shares, least_expected / (number.max() + 1))
    cells = int(groups.max()) + 1
    if cells < 2:
        return None
    expected = np.bincount(groups, weights=shares, minlength=cells).astype(np.float64)
    table = np.zeros((number.max() + 1, cells))
    np.add.at(table, (number, groups[bins[known]]), 1.0)
    known_share = total / max(1, reference.total)
    return _distance(table, expected, size * known_share)


def unknown_share(
    bins: IntArray, clusters: IntArray, reference: FeatureReference, *, size: float
) -> UnknownShare | None:
    """The share of values not known beside that of the reference; None where the reference knows nothing of it.

    Args: as ``divergence``.
    """
    if not reference.total or not bins.size:
        return None
    number = np.unique(clusters, return_inverse=True)[1]
    missing = (bins < 0).astype(np.float64)
    share, before = float(missing.mean()), reference.missing / reference.total
    children = np.bincount(number)
    spread = np.bincount(number, weights=missing) - share * children
    count = len(children)
    between = count / max(1, count - 1) * float((spread**2).sum()) / bins.size**2
    # Where all or none are unknown the clusters show no spread: then that of as many independent households.
    pooled = (missing.sum() + before * size) / (bins.size + size)
    plain = max(pooled * (1 - pooled), 1 / count) / count
    return UnknownShare(share, before, float(np.sqrt(max(between, plain) * (1 + bins.size / size))), count)


def discoveries(p_values: FloatArray, rate: float) -> npt.NDArray[np.bool_]:
    """Which of many tests may be believed so that at most ``rate`` of them are false (Benjamini and Hochberg 1995)."""
    if not p_values.size:
        return np.zeros(0, dtype=np.bool_)
    return np.asarray(false_discovery_control(p_values, method="bh") <= rate)


def _distance(table: FloatArray, expected: FloatArray, size: float) -> Divergence | None:
    """Pearson's distance with Rao and Scott's scale and freedom; ``table`` counts children by cluster and bin."""
    clusters, cells = table.shape
    children = float(table.sum())
    shares = table.sum(axis=0) / children
    spread = (table - table.sum(axis=1, keepdims=True) * shares) / children
    covariance = clusters / max(1, clusters - 1) * (spread.T @ spread)
    plain = (np.diag(expected) - np.outer(expected, expected)) / children
    weight = 1 / np.sqrt(np.outer(expected, expected))
    between, simple = covariance * weight, plain * weight
    # A clustering that seems to know more than independent children would is chance: never below their spread.
    trace = max(float(np.trace(between)), float(np.trace(simple)))
    design_effect = trace / float(np.trace(simple))
    matrix = between if float(np.trace(between)) >= float(np.trace(simple)) else simple
    squared = float((matrix**2).sum())
    freedom = min(float(cells - 1), trace**2 / squared)
    scale = trace / freedom * (1 + children / size)
    distance = float(((shares - expected) ** 2 / expected).sum())
    return Divergence(distance, scale, freedom, cells, int(children), design_effect)


def _joined(shares: FloatArray, least: float) -> IntArray:
    """The number of the joined bin of each bin: neighbours are put together until each has at least ``least``."""
    groups = np.zeros(len(shares), dtype=np.intp)
    current, held = 0, 0.0
    for place, share in enumerate(shares):
        groups[place] = current
        held += share
        if held >= least:
            current, held = current + 1, 0.0
    groups[groups == current] = max(0, current - 1)
    return groups
