"""A list as rows of the ledger: its whole frame before anybody sees it, and every later move by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import polars as pl

from features.cli.console import UserError
from features.definition import Definition
from features.definition.structure import (
    DEFINITION_VERSION,
    HOUSEHOLD,
    RECORDED_ON,
    RETRACTS,
    ROW_ID,
    SOURCE,
    VALID_FROM,
    VISIT,
)
from features.known import known_rows, latest_rows
from models.policy.lists.draw import CHANCE, DRAWN, STRATUM
from models.policy.lists.pool import MODEL, Pool
from models.policy.lists.previous import AS_OF, LIST, REMOVED
from models.policy.lists.rules import ListRules

LIST_SOURCE = "list"
BY_HAND = "by_hand"
FRAME_SIZE = "frame_size"
_DUTY = "duty"

Direction = Literal["add", "remove"]


@dataclass(frozen=True, slots=True)
class Move:
    """A person puts a household of the frame on a list, or takes it off; ``reason`` is a code of the policy.

    ``on``: the day; None is the first after the one the list speaks for.
    """

    household_id: str
    direction: Direction
    reason: str
    on: dt.date | None = None


def assignment_rows(pool: Pool, definition: Definition) -> pl.DataFrame:
    """The whole frame of a list as rows of the assignments table, recorded on its as-of date."""
    return pool.frame.sort(HOUSEHOLD).select(
        pl.lit(pool.list_id).alias(LIST),
        HOUSEHOLD,
        pl.lit(pool.as_of).alias(AS_OF),
        pl.lit(pool.model_id, pl.String).alias(MODEL),
        STRATUM,
        pl.lit(pool.frame.height, pl.Int64).alias(FRAME_SIZE),
        CHANCE,
        DRAWN,
        pl.lit(None, pl.String).alias(REMOVED),
        pl.lit(None, pl.String).alias(VISIT),
        pl.format("{}:{}", pl.lit(pool.list_id), pl.col(HOUSEHOLD)).alias(ROW_ID),
        pl.lit(pool.as_of).alias(VALID_FROM),
        pl.lit(pool.as_of).alias(RECORDED_ON),
        pl.lit(None, pl.String).alias(RETRACTS),
        pl.lit(LIST_SOURCE).alias(SOURCE),
        pl.lit(definition.version).alias(DEFINITION_VERSION),
    )


def on_list(rows: pl.DataFrame) -> pl.DataFrame:
    """The latest row of each household of one list, with ``listed``: drawn or added, and not taken off."""
    latest = pl.DataFrame(latest_rows(known_rows(rows, dt.date.max), (LIST, HOUSEHOLD)).to_native())
    return latest.with_columns((pl.col(DRAWN) & pl.col(REMOVED).is_null()).alias("listed")).sort(HOUSEHOLD)


def move_rows(rows: pl.DataFrame, move: Move, rules: ListRules) -> pl.DataFrame:
    """The row that logs a move by hand: stratum by hand, the chance that the lot had given, and the reason.

    The reason stands in ``source`` and, for a household taken off, in ``removed_reason``. Estimates go by the row of
    the draw, so no move makes a lot look other than it was. The day the list speaks for is the draw's own: a move is
    of the day after it at the earliest. A later word of a day takes the earlier one back, in a row before it.

    Args:
        rows: all rows of the list so far.
        move: what is moved.
        rules: the reasons that may be given.

    Raises:
        UserError: the household is not on the frame, the reason is none of the policy's, there is nothing to move, or
            the visit is a duty, which no hand takes off.
    """
    reasons = rules.add_reasons if move.direction == "add" else rules.remove_reasons
    if move.reason not in reasons:
        raise UserError(f"reason '{move.reason}' to {move.direction}", f"wanted one of: {', '.join(reasons)}")
    mine = pl.DataFrame(known_rows(rows.filter(pl.col(HOUSEHOLD) == move.household_id), dt.date.max).to_native())
    if mine.is_empty():
        raise UserError(f"household '{move.household_id}' is not on this list's frame", "look at its township and file")
    last = on_list(mine).row(0, named=True)
    adds = move.direction == "add"
    day = max(move.on or last[AS_OF], last[AS_OF] + dt.timedelta(days=1))
    _require_possible(mine, move, day, listed=last["listed"])
    before = f"{last[LIST]}:{move.household_id}:"
    same_moment = mine.filter((pl.col(VALID_FROM) == day) & (pl.col(RECORDED_ON) == day))
    logged = on_list(mine).with_columns(
        pl.lit(BY_HAND).alias(STRATUM),
        pl.lit(value=True).alias(DRAWN) if adds else pl.col(DRAWN),
        pl.lit(None if adds else move.reason, pl.String).alias(REMOVED),
        pl.lit(f"{before}{_number(mine, before)}").alias(ROW_ID),
        pl.lit(day).alias(VALID_FROM),
        pl.lit(day).alias(RECORDED_ON),
        pl.lit(f"{BY_HAND}:{move.reason}").alias(SOURCE),
    )
    return pl.concat([_taken_back(same_moment, day, BY_HAND), logged.select(rows.columns)])


def _require_possible(mine: pl.DataFrame, move: Move, day: dt.date, *, listed: bool) -> None:
    adds = move.direction == "add"
    if listed == adds:
        raise UserError(
            f"household '{move.household_id}' is {'already' if adds else 'not'} on the list", "nothing is to be moved"
        )
    if day < max(mine[RECORDED_ON].to_list()):
        raise UserError(f"a move on {day}: the list, or another move, was recorded later", "give a later day with --on")
    if not adds and _DUTY in mine[STRATUM]:
        raise UserError(
            f"household '{move.household_id}': the visit is a duty", "record the visit, or correct the file it rests on"
        )


def _number(mine: pl.DataFrame, before: str) -> int:
    """The number of the next move of a household: one more than the last, which is never taken back alone."""
    last = mine[ROW_ID].str.strip_prefix(before).cast(pl.Int64, strict=False).max()
    return 1 + (last if isinstance(last, int) else 0)


def revision_rows(rows: pl.DataFrame, on: dt.date, reason: str) -> pl.DataFrame:
    """Rows that take back every row of a list, because it is drawn anew; the ledger keeps both and the reason."""
    return _taken_back(rows, on, f"revised:{reason}")


def _taken_back(rows: pl.DataFrame, on: dt.date, source: str) -> pl.DataFrame:
    return rows.with_columns(
        pl.col(ROW_ID).alias(RETRACTS),
        pl.format("{}:revised", ROW_ID).alias(ROW_ID),
        pl.lit(on).alias(VALID_FROM),
        pl.lit(on).alias(RECORDED_ON),
        pl.lit(source).alias(SOURCE),
    )
