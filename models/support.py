"""Is a child inside the model's support? Outside it the trees only extend what they saw at the edge, and nobody knows.

The bundle's reference distribution says of each feature between which values at least a declared number of children
lay on either side, and whether it was ever missing. A fact far beyond those values, or missing where it never was, lies
outside; a child does when so many of its facts do at once that hardly a child of the reference had as many. It is a
histogram-based outlier score (Goldstein and Dengel 2012) with the weights 0 and 1, so that it can be said in words,
with a threshold taken from the reference itself (as in Meyer and Pebesma 2021, "Predicting into unknown space?").
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.release.reference import FeatureReference, ReferenceDistribution

BoolArray = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.floating[Any]]

# Rows tested at once: what is made on the way stays in the processor's cache.
_CHUNK_ROWS = 2048


@dataclass(frozen=True, slots=True)
class SupportLimits:
    """What lies outside, from how many facts on a child does, and how many are named; sources stand in the file."""

    margin: float
    share_of_reference: float
    least_facts: int
    facts_if_not_said: int
    named: int


@lru_cache(maxsize=1)
def support_limits() -> SupportLimits:
    """The limits in force, from ``support.toml``."""
    raw = tomllib.loads(Path(__file__).with_name("support.toml").read_text(encoding="utf-8"))["support"]
    return SupportLimits(
        margin=float(raw["margin"]),
        share_of_reference=float(raw["share_of_reference"]),
        least_facts=int(raw["least_facts"]),
        facts_if_not_said=int(raw["facts_if_not_said"]),
        named=int(raw["named"]),
    )


@dataclass(frozen=True, slots=True)
class Outside:
    """Which rows lie outside, shape (n,), and which facts of each row do, shape (n, s)."""

    rows: BoolArray
    facts: BoolArray
    sources: tuple[str, ...]

    def named(self) -> list[list[str] | None]:
        """For each row outside the first facts that are, in the order of the contract; None for a row inside."""
        most = support_limits().named
        found: list[list[str] | None] = [None] * len(self.rows)
        for row in np.flatnonzero(self.rows).tolist():
            found[row] = [self.sources[place] for place in np.flatnonzero(self.facts[row])[:most].tolist()]
        return found


@dataclass(frozen=True, slots=True)
class Support:
    """Where a model has seen children: limits of each column, shape (p,), and the declared feature it belongs to.

    ``order`` brings the columns of one feature together, ``starts`` are their first places; ``least``: from so many
    features outside on a row is.
    """

    low: npt.NDArray[np.float32]
    high: npt.NDArray[np.float32]
    may_miss: BoolArray
    order: npt.NDArray[np.intp] | None
    starts: npt.NDArray[np.intp]
    sources: tuple[str, ...]
    least: int

    @staticmethod
    def of(reference: ReferenceDistribution, sources: Sequence[str]) -> Support:
        """The support that a reference distribution tells of.

        A bundle made before limits were kept tells of missing values alone; a feature of which the reference knew too
        few values is not tested: no tree can have learned from it.

        Args:
            reference: that of the bundle.
            sources: the declared feature of each column, as the feature contract has it.
        """
        parts = reference.features
        names = tuple(dict.fromkeys(sources))
        place = np.array([names.index(source) for source in sources], dtype=np.intp)
        order = np.argsort(place, kind="stable")
        said = reference.facts_outside
        return Support(
            low=np.array([_limits_of(part)[0] for part in parts], dtype=np.float32),
            high=np.array([_limits_of(part)[1] for part in parts], dtype=np.float32),
            may_miss=np.array([part.missing > 0 or part.total == 0 for part in parts], dtype=np.bool_),
            order=None if (np.diff(place) >= 0).all() else order,
            starts=np.searchsorted(place[order], np.arange(len(names))).astype(np.intp),
            sources=names,
            least=support_limits().facts_if_not_said if said is None else said,
        )

    def test(self, matrix: Matrix) -> Outside:
        """Which rows of a matrix in the contract's order, shape (n, p), lie outside, NaN where a value is not known."""
        facts = np.zeros((len(matrix), len(self.sources)), dtype=np.bool_)
        for start in range(0, len(matrix), _CHUNK_ROWS):
            part = slice(start, start + _CHUNK_ROWS)
            facts[part] = self._facts(matrix[part])
        return Outside(facts.sum(axis=1, dtype=np.int32) >= self.least, facts, self.sources)

    def _facts(self, values: Matrix) -> BoolArray:
        # A comparison with NaN is false, so that one that is not known fails both.
        outside = values < self.low
        outside |= values > self.high
        outside |= np.isnan(values) & ~self.may_miss
        if self.order is not None:
            outside = outside[:, self.order]
        if len(self.starts) == outside.shape[1]:
            return np.asarray(outside)
        return np.asarray(np.logical_or.reduceat(outside, self.starts, axis=1))


def _limits_of(part: FeatureReference) -> tuple[float, float]:
    """The values beyond which a fact lies outside: those of the reference, and a part of the way between them more."""
    if part.low is None or part.high is None:
        return -np.inf, np.inf
    more = support_limits().margin * (part.high - part.low)
    return part.low - more, part.high + more


def with_facts_outside(
    reference: ReferenceDistribution, matrix: Matrix, sources: Sequence[str]
) -> ReferenceDistribution:
    """The reference with the number of facts outside from which on a child is, taken from the rows it was made of."""
    limits = support_limits()
    counts = Support.of(reference, sources).test(matrix).facts.sum(axis=1)
    least = limits.least_facts
    while counts.size and float((counts >= least).mean()) > limits.share_of_reference:
        least += 1
    return replace(reference, facts_outside=least)
