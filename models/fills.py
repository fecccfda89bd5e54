"""Fills: what stands in for a value that is not known where the trees never saw one missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.contract import FeatureContract

Matrix = npt.NDArray[np.float32]

# LightGBM writes the missing type of a split into bits 2 and 3 of its decision type; 0 is "none was ever missing".
_MISSING_TYPE_BITS = 0b1100


@dataclass(frozen=True, slots=True)
class Fills:
    """The value each feature takes where it is not known, in the order of the feature contract; None leaves it open.

    LightGBM reads a missing value as 0 where none was missing in training: a distance that nobody recorded would be
    the shortest of all. There the median of training stands in. Features whose trees know missing values keep theirs,
    and the parts of a one-hot feature stay as they are: no part set is none of the codes.
    """

    medians: tuple[float | None, ...]

    @classmethod
    def fit(cls, matrix: Matrix, contract: FeatureContract, booster_text: str) -> Fills:
        """Choose the fills of a booster from the rows it was grown on, shape (n, p)."""
        open_to_fill = _split_without_missing(booster_text)
        return cls(
            tuple(
                float(np.nanmedian(matrix[:, place]))
                if place in open_to_fill and contract.sources.count(source) == 1
                else None
                for place, source in enumerate(contract.sources)
            )
        )

    def applied(self, values: Matrix) -> Matrix:
        """The rows with the fills in place, shape (n, p); the given rows stay as they are."""
        places = [place for place, median in enumerate(self.medians) if median is not None]
        unknown = np.isnan(values[:, places])
        if not unknown.any():
            return values
        medians = np.array([self.medians[place] for place in places], dtype=np.float32)
        filled = values.copy()
        filled[:, places] = np.where(unknown, medians, values[:, places])
        return filled

    def to_json(self) -> dict[str, Any]:
        """The fills as plain JSON values."""
        return {"medians": list(self.medians)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Fills:
        """Read what ``to_json`` made."""
        return cls(tuple(None if median is None else float(median) for median in raw["medians"]))


def _split_without_missing(booster_text: str) -> set[int]:
    """Places of the features that the trees split on without knowing of missing values."""
    lines = booster_text.splitlines()
    splits = zip(_numbers(lines, "split_feature="), _numbers(lines, "decision_type="), strict=True)
    return {feature for feature, decision in splits if not decision & _MISSING_TYPE_BITS}


def _numbers(lines: list[str], head: str) -> Iterator[int]:
    for line in lines:
        if line.startswith(head):
            yield from map(int, line.removeprefix(head).split())
