"""The scores of one county: duty, score, probability, band and reasons of every child of the cohort."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
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
from features.known import HOME, known_rows
from features.table import FeatureTable, build_feature_table
from models.domains import LIKELY, NO_DOMAINS, DomainModels
from models.explain import explain
from models.policy.duties import duties
from models.policy.ordering import TIE, lots
from models.policy.policy import Policy
from models.reasons import REASON_COLUMNS, choose_reasons
from models.release.bundle import Bundle
from models.release.regions import UNCHECKED, RegionState
from models.risk_model import RiskModel
from models.support import Support
from serving.batch.facts import source_dates, source_values
from serving.batch.known import KnownCounty, Tables

SCORED = "scored"
REFUSED = "refused"
SUSPENDED = "suspended"
NO_SCORE = "no_score"
OUTSIDE_SUPPORT = "outside_support"
REGION_NOT_FIT = "region_not_fit"
WHY_NO_SCORE = "no_score_reason"
FACTS_OUTSIDE = "facts_outside"
DATA_AGE = "data_age_days"

OPEN_STATUS = "open_status"
_NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Scoring:
    """What scores are made with: the released model, the definition and policy in force, and the day they speak for.

    ``suspended``: monitoring suspended the scores of the county, so nobody in it is scored. ``region``: how the
    county stands for the release, with its own calibration if it has one. ``support``: where the model has seen
    children; without it nobody is outside.
    """

    model: RiskModel
    model_id: str
    definition: Definition
    policy: Policy
    as_of: dt.date
    suspended: bool = False
    domains: DomainModels = NO_DOMAINS
    region: RegionState = UNCHECKED
    support: Support | None = None

    @staticmethod
    def of(
        bundle: Bundle, definition: Definition, policy: Policy, as_of: dt.date, *, suspended: bool, region: RegionState
    ) -> Scoring:
        """What a county is scored with by a release."""
        return Scoring(
            bundle.model,
            bundle.model_id,
            definition,
            policy,
            as_of,
            suspended=suspended,
            domains=bundle.domains,
            region=region,
            support=Support.of(bundle.reference, bundle.model.contract.sources),
        )

    @property
    def status_unless_refused(self) -> tuple[str, str | None]:
        """The status of a child whose guardian did not refuse, and why it has no score if the county is the reason."""
        if self.suspended:
            return SUSPENDED, None
        return (NO_SCORE, REGION_NOT_FIT) if self.region.blocked else (SCORED, None)

    def probability(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The chance of a new need for each score, by the county's own calibration where it has one."""
        own = self.region.calibration
        return self.model.probability(scores) if own is None else own.probability(scores)


def score_children(tables: Tables, county: str, scoring: Scoring, area: pl.DataFrame | None = None) -> pl.DataFrame:
    """Score every child of the cohort of a county, sorted by child.

    A child whose guardian refused the model is never put to it: status ``refused``, with a duty if there is one, and
    neither score nor reasons; nor is anybody in a suspended county (``suspended``), in one that the release does not
    fit, or outside the model's support (``no_score``, with the reason and the first facts outside). Every other child
    has a score, and with it reasons and the domains in which a need is likely (null if no domain has a model).

    Args:
        tables: the ledger tables of the county, or of some of its households when ``area`` is given.
        county: its code.
        scoring: model, definition, policy and day.
        area: the area table of the whole county; made from ``tables`` when left out.

    Returns:
        The score columns without the ranks, and for the ordering ``duty_severity`` and the lot.
    """
    known = KnownCounty.of(tables, county, scoring.definition, scoring.as_of)
    return score_known(known, scoring, area)[0]


def score_known(
    known: KnownCounty, scoring: Scoring, area: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, FeatureTable]:
    """The same as ``score_children`` from what was cut before, with the feature table that the scores come from.

    Of several counties together the rows say in ``HOME`` of which each is.
    """
    as_of, tables = scoring.as_of, known.tables
    table = build_feature_table(known.latest, scoring.definition, as_of, county=known.county, area=area)
    state = table.frame.select(CHILD).join(known.state, on=CHILD, how="left", maintain_order="left")
    open_status = scoring.definition.roles.get(OPEN_STATUS, ())
    home = [HOME] if HOME in state.columns else []
    rows = (
        state.select(*home, CHILD, HOUSEHOLD, REGION, pl.lit(as_of).alias("as_of"), *_official(scoring.policy))
        .join(
            duties(known.with_all_children, state, scoring.policy, open_status, as_of), on=CHILD, maintain_order="left"
        )
        .join(data_age(tables, as_of), on=HOUSEHOLD, how="left", maintain_order="left")
        .with_columns(
            *_status(state, scoring),
            pl.lit(scoring.model_id).alias("model_id"),
            pl.lit(scoring.definition.version).alias(DEFINITION_VERSION),
            lots(state[CHILD], scoring.policy.tie_seed, as_of).alias(TIE),
        )
    )
    matrix = table.matrix()
    rows = _inside(rows, matrix, scoring)
    return rows.hstack(_scores(table, matrix, rows, scoring)), table


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


def _status(state: pl.DataFrame, scoring: Scoring) -> tuple[pl.Series, pl.Series]:
    """The status of each child, and why it has no score where its county is the reason."""
    status, why = scoring.status_unless_refused
    day = pl.col(REFUSED_ON) if REFUSED_ON in state.columns else pl.lit(None, dtype=pl.Date)
    refused = day <= scoring.as_of
    found = state.with_columns(
        pl.when(refused).then(pl.lit(REFUSED)).otherwise(pl.lit(status)).alias("status"),
        pl.when(refused).then(None).otherwise(pl.lit(why, dtype=pl.String)).alias(WHY_NO_SCORE),
    )
    return found["status"], found[WHY_NO_SCORE]


def _inside(rows: pl.DataFrame, matrix: npt.NDArray[np.float32], scoring: Scoring) -> pl.DataFrame:
    """The rows with the children outside the model's support marked, and the first facts that are."""
    facts: list[list[str] | None] = [None] * rows.height
    if scoring.support is not None:
        allowed = np.flatnonzero((rows["status"] == SCORED).to_numpy())
        for place, named in zip(allowed.tolist(), scoring.support.test(matrix[allowed]).named(), strict=True):
            facts[place] = named
    column = pl.Series(FACTS_OUTSIDE, facts, dtype=pl.List(pl.String))
    outside = column.is_not_null()
    return rows.with_columns(
        column,
        pl.when(outside).then(pl.lit(NO_SCORE)).otherwise("status").alias("status"),
        pl.when(outside).then(pl.lit(OUTSIDE_SUPPORT)).otherwise(WHY_NO_SCORE).alias(WHY_NO_SCORE),
    )


def _scores(table: FeatureTable, matrix: npt.NDArray[np.float32], rows: pl.DataFrame, scoring: Scoring) -> pl.DataFrame:
    """Score, probability, band, reasons and likely domains of each row; null for children that must not be scored."""
    model, contract = scoring.model, table.contract
    allowed = (rows["status"] == SCORED).to_numpy()
    matrix = np.ascontiguousarray(matrix[allowed])
    scores = model.score(matrix)
    dates = source_dates(table.dates.filter(pl.Series(allowed)), contract, scoring.definition)
    reasons = choose_reasons(explain(model, matrix), source_values(matrix, contract), dates)
    found = pl.DataFrame(
        {
            "score": scores,
            "probability": scoring.probability(scores),
            "band": pl.Series(model.cutoffs.band(scores), dtype=pl.String),
            **{name: reasons[name] for name in REASON_COLUMNS},
            LIKELY: scoring.domains.likely(scoring.domains.probabilities(matrix)),
        }
    )
    if allowed.all():
        return found
    place = pl.select(pl.when(pl.Series(allowed)).then(pl.Series(allowed.cumsum() - 1))).to_series()
    return found.select(pl.all().gather(place))
