"""Pairs of rows inside strata, counted again and again for other weights of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


def codes(rows: pl.DataFrame, columns: list[str]) -> IntArray:
    """The number, from 0, of each row's combination of the columns' values, (n,)."""
    return (rows.select(pl.struct(columns).rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()).astype(np.intp)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows sorted by stratum and score, so that pairs can be counted again for other weights of the rows."""

    order: IntArray
    labels: FloatArray
    tie: IntArray
    tie_stratum: IntArray

    @staticmethod
    def of(strata: IntArray, scores: FloatArray, labels: FloatArray) -> Pairs:
        """Sort rows once; ``strata`` are numbers from 0, labels 0 or 1, all (n,)."""
        order = np.lexsort((scores, strata))
        ordered, stratum = scores[order], strata[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (ordered[1:] != ordered[:-1]) | (stratum[1:] != stratum[:-1])
        return Pairs(order, labels[order], np.cumsum(new) - 1, stratum[new])

    def value(self, weights: FloatArray) -> float:
        """The share of pairs of one stratum in the right order, ties half; NaN where there is no pair."""
        weight, ties = weights[self.order], len(self.tie_stratum)
        positive = np.bincount(self.tie, weight * self.labels, ties)
        negative = np.bincount(self.tie, weight * (1 - self.labels), ties)
        all_negative = np.bincount(self.tie_stratum, negative)
        start = (np.cumsum(all_negative) - all_negative)[self.tie_stratum]
        below = np.cumsum(negative) - negative - start
        pairs = float((np.bincount(self.tie_stratum, positive) * all_negative).sum())
        return float((positive * (below + negative / 2)).sum() / pairs) if pairs else float("nan")
