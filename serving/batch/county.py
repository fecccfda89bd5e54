"""The scores of one county: duty, score, probability, band and reasons of every child of the cohort."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.definition import Definition
from features.definition.structure import (
    ASSIGNMENTS,
    CHILD,
    DEFINITION_VERSION,
    HOUSEHOLD,
    RECORDED_ON,
    REFUSED_ON,
    REGION,
)
from features.known import known_rows
from features.state import child_state
from features.table import FeatureTable, build_feature_table
from models.domains import LIKELY, NO_DOMAINS, DomainModels
from models.explain import explain
from models.policy.duties import duties
from models.policy.ordering import TIE, lots
from models.policy.policy import Policy
from models.reasons import REASON_COLUMNS, choose_reasons
from models.risk_model import RiskModel
from serving.batch.facts import source_dates, source_values

Tables = Mapping[str, pl.DataFrame]

SCORED = "scored"
REFUSED = "refused"
SUSPENDED = "suspended"
DATA_AGE = "data_age_days"

OPEN_STATUS = "open_status"
_NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Scoring:
    """What scores are made with: the released model, the definition and policy in force, and the day they speak for.

    ``suspended``: monitoring suspended the scores of the county, so nobody in it is scored.
    """

    model: RiskModel
    model_id: str
    definition: Definition
    policy: Policy
    as_of: dt.date
    suspended: bool = False
    domains: DomainModels = NO_DOMAINS


def score_children(tables: Tables, county: str, scoring: Scoring, area: pl.DataFrame | None = None) -> pl.DataFrame:
    """Score every child of the cohort of a county, sorted by child.

    A child whose guardian refused the model is never put to it: status ``refused``, with a duty if there is one, and
    neither score nor reasons; nor is anybody in a suspended county (``suspended``). Every other child has a score, and
    with it reasons and the domains in which a need is likely (null if no domain has a model).

    Args:
        tables: the ledger tables of the county, or of some of its households when ``area`` is given.
        county: its code.
        scoring: model, definition, policy and day.
        area: the area table of the whole county; made from ``tables`` when left out.

    Returns:
        The score columns without the ranks, and for the ordering ``duty_severity`` and the lot.
    """
    as_of = scoring.as_of
    table = build_feature_table(tables, scoring.definition, as_of, county=county, area=area)
    state = _cohort_state(tables, table, scoring)
    open_status = scoring.definition.roles.get(OPEN_STATUS, ())
    rows = (
        state.select(CHILD, HOUSEHOLD, REGION, pl.lit(as_of).alias("as_of"), *_official(scoring.policy))
        .join(duties(tables, state, scoring.policy, open_status, as_of), on=CHILD, maintain_order="left")
        .join(data_age(tables, as_of), on=HOUSEHOLD, how="left", maintain_order="left")
        .with_columns(
            _status(state, scoring),
            pl.lit(scoring.model_id).alias("model_id"),
            pl.lit(scoring.definition.version).alias(DEFINITION_VERSION),
            lots(state[CHILD], scoring.policy.tie_seed, as_of).alias(TIE),
        )
    )
    return rows.join(_scores(table, rows, scoring), on=CHILD, how="left", maintain_order="left")


def data_age(tables: Tables, as_of: dt.date) -> pl.DataFrame:
    """Days since anything was last recorded about each household: household_id, data_age_days.

    What lists say about a household is not a fact about it and does not count.
    """
    parts: list[pl.DataFrame] = [
        known_rows(frame, as_of).to_native().select(HOUSEHOLD, RECORDED_ON)
        for name, frame in tables.items()
        if HOUSEHOLD in frame.columns and name != ASSIGNMENTS
    ]
    newest = pl.concat(parts).drop_nulls(HOUSEHOLD).group_by(HOUSEHOLD).agg(pl.col(RECORDED_ON).max().alias(_NEWEST))
    age = (pl.lit(as_of) - pl.col(_NEWEST)).dt.total_days().cast(pl.Int32)
    return newest.select(HOUSEHOLD, age.alias(DATA_AGE))


def _cohort_state(tables: Tables, table: FeatureTable, scoring: Scoring) -> pl.DataFrame:
    state: pl.DataFrame = child_state(tables, scoring.definition, scoring.as_of, county=table.county)
    cohort: pl.DataFrame = table.frame.select(CHILD)
    return cohort.join(state, on=CHILD, how="left", maintain_order="left")


def _official(policy: Policy) -> list[pl.Expr]:
    """The official level as the ledger has it, with day and assessor; null where the policy knows no levels."""
    if policy.levels is None:
        level, day, person = (pl.lit(None), pl.lit(None), pl.lit(None))
    else:
        levels = policy.levels
        level, day, person = pl.col(levels.column), pl.col(levels.assessed_on), pl.col(levels.assessed_by)
    return [
        level.cast(pl.String).alias("official_level"),
        day.cast(pl.Date).alias("official_level_on"),
        person.cast(pl.String).alias("official_level_by"),
    ]


def _status(state: pl.DataFrame, scoring: Scoring) -> pl.Series:
    others = SUSPENDED if scoring.suspended else SCORED
    if REFUSED_ON not in state.columns:
        return pl.Series("status", [others] * state.height, dtype=pl.String)
    refused = pl.when(pl.col(REFUSED_ON) <= scoring.as_of).then(pl.lit(REFUSED)).otherwise(pl.lit(others))
    return state.select(refused.alias("status")).to_series()


def _scores(table: FeatureTable, rows: pl.DataFrame, scoring: Scoring) -> pl.DataFrame:
    """Score, probability, band, reasons and likely domains of the children that may be scored: a row each."""
    model, contract = scoring.model, table.contract
    allowed = (rows["status"] == SCORED).to_numpy()
    matrix = np.ascontiguousarray(table.matrix()[allowed])
    scores = model.score(matrix)
    dates = source_dates(table.dates.filter(pl.Series(allowed)), contract, scoring.definition)
    reasons = choose_reasons(explain(model, matrix), source_values(matrix, contract), dates)
    return pl.DataFrame(
        {
            CHILD: rows[CHILD].filter(pl.Series(allowed)),
            "score": scores,
            "probability": model.probability(scores),
            "band": pl.Series(model.cutoffs.band(scores), dtype=pl.String),
            **{name: reasons[name] for name in REASON_COLUMNS},
            LIKELY: scoring.domains.likely(scoring.domains.probabilities(matrix)),
        }
    )
