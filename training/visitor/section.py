"""The section on the visitor effect: how much of what visits find is who went, and whether it can be told at all."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.definition import Label
from features.definition import structure as s
from training.audit.context import AuditContext
from training.audit.section import Section
from training.evaluation import rows_of
from training.labels import LABEL
from training.refit import Recipe, refit
from training.tune import sample_of
from training.visitor.history import WITH, WITHOUT, Ablation, ablation, finding_columns
from training.visitor.measure import VisitorMeasures, measure_visitors
from training.visitor.settings import VisitorRule, visitor_rule
from training.visitor.villages import Nesting, count_villages, homes
from training.visitor.words import findings, tables

KEY = "visitor"
TITLE = Label("走访人影响", "The visitor effect")


def section(context: AuditContext) -> Section:
    """Measure the visitor effect on the known households of the test window, and what finding history adds."""
    rule, plan = visitor_rule(), context.evidence.plan
    rows = context.evidence.estimate_rows("known")
    lived = homes(context.store, context.dataset.windows.test[0])
    nested = count_villages(_visits(context).join(lived, on=s.HOUSEHOLD, how="inner"), rule.villages)
    measured = measure_visitors(rows, context.dataset.parts("fit"), lived, plan, rule)
    return describe(measured, nested, _history(context, rule), adjusted_training=plan.learning.adjust_visitor)


def describe(measured: VisitorMeasures, nested: Nesting, history: Ablation, *, adjusted_training: bool) -> Section:
    """Say in words, tables and figures what was measured."""
    return Section(
        key=KEY,
        title=TITLE,
        findings=findings(measured, nested, history, adjusted_training=adjusted_training),
        tables=tables(measured, history),
        figures=_figures(measured, nested, history),
        data=_data(measured, nested, history),
    )


def _visits(context: AuditContext) -> pl.DataFrame:
    """Every labelled visit of the run's windows with its household and visitor."""
    parts = [
        part.rows.filter(pl.col(LABEL).is_not_null()).select(s.VISIT, s.HOUSEHOLD, s.VISITOR)
        for window in ("fit", "calibrate", "test")
        for part in context.dataset.parts(window)
    ]
    return pl.concat(parts).unique(s.VISIT)


def _history(context: AuditContext, rule: VisitorRule) -> Ablation:
    """Grow the model's trees again with and without the columns made of findings, on the same rows."""
    plan, dataset = context.evidence.plan, context.dataset
    columns = finding_columns(context.definition, dataset.contract)
    sample = sample_of(dataset.learning_part("fit", rule.history.rows_at_most, plan.seed))
    recipe = Recipe.of(context.bundle.model.booster_text, dataset.contract, plan)
    others = np.setdiff1d(np.arange(len(dataset.contract.names)), columns)
    scorers = {
        WITH: refit(recipe, sample, threads=context.threads),
        WITHOUT: refit(recipe, sample, threads=context.threads, columns=others),
    }
    scored = pl.concat(
        part.rows.with_columns(pl.Series(name, score(np.asarray(part.matrix))) for name, score in scorers.items())
        for part in dataset.parts("test")
    )
    return ablation(rows_of("known", scored, context.evidence.seen), plan, len(columns))


def _figures(measured: VisitorMeasures, nested: Nesting, history: Ablation) -> dict[str, float | None]:
    effects, strata, predictable = measured.adjusted, measured.strata, measured.predictable
    known = effects is not None and nested.identifiable
    return {
        "variance_share": effects.share if effects and known else None,
        "variance": effects.variance if effects and known else None,
        "variance_lower": effects.lower if effects and known else None,
        "variance_upper": effects.upper if effects and known else None,
        "identifiable": float(nested.identifiable),
        "one_visitor_villages": nested.share,
        "unknown_share": measured.unknown_share,
        "predictable_auc": predictable.auc.value,
        "predictable_auc_lower": predictable.auc.lower,
        "predictable_auc_upper": predictable.auc.upper,
        "predictable_in_village": predictable.in_village.value,
        "predictable_by_lot": predictable.by_lot.value,
        "auc_across": strata.auc_across.value,
        "auc_within": strata.auc_within.value,
        "precision_across": strata.precision_across.value,
        "precision_within": strata.precision_within.value,
        "history_gain": history.gain.value,
        "history_gain_lower": history.gain.lower,
        "history_gain_upper": history.gain.upper,
    }


def _data(measured: VisitorMeasures, nested: Nesting, history: Ablation) -> dict[str, object]:
    return {
        "visits": measured.visits,
        "visitors": len(measured.adjusted.visitors) if measured.adjusted else 0,
        "villages": nested.villages,
        "villages_with_one_visitor": nested.with_one_visitor,
        "rows_in_strata": measured.strata.rows,
        "places_in_strata": measured.strata.places,
        "visitors_predicted": measured.predictable.visitors,
        "visits_that_judged": measured.predictable.visits,
        "history_columns": history.columns,
        "thirds": [[one.visitors, one.rows, one.expected, one.rate, one.auc] for one in measured.thirds],
    }
