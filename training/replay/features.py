"""Orders by one feature alone: the simplest rankers that the model has to beat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.contract import FeatureContract
from training.dataset import AS_OF, Part
from training.labels import LABEL
from training.metrics import auc, mean_of

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OneFeature:
    """A column that orders alone: its place and name, the feature it belongs to, which end comes first, its area.

    ``sign`` is 1 when high values come first and -1 when low ones do; a value that is not known comes last.
    """

    column: int
    name: str
    source: str
    sign: int
    auc: float

    @property
    def order(self) -> str:
        """The name of the column of scores that this order makes."""
        return f"only {self.name}"

    def scores(self, matrix: npt.NDArray[np.float32]) -> FloatArray:
        """What orders the rows of a matrix, (n,)."""
        return _ordered(matrix[:, self.column], self.sign)


def strongest_features(parts: Iterable[Part], contract: FeatureContract, count: int) -> tuple[OneFeature, ...]:
    """The features that alone order the labelled rows best, one column per feature, the strongest first.

    The rows must not be those the orders are judged on. The area is taken within each as-of date and averaged.
    """
    chosen = [part.where(part.rows[LABEL].is_not_null().to_numpy()) for part in parts]
    matrix = np.concatenate([part.matrix for part in chosen])
    rows = pl.concat([part.rows.select(AS_OF, LABEL) for part in chosen])
    found = sorted(
        (one for place in range(len(contract.names)) if (one := _alone(matrix, rows, contract, place)) is not None),
        key=lambda one: (-one.auc, one.column),
    )
    firsts = {one.source: one for one in reversed(found)}
    return tuple(sorted(firsts.values(), key=lambda one: (-one.auc, one.column))[:count])


def _alone(
    matrix: npt.NDArray[np.float32], rows: pl.DataFrame, contract: FeatureContract, place: int
) -> OneFeature | None:
    areas = {sign: _area(_ordered(matrix[:, place], sign), rows) for sign in (1, -1)}
    known = {sign: area for sign, area in areas.items() if area is not None}
    if not known:
        return None
    sign = max(known, key=lambda each: known[each])
    return OneFeature(place, contract.names[place], contract.sources[place], sign, known[sign])


def _area(scores: FloatArray, rows: pl.DataFrame) -> float | None:
    labels, days = rows[LABEL].to_numpy(), rows[AS_OF].to_numpy()
    return mean_of([auc(labels[days == day], scores[days == day]) for day in np.unique(days)])


def _ordered(values: npt.NDArray[np.float32], sign: int) -> FloatArray:
    wide = sign * values.astype(np.float64)
    return np.where(np.isnan(wide), -np.inf, wide)
