"""All that is measured of the visitor effect, on plain rows and parts, so that any evaluation can ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import logit

from features.definition import structure as s
from training.dataset import AS_OF, Part
from training.evaluation import PROBABILITY
from training.labels import LABEL
from training.plan import ScreeningPlan
from training.visitor.effect import VisitorEffects, fit_effects
from training.visitor.predict import Predictability, predict_visitor
from training.visitor.settings import VisitorRule
from training.visitor.strata import StrataFigures, VisitorThird, strata_figures, thirds
from training.visitor.visits import WEIGHT, visit_rows

_NEVER_CERTAIN = 1e-9


@dataclass(frozen=True, slots=True)
class VisitorMeasures:
    """``plain``: effects without, ``adjusted``: with the model's score as offset; None where not estimable.

    ``unknown_share``: labelled visits whose visitor is not known.
    """

    visits: int
    unknown_share: float | None
    plain: VisitorEffects | None
    adjusted: VisitorEffects | None
    strata: StrataFigures
    thirds: tuple[VisitorThird, ...]
    predictable: Predictability


def measure_visitors(
    rows: pl.DataFrame, parts: Iterable[Part], homes: pl.DataFrame, plan: ScreeningPlan, rule: VisitorRule
) -> VisitorMeasures:
    """Measure the visitor effect.

    Args:
        rows: scored rows of the test window that an estimate speaks of.
        parts: rows with features that the visitor is predicted from, of any windows.
        homes: household_id and region_code.
        plan: the screening plan.
        rule: bounds and limits.
    """
    counted = visit_rows(rows)
    labels, weights = counted[LABEL].cast(pl.Float64).to_numpy(), counted[WEIGHT].to_numpy()
    score = logit(np.clip(counted[PROBABILITY].to_numpy(), _NEVER_CERTAIN, 1 - _NEVER_CERTAIN))
    plain = fit_effects(counted[s.VISITOR], labels, np.zeros(len(labels)), weights)
    adjusted = fit_effects(counted[s.VISITOR], labels, score, weights)
    visits = counted.unique(s.VISIT)
    return VisitorMeasures(
        visits=visits.height,
        unknown_share=visits[s.VISITOR].null_count() / visits.height if visits.height else None,
        plain=plain,
        adjusted=adjusted,
        strata=strata_figures(rows, plan, rule.strata),
        thirds=_thirds(rows, adjusted, rule),
        predictable=predict_visitor(_placed(one_per_visit(parts), homes), rule.prediction, plan.seed),
    )


def _thirds(rows: pl.DataFrame, effects: VisitorEffects | None, rule: VisitorRule) -> tuple[VisitorThird, ...]:
    known = rows.filter(pl.col(LABEL).is_not_null() & pl.col(s.VISITOR).is_not_null())
    if effects is None or len(effects.visitors) < rule.strata.thirds_visitors_at_least:
        return ()
    return thirds(known, effects.of(known[s.VISITOR]), PROBABILITY)


def one_per_visit(parts: Iterable[Part]) -> Part:
    """Labelled rows with features, one per visit: the first child's on the newest as-of date."""
    chosen = []
    for part in parts:
        labelled = part.where(part.rows[LABEL].is_not_null().to_numpy())
        chosen.append(labelled.where(_newest(labelled.rows)))
    return Part(np.concatenate([part.matrix for part in chosen]), pl.concat([part.rows for part in chosen]))


def _placed(part: Part, homes: pl.DataFrame) -> Part:
    """The part with each household's region among its rows; a household without one is a region of its own."""
    rows = part.rows.join(homes.unique(s.HOUSEHOLD), on=s.HOUSEHOLD, how="left", maintain_order="left")
    return Part(part.matrix, rows.with_columns(pl.col(s.REGION).fill_null(pl.col(s.HOUSEHOLD))))


def _newest(rows: pl.DataFrame) -> npt.NDArray[np.bool_]:
    order = rows.with_row_index("place").sort([AS_OF, s.CHILD], descending=[True, False])
    kept = order.unique(s.VISIT, keep="first", maintain_order=True)["place"].to_numpy()
    keep = np.zeros(rows.height, dtype=bool)
    keep[kept] = True
    return keep
