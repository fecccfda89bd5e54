"""Need by support domain: a small model for each domain with labels enough, and the domains likely for a child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features.cli.console import UserError
from features.contract import FeatureContract
from models.calibration import Calibration
from models.fills import Fills
from models.kernel.limits import kernel_limits
from models.kernel.trees import KernelUnsupportedError
from models.risk_model import feature_names

if TYPE_CHECKING:
    import lightgbm

    from models.kernel.kernel import Scorer

FloatArray = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.floating[Any]]

LIKELY = "domains_likely"
"""The score column that names the likely domains of a child."""


@dataclass(frozen=True, slots=True)
class LikelyRule:
    """A domain is likely for a child whose chance is at least ``times_base_rate`` times that of all children.

    Of those only the ``at_most`` with the highest chances are named.
    """

    times_base_rate: float
    at_most: int


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """Of the windows that fit and calibrate a domain: children a visit looked at, and those with a new need in it."""

    fit_labels: int
    fit_positives: int
    calibrate_labels: int
    calibrate_positives: int


@dataclass(frozen=True, slots=True)
class LeastPositives:
    """The fewest children with a new need that a domain is fitted and calibrated with."""

    fit: int
    calibrate: int


@dataclass(frozen=True, slots=True)
class NotFitted:
    """A domain with too few labels for a model."""

    domain: str
    counts: WindowCounts


@dataclass(frozen=True, slots=True)
class DomainModel:
    """The model of one domain: a booster on the features of the risk model, read as there, and its calibration.

    ``base_rate``: the share of visits that found a new need in the domain while it was calibrated.
    """

    domain: str
    counts: WindowCounts
    booster_text: str
    fills: Fills
    calibration: Calibration
    base_rate: float

    def score(self, matrix: npt.NDArray[np.float32], threads: int = 1) -> FloatArray:
        """The raw log-odds of a new need in the domain, shape (n,), for rows of shape (n, p).

        Many rows are summed by a scorer, to the last bit as LightGBM does.
        """
        if not len(matrix):
            return np.empty(0)
        filled = self.fills.applied(matrix)
        scorer = _scorer(self.booster_text, matrix.shape[1]) if len(matrix) >= kernel_limits().least_rows else None
        if scorer is not None:
            return scorer.scores(filled)
        return np.asarray(_booster(self.booster_text).predict(filled, raw_score=True, num_threads=threads))


@dataclass(frozen=True, slots=True)
class DomainModels:
    """The domains of a definition in its order, each with a model or without one, and when a domain is likely."""

    domains: tuple[DomainModel | NotFitted, ...]
    likely_rule: LikelyRule
    least: LeastPositives

    @property
    def names(self) -> tuple[str, ...]:
        """The domains in order."""
        return tuple(one.domain for one in self.domains)

    @property
    def not_fitted(self) -> tuple[NotFitted, ...]:
        """The domains with too few labels."""
        return tuple(one for one in self.domains if isinstance(one, NotFitted))

    @property
    def fitted(self) -> tuple[DomainModel, ...]:
        """The domains with a model."""
        return tuple(one for one in self.domains if isinstance(one, DomainModel))

    def check(self, contract: FeatureContract) -> None:
        """Check that every model was grown on the features of a contract; LightGBM reads no booster yet.

        Raises:
            UserError: one was not.
        """
        for one in self.fitted:
            if feature_names(one.booster_text) != contract.names or len(one.fills.medians) != len(contract.names):
                raise UserError(
                    f"the model of domain '{one.domain}' was not grown on the features of the feature contract",
                    "use the models of the domains with the contract they were trained with",
                )

    def probabilities(self, matrix: Matrix, threads: int = 1) -> FloatArray:
        """The calibrated chance of a new need in each domain, shape (n, d); NaN where a domain has no model.

        Args:
            matrix: feature values in the order of the contract, as the risk model takes them, shape (n, p).
            threads: threads LightGBM may use; they do not change a value.
        """
        values = np.ascontiguousarray(matrix, dtype=np.float32)
        found = np.full((len(values), len(self.domains)), np.nan)
        for place, one in enumerate(self.domains):
            if isinstance(one, DomainModel):
                found[:, place] = one.calibration.probability(one.score(values, threads))
        return found

    def likely_marks(self, probabilities: FloatArray) -> npt.NDArray[np.bool_]:
        """Which domains are likely, shape (n, d), for chances as ``probabilities`` gives them."""
        order, enough = self._likeliest(probabilities)
        marks = np.zeros(probabilities.shape, dtype=np.bool_)
        np.put_along_axis(marks, order, enough, axis=1)
        return marks

    def likely(self, probabilities: FloatArray) -> pl.Series:
        """The likely domains of each row, List(String), the likeliest first; null where no domain has a model."""
        if not self.fitted:
            return pl.Series(LIKELY, [None] * len(probabilities), dtype=pl.List(pl.String))
        order, enough = self._likeliest(probabilities)
        names = pl.Series(self.names)
        columns = [
            pl.select(pl.when(pl.Series(kept)).then(names.gather(places))).to_series()
            for places, kept in zip(order.T, enough.T, strict=True)
        ]
        return pl.select(pl.concat_list(columns).list.drop_nulls().alias(LIKELY)).to_series()

    def _likeliest(self, probabilities: FloatArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Places of the domains that may be named, the likeliest first, and whether each is likely: (n, at_most)."""
        rates = np.array([one.base_rate if isinstance(one, DomainModel) else np.nan for one in self.domains])
        enough = probabilities >= self.likely_rule.times_base_rate * rates
        first = np.argsort(-np.where(enough, probabilities, -1.0), axis=1, kind="stable")
        order = first[:, : self.likely_rule.at_most]
        return order, np.take_along_axis(enough, order, axis=1)

    def to_json(self) -> dict[str, Any]:
        """The models as plain JSON values."""
        return {
            "likely_rule": asdict(self.likely_rule),
            "least": asdict(self.least),
            "domains": [_content(one) for one in self.domains],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> DomainModels:
        """Read what ``to_json`` made."""
        rule, least = raw["likely_rule"], raw["least"]
        return cls(
            domains=tuple(_domain(one) for one in raw["domains"]),
            likely_rule=LikelyRule(float(rule["times_base_rate"]), int(rule["at_most"])),
            least=LeastPositives(int(least["fit"]), int(least["calibrate"])),
        )


NO_DOMAINS = DomainModels((), LikelyRule(1.0, 1), LeastPositives(1, 1))
"""What a bundle holds whose definition has no support domains."""


def _content(one: DomainModel | NotFitted) -> dict[str, Any]:
    head = {"domain": one.domain, "counts": asdict(one.counts)}
    if isinstance(one, NotFitted):
        return head
    return head | {
        "booster": one.booster_text,
        "fills": one.fills.to_json(),
        "calibration": one.calibration.to_json(),
        "base_rate": one.base_rate,
    }


def _domain(raw: Mapping[str, Any]) -> DomainModel | NotFitted:
    domain, counts = str(raw["domain"]), WindowCounts(**{name: int(count) for name, count in raw["counts"].items()})
    if "booster" not in raw:
        return NotFitted(domain, counts)
    return DomainModel(
        domain=domain,
        counts=counts,
        booster_text=str(raw["booster"]),
        fills=Fills.from_json(raw["fills"]),
        calibration=Calibration.from_json(raw["calibration"]),
        base_rate=float(raw["base_rate"]),
    )


@lru_cache(maxsize=16)
def _scorer(text: str, width: int) -> Scorer | None:
    """The scorer of a booster, if there can be one. Imported late: one case does not wait for Numba."""
    from models.kernel.kernel import Scorer

    try:
        return Scorer.of(text, width)
    except KernelUnsupportedError:
        return None


@lru_cache(maxsize=16)
def _booster(text: str) -> lightgbm.Booster:
    import lightgbm

    return lightgbm.Booster(model_str=text)
