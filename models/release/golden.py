"""Golden vectors: made-up rows with the answers they must give, wherever the model is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.domains import NO_DOMAINS, DomainModels
from models.release.limits import limits
from models.release.manifest import BundleError
from models.risk_model import RiskModel


@dataclass(frozen=True, slots=True, eq=False)
class GoldenVectors:
    """Synthetic rows, shape (m, p), NaN where not known; their scores (m,) and contributions (m, p + 1).

    ``domains``: the chance of a new need in each of the d support domains, shape (m, d); NaN where one has no model.
    """

    rows: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float64]
    contributions: npt.NDArray[np.float64]
    domains: npt.NDArray[np.float64]

    def to_json(self) -> dict[str, Any]:
        """The vectors as plain JSON values; not known is null."""
        return {
            "rows": _listed(self.rows),
            "scores": self.scores.tolist(),
            "contributions": self.contributions.tolist(),
            "domains": _listed(self.domains),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> GoldenVectors:
        """Read what ``to_json`` made.

        Raises:
            ValueError: there is no row, or the parts do not fit each other.
        """
        rows = np.array(raw["rows"], dtype=np.float32)
        scores = np.array(raw["scores"], dtype=np.float64)
        contributions = np.array(raw["contributions"], dtype=np.float64)
        domains = np.array(raw["domains"], dtype=np.float64)
        count, width = rows.shape
        if not count or scores.shape != (count,) or contributions.shape != (count, width + 1) or len(domains) != count:
            raise ValueError("golden rows, scores, contributions and domains do not fit each other")
        return cls(rows, scores, contributions, domains)


def make_golden(model: RiskModel, domains: DomainModels = NO_DOMAINS) -> GoldenVectors:
    """Make golden vectors for a model and those of its domains from the ranges of the feature contract.

    No real row goes into them.
    """
    bounds = limits()
    random = np.random.default_rng(bounds.golden_seed)
    ranges = np.array(model.contract.ranges, dtype=np.float64)
    shape = (bounds.golden_rows, len(ranges))
    rows = random.uniform(ranges[:, 0], ranges[:, 1], size=shape).astype(np.float32)
    rows[random.random(shape) < bounds.golden_missing_share] = np.nan
    # Every feature is not known somewhere, so that the fills are reproduced too.
    places = np.arange(len(ranges))
    rows[places % len(rows), places] = np.nan
    return GoldenVectors(rows, model.score(rows), model.contributions(rows), domains.probabilities(rows))


def check_golden(model: RiskModel, domains: DomainModels, golden: GoldenVectors, folder: Path) -> None:
    """Let a model and those of its domains reproduce their golden vectors.

    Raises:
        BundleError: a score, a contribution or a chance differs by more than the declared tolerance.
    """
    for what, wanted, seen in (
        ("score", golden.scores, model.score(golden.rows)),
        ("contributions", golden.contributions, model.contributions(golden.rows)),
    ):
        # Written so that a value that is not a number fails too.
        if not np.abs(seen - wanted).max() <= limits().golden_tolerance:
            raise BundleError(f"{folder}: the model does not reproduce the {what} of its golden vectors")
    chances = domains.probabilities(golden.rows)
    tolerance = limits().golden_tolerance
    if not (
        chances.shape == golden.domains.shape
        and np.allclose(chances, golden.domains, rtol=0, atol=tolerance, equal_nan=True)
    ):
        raise BundleError(f"{folder}: the models of the domains do not reproduce the chances of their golden vectors")


def _listed(values: npt.NDArray[np.floating[Any]]) -> list[list[float | None]]:
    """The rows of a matrix as lists; what is not a number is None."""
    return [[None if np.isnan(value) else float(value) for value in row] for row in values]
