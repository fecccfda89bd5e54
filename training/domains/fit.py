"""Fit and calibrate a small model for each support domain, on the features of the run and the settings of its search.

The rows are binned once for all domains; a domain learns from every row it was looked at on, whatever became of the
others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from features.contract import FeatureContract
from features.definition import structure as s
from models.calibration import Calibration
from models.domains import DomainModel, DomainModels, LeastPositives, NotFitted, WindowCounts
from models.fills import Fills
from training.dataset import Dataset, Part
from training.fit import Sample, binned, booster_parameters, grow
from training.labels import domain_labels, visit_weights
from training.learn import without_thread_count
from training.plan import DomainRule, ScreeningPlan
from training.tune import Tuned

if TYPE_CHECKING:
    import lightgbm


def learn_domains(
    dataset: Dataset, tuned: Tuned, plan: ScreeningPlan, domains: Sequence[str], *, threads: int
) -> DomainModels:
    """Fit each domain on the fit window and calibrate it on the calibration window; too few labels, no model.

    Args:
        dataset: the rows the run learned from; they hold a label for each of the domains.
        tuned: what the run's search chose.
        plan: the plan of the run.
        domains: the support domains, in the order of the definition.
        threads: the most LightGBM may use; they change no byte of the result.
    """
    rule, labels = plan.by_domain, domain_labels(domains)
    fit = dataset.learning_part("fit", rule.rows_at_most, plan.seed, labels)
    judged = dataset.learning_part("calibrate", rule.rows_at_most, plan.seed, labels)
    grower = _Grower(fit, dataset.contract, plan, tuned, threads)
    found: list[DomainModel | NotFitted] = []
    for domain, label in zip(domains, labels, strict=True):
        counts = WindowCounts(*label_counts(fit.rows, label), *label_counts(judged.rows, label))
        if enough(counts, rule.least):
            text, fills = grower.grown(label)
            found.append(_calibrated(domain, counts, text, fills, _looked_at(judged, label), label))
        else:
            found.append(NotFitted(domain, counts))
    return DomainModels(tuple(found), rule.likely, rule.least)


def domain_parameters(tuned: Tuned, rule: DomainRule) -> dict[str, float]:
    """The search's settings; if it grew more trees than a domain may, each step is longer in proportion."""
    parameters = dict(tuned.parameters)
    longer = parameters.get("learning_rate", 0.1) * max(1.0, tuned.rounds / rule.trees)
    return parameters | {"learning_rate": max(parameters.get("learning_rate", 0.1), min(longer, rule.step_at_most))}


def label_counts(rows: pl.DataFrame, label: str) -> tuple[int, int]:
    """Children a visit looked at, and those with a new need: each once per visit, whatever as-of dates it labels."""
    known = rows.filter(pl.col(label).is_not_null()).unique([s.VISIT, s.CHILD])[label]
    return len(known), int(known.sum())


def enough(counts: WindowCounts, least: LeastPositives) -> bool:
    """Whether a domain has the new needs to be fitted and calibrated, and in each window children without one."""
    both = counts.fit_positives < counts.fit_labels and counts.calibrate_positives < counts.calibrate_labels
    return both and counts.fit_positives >= least.fit and counts.calibrate_positives >= least.calibrate


def _looked_at(part: Part, label: str) -> Part:
    return part.where(part.rows[label].is_not_null().to_numpy())


class _Grower:
    """Grows the booster of one domain after the other on rows that are binned once, when the first is wanted."""

    def __init__(self, part: Part, contract: FeatureContract, plan: ScreeningPlan, tuned: Tuned, threads: int) -> None:
        threads = min(threads, 1 + len(part.matrix) // plan.learning.rows_per_thread)
        self._part = part
        self._contract = contract
        self._rounds = min(plan.by_domain.trees, tuned.rounds)
        self._parameters = booster_parameters(plan, contract, threads) | domain_parameters(tuned, plan.by_domain)

    @cached_property
    def _bins(self) -> lightgbm.Dataset:
        blank = np.zeros(len(self._part.matrix))
        return binned(Sample(self._part.matrix, blank, blank), self._contract, self._parameters).construct()

    def grown(self, label: str) -> tuple[str, Fills]:
        """The booster of a label as text, grown on the rows that have it, and the fills for it."""
        looked_at = _looked_at(self._part, label)
        places = self._part.rows[label].is_not_null().arg_true().to_list()
        sample = self._bins.subset(places, params=dict(self._parameters)).construct()
        sample.set_label(looked_at.rows[label].cast(pl.Float64).to_numpy())
        sample.set_weight(visit_weights(looked_at.rows[s.VISIT]).to_numpy())
        text = without_thread_count(grow(sample, self._parameters, self._rounds).model_to_string())
        return text, Fills.fit(looked_at.matrix, self._contract, text)


def _calibrated(domain: str, counts: WindowCounts, text: str, fills: Fills, judged: Part, label: str) -> DomainModel:
    outcome = judged.rows[label].cast(pl.Float64).to_numpy()
    weights = visit_weights(judged.rows[s.VISIT]).to_numpy()
    raw = DomainModel(domain, counts, text, fills, Calibration(1.0, 0.0), float(np.average(outcome, weights=weights)))
    return DomainModel(
        domain, counts, text, fills, Calibration.fit(raw.score(judged.matrix), outcome, weights), raw.base_rate
    )
