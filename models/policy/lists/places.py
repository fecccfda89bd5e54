"""The households of a list's frame in the order they are to be visited, each with the child that gives the place."""

from __future__ import annotations

import datetime as dt

import polars as pl

from features.definition.structure import CHILD, HOUSEHOLD, REGION
from models.policy.lists.facts import FINDING_DUE, LEVEL, LEVEL_PLACE, NEW, NEXT_DUE, REFUSED, ListFacts
from models.policy.lists.previous import WAITS_SINCE
from models.policy.ordering import TIE, lots

NO_MODEL = "no_model"
NOT_SCORED = "not_scored"
ORDER = "order"
SCORE_COLUMNS = {"status": pl.String, "score": pl.Float64, "probability": pl.Float64, "band": pl.String}


def scored_children(facts: ListFacts, scores: pl.DataFrame | None) -> pl.DataFrame:
    """The children on file with status, score, probability and band.

    Without any scores the status is ``no_model``; a child that the scores do not name is ``not_scored``. A refusal in
    the ledger holds even where a score was made before it was known.

    Args:
        facts: the ledger's part.
        scores: child_id, status and score, maybe probability and band; None without machine learning.
    """
    if scores is None:
        given = pl.DataFrame(schema={CHILD: pl.String, **SCORE_COLUMNS})
    else:
        added = [pl.lit(None, kind).alias(name) for name, kind in SCORE_COLUMNS.items() if name not in scores.columns]
        given = scores.with_columns(added).select(CHILD, *SCORE_COLUMNS)
    joined = facts.children.join(given, on=CHILD, how="left", maintain_order="left")
    score = pl.when(~pl.col(REFUSED) & pl.col("score").is_finite()).then(pl.col("score"))
    status = (
        pl.when(pl.col(REFUSED))
        .then(pl.lit(REFUSED))
        .otherwise(pl.col("status").fill_null(NO_MODEL if scores is None else NOT_SCORED))
    )
    rows = joined.with_columns(status.alias("status"), score.alias("score"))
    shown = [pl.when(pl.col("score").is_not_null()).then(pl.col(name)).alias(name) for name in ("probability", "band")]
    return rows.with_columns(shown)


def household_frame(children: pl.DataFrame, facts: ListFacts, seed: str) -> pl.DataFrame:
    """One row per household in the order it is to be visited, described by the child that gives it its place.

    Duties come first by due day and severity; then the highest score; then, where there is no score, the day an open
    finding is due, the day of the next visit by any rule, the official level; what is still equal falls by lot.

    Args:
        children: as ``scored_children`` makes them, with ``score`` as it is to order.
        facts: the ledger's part.
        seed: of the lot for ties.

    Returns:
        The child's columns, and of its household: order (from 0), members, refused_by_all, new (any child),
        finding_due_on (the earliest), waits_since (null: not carried).
    """
    by_home = pl.col(HOUSEHOLD)
    ordered = _in_order(children.with_columns(lots(children[CHILD], seed, facts.as_of).alias(TIE)))
    told = ordered.with_columns(
        pl.len().over(HOUSEHOLD).cast(pl.Int64).alias("members"),
        pl.col(REFUSED).all().over(HOUSEHOLD).alias("refused_by_all"),
        pl.col(NEW).any().over(HOUSEHOLD).alias(NEW),
        pl.col(FINDING_DUE).min().over(HOUSEHOLD).alias(FINDING_DUE),
    )
    homes = told.filter(by_home.is_first_distinct())
    carried = homes.join(facts.previous.waiting, on=HOUSEHOLD, how="left", maintain_order="left")
    return carried.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(ORDER), pl.col(WAITS_SINCE).cast(pl.Date))


def _in_order(children: pl.DataFrame) -> pl.DataFrame:
    duty, scored = pl.col("duty"), pl.col("score").is_not_null()
    plain = ~duty & ~scored
    keys = (
        pl.when(duty).then(pl.col("duty_due_on")),
        pl.when(duty).then(pl.col("duty_severity")),
        pl.col(REFUSED),
        pl.when(~duty).then(pl.col("score")),
        *(pl.when(plain).then(pl.col(name)) for name in (FINDING_DUE, NEXT_DUE, LEVEL_PLACE)),
        pl.col(TIE),
        pl.col(CHILD),
    )
    descending = [True, False, False, False, True, False, False, False, False, False]
    return children.sort(duty, *keys, descending=descending, nulls_last=True)


FRAME_COLUMNS = (
    HOUSEHOLD, CHILD, REGION, "members", ORDER, "status", "score", "probability", "band", "duty", "duty_rule",
    "duty_due_on", "duty_overdue_days", FINDING_DUE, NEXT_DUE, LEVEL, "last_met_on", NEW, WAITS_SINCE, REFUSED,
)  # fmt: skip


def day_after(day: dt.date, days: int) -> dt.date:
    """The day some days later."""
    return day + dt.timedelta(days=days)
