"""Exact explanations: what each declared feature adds to a score, one-hot parts merged into the feature they encode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.risk_model import CHUNK_ROWS, Matrix, RiskModel

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Explanations:
    """Exact Shapley values in log-odds, shape (n, s), one column per declared feature in ``sources``.

    A row and ``bias`` (the model's mean score) add up to the score of the row.
    """

    sources: tuple[str, ...]
    contributions: FloatArray
    bias: float

    def scores(self) -> FloatArray:
        """The scores the contributions add up to, shape (n,)."""
        return np.asarray(self.contributions.sum(axis=1) + self.bias)


def explain(model: RiskModel, matrix: Matrix, threads: int = 1) -> Explanations:
    """Explain every row of a matrix in the order of the model's feature contract, shape (n, p)."""
    sources = tuple(dict.fromkeys(model.contract.sources))
    parts = list(explain_parts(model, matrix, threads))
    if not parts:
        return Explanations(sources, np.empty((0, len(sources))), 0.0)
    if len(parts) == 1:
        return parts[0]
    return Explanations(sources, np.concatenate([part.contributions for part in parts]), parts[0].bias)


def explain_parts(model: RiskModel, matrix: Matrix, threads: int = 1, rows: int = CHUNK_ROWS) -> Iterator[Explanations]:
    """The same as ``explain``, ``rows`` rows at a time, so that memory does not grow with the region."""
    sources = tuple(dict.fromkeys(model.contract.sources))
    places = [sources.index(source) for source in model.contract.sources]
    for part in model.contribution_parts(matrix, threads, rows):
        yield Explanations(sources, _merged(part[:, :-1], places, len(sources)), float(part[0, -1]))


def _merged(contributions: FloatArray, places: list[int], count: int) -> FloatArray:
    """Add up the columns that belong to one source: Shapley values are additive, so the sum is the source's share."""
    first = [places.index(place) for place in range(count)]
    # Adding zero leaves no negative one.
    merged: FloatArray = np.take(contributions, first, axis=1) + 0.0
    for column, place in enumerate(places):
        if column != first[place]:
            merged[:, place] += contributions[:, column]
    return merged
