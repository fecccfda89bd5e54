"""Fit group cut-offs that equalise recall at the same number of places.

For a wanted recall r each group's cut-off is the score that a share r of its needs lies above (equality of
opportunity: Hardt, Price and Srebro 2016); r is raised until the places are used up (recall parity at a fixed list
length: Rodolfa, Lamba and Ghani 2021). A group in which too few needs are known takes the cut-off of all together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Needs:
    """The known needs a fit rests on: score, group and weight of each, shape (m,)."""

    scores: FloatArray
    groups: npt.NDArray[np.str_]
    weights: FloatArray


@dataclass(frozen=True, slots=True)
class Fitted:
    """Cut-offs by group, that of every other group, and the recall they were fitted to reach."""

    cutoffs: Mapping[str, float]
    otherwise: float
    recall: float


def fit_cutoffs(
    scores: FloatArray, groups: npt.NDArray[np.str_], needs: Needs, names: Sequence[str], places: int
) -> Fitted:
    """Find the cut-offs under which every named group has the same recall and ``places`` rows are listed.

    Args:
        scores: of every row of the cohort, shape (n,).
        groups: of every row, shape (n,).
        needs: the known needs among them.
        names: groups to equalise; the rest share one cut-off, fitted to all needs that are of no named group.
        places: rows to list, fewer than n.
    """
    parts = [(groups == name, _sorted(needs, needs.groups == name)) for name in names]
    rest = ~np.isin(groups, names)
    others = ~np.isin(needs.groups, names)
    if rest.any():
        parts.append((rest, _sorted(needs, others if others.any() else np.ones_like(others))))
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        recall = (low + high) / 2
        listed = sum(int((scores[rows] >= _cutoff(known, recall)).sum()) for rows, known in parts)
        low, high = (recall, high) if listed <= places else (low, recall)
    cuts = [_cutoff(known, low) for _, known in parts]
    otherwise = cuts[-1] if rest.any() else float(np.mean(cuts))
    return Fitted(dict(zip(names, cuts, strict=False)), otherwise, low)


def _sorted(needs: Needs, chosen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Scores from high to low, and the share of the weight that lies above the middle of each."""
    order = np.argsort(-needs.scores[chosen], kind="stable")
    weights = needs.weights[chosen][order]
    reached = (np.cumsum(weights) - weights / 2) / weights.sum()
    return needs.scores[chosen][order], reached


def _cutoff(known: tuple[FloatArray, FloatArray], recall: float) -> float:
    """The score that a share ``recall`` of the needs lies above, between known ones by straight lines."""
    scores, reached = known
    return float(np.interp(recall, reached, scores))
