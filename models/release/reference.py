"""The reference distribution: what each feature looked like when the model was made, too coarse to show a child."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.release.limits import limits

FloatArray = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class FeatureReference:
    """How the values of one feature were spread.

    ``edges`` cut the line into half-open bins ``(-inf, e1), [e1, e2), ..., [ek, inf)``; ``counts`` holds the children
    in each, none below the declared least count; ``missing`` are the children whose value was not known. At least as
    many children as that count had ``low`` or less, and ``high`` or more; None where too few values were known, and
    where a bundle was made before these were kept.
    """

    name: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    missing: int
    low: float | None = None
    high: float | None = None

    @property
    def total(self) -> int:
        """Children that the bins and the missing count stand for."""
        return sum(self.counts) + self.missing

    def shares(self) -> tuple[float, ...]:
        """The share of children in each bin, then the share not known; they add up to one."""
        return tuple(count / self.total for count in (*self.counts, self.missing)) if self.total else ()

    def to_json(self) -> dict[str, Any]:
        """The reference as plain JSON values."""
        plain = {"name": self.name, "edges": list(self.edges), "counts": list(self.counts), "missing": self.missing}
        return plain if self.low is None else {**plain, "low": self.low, "high": self.high}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> FeatureReference:
        """Read what ``to_json`` made."""
        known = "low" in raw
        return cls(
            str(raw["name"]),
            tuple(float(edge) for edge in raw["edges"]),
            tuple(int(count) for count in raw["counts"]),
            int(raw["missing"]),
            float(raw["low"]) if known else None,
            float(raw["high"]) if known else None,
        )


@dataclass(frozen=True, slots=True)
class ReferenceDistribution:
    """The reference of every feature, in the order of the feature contract.

    ``facts_outside``: from so many facts beyond the limits on a child lies outside the model's support; None where
    that was not taken from the rows.
    """

    minimum_count: int
    features: tuple[FeatureReference, ...]
    facts_outside: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The distribution as plain JSON values."""
        plain = {"minimum_count": self.minimum_count, "features": [part.to_json() for part in self.features]}
        return plain if self.facts_outside is None else {**plain, "facts_outside": self.facts_outside}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> ReferenceDistribution:
        """Read what ``to_json`` made."""
        said = raw.get("facts_outside")
        return cls(
            int(raw["minimum_count"]),
            tuple(FeatureReference.from_json(part) for part in raw["features"]),
            None if said is None else int(said),
        )


def reference_distribution(matrix: FloatArray, names: Sequence[str]) -> ReferenceDistribution:
    """Describe the rows a model was made on, per feature, by quantile bins with small ones merged.

    A group smaller than the declared least count is left out altogether when there is nothing to merge it with:
    a few missing values then count as none, a few known values as none.

    Args:
        matrix: feature values, shape (n, p); NaN where not known.
        names: the p feature names in order.
    """
    if matrix.ndim != 2 or matrix.shape[1] != len(names):
        raise ValueError(f"a matrix of shape {matrix.shape} does not hold {len(names)} features")
    least = limits().reference_minimum_count
    parts = tuple(_feature_reference(name, matrix[:, index], least) for index, name in enumerate(names))
    return ReferenceDistribution(least, parts)


def _feature_reference(name: str, column: FloatArray, least: int) -> FeatureReference:
    known = np.sort(column[~np.isnan(column)]).astype(np.float64)
    missing = len(column) - len(known)
    missing = missing if missing >= least else 0
    if len(known) < least:
        return FeatureReference(name, (), (), missing)
    edges = _edges(known)
    starts = np.searchsorted(known, edges, side="left")
    counts = np.diff(np.concatenate(([0], starts, [len(known)])))
    merged_edges, merged_counts = _merge_small(edges, counts.tolist(), least)
    low, high = _outward(float(known[least - 1]), math.floor), _outward(float(known[-least]), math.ceil)
    return FeatureReference(name, tuple(merged_edges), tuple(merged_counts), missing, low, high)


def _edges(known: npt.NDArray[np.float64]) -> list[float]:
    """Cuts between the distinct values where they are few (a rare code keeps its bin), at quantiles otherwise."""
    bins = limits().reference_bins
    cuts = np.unique(known)
    if len(cuts) > bins:
        cuts = np.quantile(known, np.linspace(0.0, 1.0, bins + 1)[:-1])
    return sorted({_rounded(float(edge)) for edge in cuts[1:]})


def _rounded(value: float) -> float:
    return 0.0 if value == 0 else round(value, _digits(value))


def _outward(value: float, towards: Callable[[float], int]) -> float:
    """A limit rounded so that no value it stands for is cut off."""
    if value == 0:
        return 0.0
    digits = _digits(value)
    nearest = round(value, digits)
    return nearest if nearest == value else round(towards(value * 10.0**digits) / 10.0**digits, digits)


def _digits(value: float) -> int:
    return limits().reference_significant_digits - 1 - math.floor(math.log10(abs(value)))


def _merge_small(edges: list[float], counts: list[int], least: int) -> tuple[list[float], list[int]]:
    """Join each bin that is too small to its left neighbour, the first to its right one."""
    kept_edges: list[float] = []
    kept = [counts[0]]
    for edge, count in zip(edges, counts[1:], strict=True):
        if count < least or kept[-1] < least:
            kept[-1] += count
        else:
            kept_edges.append(edge)
            kept.append(count)
    return kept_edges, kept
