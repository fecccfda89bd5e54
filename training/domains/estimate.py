"""What the models of the support domains are worth, on the test window and for households that were not held out.

Every figure is made within an as-of date and then averaged; only the calibration line sees all dates, each visit once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.definition import structure as s
from models.domains import DomainModel, DomainModels, NotFitted, WindowCounts
from training.dataset import AS_OF, COUNTY, Dataset
from training.domains.fit import label_counts
from training.labels import domain_labels, visit_weights
from training.metrics import auc, calibration_line, mean_of
from training.plan import ScreeningPlan

CHANCE_OF = "chance_"
LIKELY_OF = "likely_"
_FIGURES = ("base_rate", "auc", "slope", "intercept", "likely_share", "likely_rate")


@dataclass(frozen=True, slots=True)
class DomainEstimate:
    """How the model of a domain does, or how few labels there are.

    ``labels``: children of visits that looked at the domain in the test window, ``positives`` of them with a new need
    in it. ``likely_share`` of the children on an as-of date the domain is called likely for, ``likely_rate`` of these
    turned out to have a new need in it. A figure is None where it is not estimable.
    """

    domain: str
    fitted: bool
    counts: WindowCounts
    labels: int
    positives: int
    base_rate: float | None = None
    auc: float | None = None
    slope: float | None = None
    intercept: float | None = None
    likely_share: float | None = None
    likely_rate: float | None = None

    @property
    def estimable(self) -> bool:
        """Whether anything is said of how good the model is."""
        return self.auc is not None


def domain_rows(dataset: Dataset, models: DomainModels, plan: ScreeningPlan, *, threads: int) -> pl.DataFrame:
    """The test window's rows that some domain has a label for, with ``chance_<domain>`` and ``likely_<domain>``.

    Chances are NaN and likely is false where a domain has no model.
    """
    labels = domain_labels(models.names)
    part = dataset.learning_part("test", plan.learning.rows_at_most, plan.seed, labels)
    chances = models.probabilities(part.matrix, threads)
    marks = models.likely_marks(chances)
    return part.rows.select(
        s.CHILD,
        s.HOUSEHOLD,
        COUNTY,
        AS_OF,
        s.VISIT,
        *labels,
        *(pl.Series(CHANCE_OF + name, chances[:, place]) for place, name in enumerate(models.names)),
        *(pl.Series(LIKELY_OF + name, marks[:, place]) for place, name in enumerate(models.names)),
    )


def estimate_domains(rows: pl.DataFrame, models: DomainModels, plan: ScreeningPlan) -> tuple[DomainEstimate, ...]:
    """Measure each domain on the rows of ``domain_rows``, in the order of the models."""
    return tuple(
        _estimate(one, rows.filter(pl.col(label).is_not_null()), label, plan)
        for one, label in zip(models.domains, domain_labels(models.names), strict=True)
    )


def domain_figures(estimates: Sequence[DomainEstimate]) -> dict[str, float | None]:
    """Every figure by ``<domain>.measure``, counts of labels and new needs included; None where not estimable."""
    found: dict[str, float | None] = {}
    for one in estimates:
        found |= {f"{one.domain}.{name}": getattr(one, name) for name in _FIGURES}
        counts = {"labels": one.labels, "positives": one.positives}
        counts |= {"fit_labels": one.counts.fit_labels, "fit_positives": one.counts.fit_positives}
        counts |= {"calibrate_positives": one.counts.calibrate_positives}
        found |= {f"{one.domain}.{name}": float(count) for name, count in counts.items()}
    return found


def _estimate(one: DomainModel | NotFitted, rows: pl.DataFrame, label: str, plan: ScreeningPlan) -> DomainEstimate:
    labels, positives = label_counts(rows, label)
    fitted = isinstance(one, DomainModel)
    days = [day for _, day in rows.sort(AS_OF, s.CHILD).group_by(AS_OF, maintain_order=True)]
    base_rate = mean_of([float(day[label].cast(pl.Float64).to_numpy().mean()) for day in days])
    if not fitted or positives < plan.by_domain.least_test_positives:
        return DomainEstimate(one.domain, fitted, one.counts, labels, positives, base_rate)
    chance, likely = CHANCE_OF + one.domain, LIKELY_OF + one.domain
    line = calibration_line(rows[label].to_numpy(), rows[chance].to_numpy(), visit_weights(rows[s.VISIT]).to_numpy())
    return DomainEstimate(
        domain=one.domain,
        fitted=True,
        counts=one.counts,
        labels=labels,
        positives=positives,
        base_rate=base_rate,
        auc=mean_of([auc(day[label].to_numpy(), day[chance].to_numpy()) for day in days]),
        slope=line[0] if line else None,
        intercept=line[1] if line else None,
        likely_share=mean_of([float(day[likely].to_numpy().mean()) for day in days]),
        likely_rate=mean_of([_rate_of(day, label, likely) for day in days]),
    )


def _rate_of(day: pl.DataFrame, label: str, likely: str) -> float | None:
    chosen = day.filter(likely)[label].to_numpy()
    return float(np.mean(chosen)) if chosen.size else None
