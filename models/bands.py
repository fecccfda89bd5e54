"""Bands: go first, soon, in turn. Dated cut-offs on the score; never the colours of the official level."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from features.definition.model import Label

Band = Literal["go_first", "soon", "in_turn"]

BANDS: Mapping[Band, Label] = {
    "go_first": Label(zh="优先", en="go first"),
    "soon": Label(zh="其次", en="soon"),
    "in_turn": Label(zh="按序", en="in turn"),
}


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Scores (log-odds) from which a child is in a band, and the as-of dates they were chosen from.

    The ranges are half-open and exhaustive: ``[go_first, inf)``, ``[soon, go_first)``, ``(-inf, soon)``.
    """

    go_first: float
    soon: float
    fitted_from: date
    fitted_to: date

    def __post_init__(self) -> None:
        if not (math.isfinite(self.go_first) and math.isfinite(self.soon)):
            raise ValueError(f"cut-offs must be finite, got go_first={self.go_first}, soon={self.soon}")
        if self.go_first < self.soon:
            raise ValueError(f"go_first={self.go_first} lies below soon={self.soon}; bands would overlap")
        if self.fitted_from > self.fitted_to:
            raise ValueError(f"cut-offs fitted from {self.fitted_from} to {self.fitted_to}: the dates are reversed")

    def band(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.str_]:
        """The band of each score, shape (n,).

        Raises:
            ValueError: a score is not a number; such a child has no band.
        """
        scores = np.asarray(scores, dtype=np.float64)
        if np.isnan(scores).any():
            raise ValueError("a score is not a number: a child without a score has no band")
        names = np.array(list(BANDS))
        return names[(scores < self.go_first).astype(np.int8) + (scores < self.soon)]

    def to_json(self) -> dict[str, Any]:
        """The cut-offs as plain JSON values."""
        return {
            "go_first": self.go_first,
            "soon": self.soon,
            "fitted_from": self.fitted_from.isoformat(),
            "fitted_to": self.fitted_to.isoformat(),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Cutoffs:
        """Read what ``to_json`` made."""
        return cls(
            go_first=float(raw["go_first"]),
            soon=float(raw["soon"]),
            fitted_from=date.fromisoformat(raw["fitted_from"]),
            fitted_to=date.fromisoformat(raw["fitted_to"]),
        )
