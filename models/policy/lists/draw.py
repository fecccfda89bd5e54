"""Who is on the list: duties, then the visits that are left, part of them by lot with a chance that is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from features.definition.structure import HOUSEHOLD
from models.policy.lists.facts import FINDING_DUE
from models.policy.lists.places import ORDER
from models.policy.lists.previous import WAITS_SINCE
from models.policy.ordering import TIE

Kind = Literal["duty", "carried", "finding", "score", "due", "random"]
KINDS: tuple[Kind, ...] = ("duty", "carried", "finding", "score", "due", "random")

KIND = "kind"
STRATUM = "stratum"
CHANCE = "inclusion_probability"
DRAWN = "drawn"
PLACE = "place"

# Findings that are not due yet and places by days are places by order, like those by score.
_STRATA: Mapping[str, str] = {
    "duty": "duty", "carried": "carried", "finding": "score", "score": "score", "due": "score", "random": "random",
}  # fmt: skip
_PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Capacity:
    """How the household visits of a list are shared out.

    ``visits`` is what there is room for; ``duties`` take theirs whatever that is; ``random`` places fall by lot and
    ``certain`` ones by carry-over, open findings and order.
    """

    visits: int
    duties: int
    random: int
    certain: int

    @property
    def overloaded(self) -> bool:
        """Duties alone are more than there is room for: a supervisor has to decide."""
        return self.duties > self.visits

    @property
    def listed(self) -> int:
        """Households on the list."""
        return self.duties + self.random + self.certain


def share_out(visits: int, duties: int, others: int, random_share: float) -> Capacity:
    """Share out the visits of a list: random places are reserved from those left after duties, halves rounded up.

    Args:
        visits: the capacity.
        duties: households with a duty.
        others: households of the frame without one.
        random_share: the policy's share of the lot.
    """
    left = min(max(0, visits - duties), others)
    by_lot = int(random_share * left + 0.5)
    return Capacity(visits, duties, by_lot, left - by_lot)


def draw(frame: pl.DataFrame, capacity: Capacity, ahead: dt.date, lot: pl.Series) -> pl.DataFrame:
    """Say of every household of the frame why it is on the list, or with which chance it might have been.

    Certain places go to duties, to those who wait from the last list, to open findings due by ``ahead``, and then by
    order. Of everybody else ``capacity.random`` are drawn without replacement by a lot of its own, so each of them
    had the same chance.

    Args:
        frame: households as ``household_frame`` gives them.
        capacity: as ``share_out`` gives it.
        ahead: open findings due by this day go before the order.
        lot: a number for each household of the frame; the smallest are drawn. Every order of them has to be as likely
            as any other, and to follow from nothing else that orders the list.

    Returns:
        The frame with kind and place (null: not on the list), stratum, inclusion_probability and drawn.
    """
    sure = _certain(frame, capacity, ahead)
    open_places = frame.height - capacity.duties - capacity.certain
    chance = capacity.random / open_places if open_places else 0.0
    rest = frame.select(HOUSEHOLD, lot.alias(TIE)).filter(~sure["sure"]).sort(TIE, HOUSEHOLD).head(capacity.random)
    by_lot = frame[HOUSEHOLD].is_in(rest[HOUSEHOLD].implode())
    kind = pl.when(sure["sure"]).then(sure[KIND]).when(by_lot).then(pl.lit("random"))
    outside = "random" if capacity.random else "score"
    rows = frame.with_columns(kind.alias(KIND)).with_columns(
        pl.col(KIND).replace_strict(_STRATA, default=outside, return_dtype=pl.String).alias(STRATUM),
        pl.when(sure["sure"]).then(1.0).otherwise(chance).alias(CHANCE),
        pl.col(KIND).is_not_null().alias(DRAWN),
    )
    return _placed(rows)


def _certain(frame: pl.DataFrame, capacity: Capacity, ahead: dt.date) -> pl.DataFrame:
    """Whether each household has a certain place, and why."""
    soon = (pl.col(FINDING_DUE) <= ahead).fill_null(value=False)
    kind = (
        pl.when(pl.col("duty"))
        .then(pl.lit("duty"))
        .when(pl.col(WAITS_SINCE).is_not_null())
        .then(pl.lit("carried"))
        .when(soon)
        .then(pl.lit("finding"))
        .when(pl.col("score").is_not_null())
        .then(pl.lit("score"))
        .otherwise(pl.lit("due"))
    )
    rows = frame.select(ORDER, FINDING_DUE, kind.alias(KIND))
    ranked = _by_priority(rows).with_row_index("rank")
    rank = ranked.sort(ORDER)["rank"]
    return rows.select(KIND, (rank < capacity.duties + capacity.certain).alias("sure"))


def _by_priority(rows: pl.DataFrame) -> pl.DataFrame:
    """By kind, then by the order; open findings by their day."""
    places = {kind: place for place, kind in enumerate(KINDS)} | {"due": KINDS.index("score")}
    priority = pl.col(KIND).replace_strict(places, default=len(KINDS), return_dtype=pl.Int32).alias(_PRIORITY)
    day = pl.when(pl.col(KIND) == "finding").then(pl.col(FINDING_DUE))
    return rows.with_columns(priority).sort(_PRIORITY, day, ORDER, nulls_last=True)


def _placed(rows: pl.DataFrame) -> pl.DataFrame:
    listed = _by_priority(rows.filter(pl.col(DRAWN)))
    places = listed.select(HOUSEHOLD, pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(PLACE))
    return rows.join(places, on=HOUSEHOLD, how="left", maintain_order="left")
