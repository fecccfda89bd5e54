"""What a pilot's visits found, beside what the model expected of the same children on the day of the draw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features.cli.console import UserError
from features.cohort import cohort
from features.definition import Definition
from features.definition import structure as s
from features.ledger.store import LedgerStore
from features.state import child_state
from features.table import build_feature_table
from models.calibration import Calibration
from models.release.bundle import Bundle, load_bundle
from models.release.current import ReleaseStore
from models.release.files import write_file
from models.release.regions import calibration_file
from models.support import Support
from training.dataset import AS_OF, COUNTY
from training.design.assignments import LIST, frame_rows
from training.design.estimate import Estimate, estimate, prevalence
from training.design.rules import load_rules as load_design
from training.design.sample import Sample, Weights, drawn_weights, response_weights, sample_of
from training.labels import label_cohort, visit_outcomes
from training.monitor.scored import refused_children
from training.pilot.draw import PILOT
from training.pilot.recalibrate import FloatArray, Outcomes, Recalibration, fit_intercept, recalibrate
from training.pilot.rules import PilotRules, load_rules
from training.plan import ScreeningPlan

FILE = "pilot.json"

_SCORE = "score"


@dataclass(frozen=True, slots=True)
class EvaluateRequest:
    """Which pilot to read: a county's newest, or the list named, as known on a day."""

    ledger: Path
    home: Path
    county: str
    as_of: date
    definition: Definition
    plan: ScreeningPlan
    list_id: str = ""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A pilot that was read.

    ``counts``: households drawn, children of them, seen, with a score and seen, with a new need among these.
    ``prevalence``: of the whole frame, at random and bounded. ``found`` is None where too few were found, or with no
    need; ``bounds``: the intercept if nobody, or everybody, who was not seen had a new need.
    """

    county: str
    list_id: str
    drawn_on: date
    model_id: str
    simulated: bool
    counts: Mapping[str, int]
    prevalence: Estimate
    outcomes: Outcomes
    release: Calibration
    found: Recalibration | None
    bounds: tuple[float, float] | None
    rules: PilotRules

    @property
    def calibration(self) -> Calibration | None:
        """The county's own curve; None where it is not estimable."""
        return None if self.found is None else self.found.shift.after(self.release)

    def kept(self) -> dict[str, Any]:
        """What ``mopai pilot adopt`` reads."""
        curve = self.calibration
        return {
            "county": self.county,
            "list_id": self.list_id,
            "model_id": self.model_id,
            "calibration": None if curve is None else curve.to_json(),
            "evaluated_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }


def evaluate_pilot(request: EvaluateRequest) -> Evaluated:
    """Read the outcomes of a pilot and recalibrate on them; what was found is kept in the home.

    Raises:
        UserError: there is no ledger, release or pilot of the county, or it was drawn for another release.
    """
    store = LedgerStore.open(request.ledger)
    store.require(request.definition)
    bundle = load_bundle(ReleaseStore(request.home).current(), request.definition)
    tables = store.read(request.county).tables
    frame = _frame(tables, request)
    drawn_on = date.fromisoformat(str(frame[AS_OF][0]))
    rows = _children(tables, frame, drawn_on, request)
    scored = rows.join(_scores(tables, bundle, drawn_on, request), on=s.CHILD, how="left", maintain_order="left")
    rules, design = load_rules(), load_design()
    sample = sample_of(rows)
    outcomes, bounds = _outcomes(scored, sample, bundle.model.calibration, rules, design.cells.least_children)
    result = Evaluated(
        county=request.county,
        list_id=str(frame[LIST][0]),
        drawn_on=drawn_on,
        model_id=bundle.model_id,
        simulated=store.simulated,
        counts=_counts(frame, sample, outcomes),
        prevalence=estimate(sample, prevalence(sample.size), design),
        outcomes=outcomes,
        release=bundle.model.calibration,
        found=recalibrate(outcomes, rules.estimate),
        bounds=bounds,
        rules=rules,
    )
    path = calibration_file(request.home, request.county).with_name(FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, json.dumps(result.kept(), indent=1, allow_nan=False).encode())
    return result


def _frame(tables: Mapping[str, pl.DataFrame], request: EvaluateRequest) -> pl.DataFrame:
    """The rows of the pilot's frame as known on the day; the county's newest pilot unless one is named."""
    rows = frame_rows(tables, request.as_of)
    own = rows.filter(pl.col(LIST) == request.list_id if request.list_id else pl.col(LIST).str.starts_with(f"{PILOT}-"))
    if own.is_empty():
        raise UserError(
            f"county '{request.county}': no pilot {request.list_id or ''} is known on {request.as_of}",
            "draw one with mopai pilot draw and import its assignments",
        )
    newest = own.sort(AS_OF, LIST)[LIST][-1]
    return own.filter(pl.col(LIST) == newest)


def _children(
    tables: Mapping[str, pl.DataFrame], frame: pl.DataFrame, drawn_on: date, request: EvaluateRequest
) -> pl.DataFrame:
    """The children of the frame with what the first visit after the draw found of them."""
    definition, plan = request.definition, request.plan
    state = pl.DataFrame(child_state(tables, definition, drawn_on, county=request.county))
    children = pl.DataFrame(cohort(state, definition, drawn_on)).select(s.CHILD, s.HOUSEHOLD, s.REGION)
    joined = children.join(frame, on=s.HOUSEHOLD).sort(s.CHILD).drop(s.VISIT, strict=False)
    outcomes = visit_outcomes(tables, definition, plan, request.as_of)
    labelled = label_cohort(joined, outcomes, drawn_on, plan.label.horizon_days)
    return labelled.with_columns(pl.lit(request.county).alias(COUNTY))


def _scores(
    tables: Mapping[str, pl.DataFrame], bundle: Bundle, drawn_on: date, request: EvaluateRequest
) -> pl.DataFrame:
    """The scores of the day of the draw: child_id, score; of nobody outside support or whose guardian refused."""
    table = build_feature_table(tables, request.definition, drawn_on, county=request.county)
    matrix, children = table.matrix(), pl.DataFrame(table.frame)[s.CHILD]
    refused = children.is_in(refused_children(tables, request.definition, drawn_on, request.county).implode())
    support = Support.of(bundle.reference, bundle.model.contract.sources)
    allowed = ~refused.to_numpy() & ~support.test(matrix).rows
    scores = bundle.model.score(np.ascontiguousarray(matrix[allowed]))
    return pl.DataFrame({s.CHILD: children.filter(pl.Series(allowed)), _SCORE: scores})


def _outcomes(
    scored: pl.DataFrame, sample: Sample, release: Calibration, rules: PilotRules, least: int
) -> tuple[Outcomes, tuple[float, float] | None]:
    """The children with a score and a label, weighted to the frame; and the ends of the intercept without assuming."""
    scores = scored[_SCORE].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    log_odds = release.slope * scores + release.intercept
    has_score = ~np.isnan(scores)
    answered, everybody = response_weights(sample, least), drawn_weights(sample)
    seen = _chosen(sample, log_odds, np.nan_to_num(sample.label), answered, sample.known & has_score)
    if everybody is None or seen.rarer < rules.estimate.least_each:
        return seen, None
    ends = [
        fit_intercept(
            _chosen(sample, log_odds, np.where(sample.known, sample.label, told), everybody, sample.drawn & has_score)
        ).intercept
        for told in (0.0, 1.0)
    ]
    return seen, (ends[0], ends[1])


def _chosen(
    sample: Sample, log_odds: FloatArray, label: FloatArray, weights: Weights | None, keep: np.ndarray
) -> Outcomes:
    if weights is None:
        keep = np.zeros_like(keep)
    weight = np.ones(sample.size) if weights is None else weights.weight
    return Outcomes(log_odds[keep], label[keep], weight[keep], sample.household[keep])


def _counts(frame: pl.DataFrame, sample: Sample, outcomes: Outcomes) -> dict[str, int]:
    return {
        "households_on_frame": frame.height,
        "households_drawn": int(frame["drawn"].sum()),
        "children_drawn": int(sample.drawn.sum()),
        "children_seen": int(sample.known.sum()),
        "children_seen_with_score": len(outcomes.label),
        "new_needs": int(outcomes.label.sum()),
    }
