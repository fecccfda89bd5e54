"""What the history of findings adds: it holds the habit of earlier visitors as well as earlier need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.contract import FeatureContract
from features.definition import Definition
from features.definition import structure as s
from features.definition.feature import FeatureSpec, feature_specs
from training.evaluation import ranking
from training.plan import ScreeningPlan
from training.stability.days import days_of
from training.stability.resample import Interval, household_bootstrap, mean_over_dates

WITH, WITHOUT = "with_history", "without_history"


@dataclass(frozen=True, slots=True)
class Ablation:
    """The same trees grown with and without the columns made of findings, at the same k.

    ``gain``: precision with them minus without, in each as-of date, averaged. ``columns`` counts those left out.
    """

    columns: int
    auc_with: float | None
    auc_without: float | None
    with_history: Interval
    without_history: Interval
    gain: Interval


def finding_columns(definition: Definition, contract: FeatureContract) -> npt.NDArray[np.intp]:
    """Places of the contract's columns that are made of findings, directly or through another feature."""
    specs = {spec.name: spec for spec in feature_specs(definition)}
    return np.flatnonzero([_reads_findings(specs[source], specs) for source in contract.sources])


def _reads_findings(spec: FeatureSpec, specs: Mapping[str, FeatureSpec]) -> bool:
    named = [value for value in spec.options.values() if isinstance(value, str)]
    through = specs.get(spec.options["of"]) if isinstance(spec.options.get("of"), str) else None
    return s.FINDINGS in (spec.table, *named) or (through is not None and _reads_findings(through, specs))


def ablation(rows: pl.DataFrame, plan: ScreeningPlan, columns: int) -> Ablation:
    """Compare the orders of the columns ``with_history`` and ``without_history`` of scored rows."""
    names = (WITH, WITHOUT)
    days = days_of(rows, names, plan)

    def measure(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        ours, theirs = days.precision(names, weights).T
        return mean_over_dates(np.column_stack([ours, theirs, ours - theirs]))

    found = household_bootstrap(measure, days.households, plan.seed)
    return Ablation(columns, ranking(rows, WITH, plan).auc, ranking(rows, WITHOUT, plan).auc, *found)
