"""The figures of a run by name, as tracking, bundle and card state them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import polars as pl

from training.evaluation import MODEL, Estimate
from training.labels import LABELLED, NO_VISIT, NOT_SEEN, PARTLY_ASSESSED
from training.plan import ScreeningPlan

OUTCOMES = (LABELLED, PARTLY_ASSESSED, NOT_SEEN, NO_VISIT)


def figures(estimates: Sequence[Estimate]) -> dict[str, float | None]:
    """Every figure by ``window.estimate.measure``; None where it is not estimable."""
    found: dict[str, float | None] = {}
    for one in estimates:
        stem = f"{one.window}.{one.name}"
        for measure in ("labelled_share", "base_rate", "all_needs_rate", "brier", "slope", "intercept"):
            found[f"{stem}.{measure}"] = getattr(one, measure)
        found[f"{stem}.children"] = float(one.children)
        for ranking in one.rankings:
            found[f"{stem}.{ranking.name}.auc"] = ranking.auc
            for measure in ("precision", "lower", "upper", "recall", "lift", "null_share"):
                found[f"{stem}.{ranking.name}.{measure}_at_k"] = getattr(ranking.at_k, measure)
            found[f"{stem}.{ranking.name}.worst_ties_at_k"] = ranking.worst.precision
            found[f"{stem}.{ranking.name}.best_ties_at_k"] = ranking.best.precision
            if ranking.name != MODEL:
                found[f"{stem}.gain_over_{ranking.name}"] = one.gain(ranking.name)
    return found


def label_counts(counts: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Children by window and outcome, and the new needs found where the label must stay null, over all counties."""
    found: dict[str, dict[str, int]] = {}
    totals = counts.group_by("window", "outcome").agg(pl.col("children").sum())
    partly = dict(counts.group_by("window").agg(pl.col("partly_positive").sum()).iter_rows())
    for window, outcome, children in totals.sort("window", "outcome").iter_rows():
        found.setdefault(window, dict.fromkeys(OUTCOMES, 0))[outcome] = int(children)
    return {window: outcomes | {"partly_positive": int(partly[window])} for window, outcomes in found.items()}


def plan_parameters(plan: ScreeningPlan) -> dict[str, str]:
    """The plan's settings by dotted name, for tracking."""
    return dict(_flat("plan", asdict(plan)))


def _flat(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in _flat(f"{name}.{key}", inner)]
    return [(name, str(value))]


def estimate_rows(estimates: Sequence[Estimate]) -> list[dict[str, object]]:
    """One row per estimate and ranking: what the summary table and ``--json`` show."""
    return [
        {
            "window": one.window,
            "estimate": one.name,
            "ranking": ranking.name,
            "children": one.children,
            "labelled_share": one.labelled_share,
            "base_rate": one.base_rate,
            "auc": ranking.auc,
            "precision": ranking.at_k.precision,
            "precision_lower": ranking.at_k.lower,
            "precision_upper": ranking.at_k.upper,
            "precision_worst_ties": ranking.worst.precision,
            "precision_best_ties": ranking.best.precision,
            "recall": ranking.at_k.recall,
            "lift": ranking.at_k.lift,
            "null_share": ranking.at_k.null_share,
            "gain": None if ranking.name == MODEL else one.gain(ranking.name),
        }
        for one in estimates
        for ranking in one.rankings
    ]
