"""Own ratings and overrides with what the next visit found of the household, over all counties of a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from features.definition import Definition
from features.definition import structure as s
from features.known import known_rows, latest_rows
from features.ledger.store import LedgerStore
from training.labels import LABEL, VisitOutcomes, visit_outcomes
from training.plan import ScreeningPlan

RATING, BAND, BAND_SEEN, ASKED, RATER, RATED_ON = "rating", "band", "band_seen", "asked", "rater_id", "rated_on"
REASON, WITHDRAWN, BY, MADE_ON = "reason", "withdrawn", "by_id", "made_on"
ASSESSED, NEED = "assessed", "need"

_DAY, _PERSON = "decided_on", "person"
_RATED = (_PERSON, RATING, BAND, BAND_SEEN, ASKED)
_OVERRULED = (_PERSON, REASON, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided, one row each.

    ``ratings``: person, rating, band, band_seen, asked; ``overrides``: person, reason, withdrawn; both with
    ``assessed`` (a child of the household was assessed on the next visit within the horizon) and ``need`` (a new need
    was found then; null where nobody was assessed). Neither names a household.
    """

    ratings: pl.DataFrame
    overrides: pl.DataFrame


def decided(store: LedgerStore, definition: Definition, plan: ScreeningPlan, cut: date) -> Decided:
    """Read what people decided, as known on the day of the cut, and join what visits found.

    Args:
        store: the ledger.
        definition: its definition.
        plan: its label rule says what a need is and how long a visit may take.
        cut: rows recorded later are not read.
    """
    parts = [_county(store, county, definition, plan, cut) for county in store.counties()]
    return Decided(
        pl.concat([_empty(_RATED), *(one.ratings for one in parts)]),
        pl.concat([_empty(_OVERRULED), *(one.overrides for one in parts)]),
    )


def _county(store: LedgerStore, county: str, definition: Definition, plan: ScreeningPlan, cut: date) -> Decided:
    told = store.read_decisions(county, definition)
    if all(rows.is_empty() for rows in told.values()):
        return Decided(_empty(_RATED), _empty(_OVERRULED))
    found = visit_outcomes(store.read(county).tables, definition, plan, cut)
    ratings = _standing(told, s.RATINGS, definition, cut).rename({RATER: _PERSON, RATED_ON: _DAY})
    overrides = _standing(told, s.OVERRIDES, definition, cut).rename({BY: _PERSON, MADE_ON: _DAY})
    days = plan.label.horizon_days
    return Decided(_with_outcome(ratings, _RATED, found, days), _with_outcome(overrides, _OVERRULED, found, days))


def _standing(told: Mapping[str, pl.DataFrame], table: str, definition: Definition, cut: date) -> pl.DataFrame:
    key = definition.decisions[table].key
    return pl.DataFrame(latest_rows(known_rows(told[table], cut), key).to_native())


def _with_outcome(
    rows: pl.DataFrame, columns: tuple[str, ...], found: VisitOutcomes, horizon_days: int
) -> pl.DataFrame:
    """What the first completed visit from the day on found of the household, unless a report brought it about."""
    homes = found.children.group_by(s.VISIT).agg(
        pl.col(LABEL).is_not_null().any().alias(ASSESSED), pl.col(LABEL).any().alias(NEED)
    )
    numbered = rows.with_row_index("row")
    visited = (
        numbered.join(found.visits, on=s.HOUSEHOLD)
        .filter(
            (pl.col(s.VISITED_ON) >= pl.col(_DAY))
            & (pl.col(s.VISITED_ON) <= pl.col(_DAY) + timedelta(days=horizon_days))
        )
        .sort(s.VISITED_ON, s.VISIT)
        .unique("row", keep="first", maintain_order=True)
        .join(homes, on=s.VISIT, how="left")
        .select("row", ASSESSED, NEED)
    )
    joined = numbered.join(visited, on="row", how="left", maintain_order="left")
    assessed = pl.col(ASSESSED).fill_null(value=False)
    return joined.select(*columns, assessed, pl.when(assessed).then(pl.col(NEED)).alias(NEED))


def _empty(columns: tuple[str, ...]) -> pl.DataFrame:
    flags = (BAND_SEEN, ASKED, WITHDRAWN, ASSESSED, NEED)
    return pl.DataFrame(
        schema={name: pl.Boolean if name in flags else pl.String for name in (*columns, ASSESSED, NEED)}
    )
