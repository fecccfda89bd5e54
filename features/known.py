"""What was known on a day: the one filter between the ledger's rows and everything that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrame

from features.definition.structure import RECORDED_ON, RETRACTS, ROW_ID, VALID_FROM

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

EPOCH = date(1970, 1, 1)
_SUCCESSION = (VALID_FROM, RECORDED_ON, ROW_ID)


def known_rows(frame: Frame | IntoFrame, as_of: date) -> Frame:
    """The rows recorded and valid by ``as_of`` and not taken back by then, without the retractions themselves.

    Args:
        frame: rows of one ledger table in any engine Narwhals speaks, with the bookkeeping columns.
        as_of: the day whose knowledge counts.

    Returns:
        A Narwhals frame, lazy if the input was.
    """
    rows: Frame = nw.from_native(frame, pass_through=False)
    day = day_literal(rows, RECORDED_ON, as_of)
    if isinstance(rows, nw.DataFrame):
        return _known_at_hand(rows, day)
    recorded = rows.filter(nw.col(RECORDED_ON) <= day)
    taken_back = recorded.filter(~nw.col(RETRACTS).is_null()).select(nw.col(RETRACTS).alias(ROW_ID)).unique()
    facts = recorded.filter(nw.col(RETRACTS).is_null() & (nw.col(VALID_FROM) <= day))
    return facts.join(taken_back, on=ROW_ID, how="anti")


def _known_at_hand(rows: nw.DataFrame[Any], day: Any) -> nw.DataFrame[Any]:  # noqa: ANN401 - as the engine compares it
    """The known rows of an eager frame, cut once; the frame itself if all are known, as in one that was cut before."""
    recorded = (rows[RECORDED_ON] <= day).fill_null(False)
    fact = rows[RETRACTS].is_null()
    taken_back = rows[RETRACTS].filter(recorded & ~fact).unique()
    known = recorded & fact & (rows[VALID_FROM] <= day).fill_null(False)
    if len(taken_back):
        known = known & ~rows[ROW_ID].is_in(taken_back.to_list()).fill_null(False)
    return rows if known.all() else rows.filter(known)


def latest_rows(frame: Frame | IntoFrame, key: Sequence[str]) -> Frame:
    """One row per key: the last by ``valid_from``, then ``recorded_on``, then ``row_id``.

    Most keys of an event table occur once; on an eager frame that is seen first, and only the others are compared.
    """
    rows: Frame = nw.from_native(frame, pass_through=False)
    if not isinstance(rows, nw.DataFrame):
        return _last_of_each(rows, key)
    repeated = rows.select(*key).is_duplicated()
    if not repeated.any():
        return rows
    last: nw.DataFrame[Any] = _last_of_each(rows.filter(repeated), key)  # type: ignore[assignment]  # eager as given
    return nw.concat([rows.filter(~repeated), last])


def _last_of_each(rows: Frame, key: Sequence[str]) -> Frame:
    for column in _SUCCESSION:
        rows = rows.filter(nw.col(column) == nw.col(column).max().over(*key))
    return rows.unique(list(key), keep="any")


def day_literal(frame: Frame, column: str, day: date) -> Any:  # noqa: ANN401 - a date, a datetime or a day number
    """``day`` as the engine compares it with the column: a date, a datetime, or days since 1970-01-01."""
    kind = frame.collect_schema()[column]
    if kind.is_numeric():
        return day_number(day)
    return datetime(day.year, day.month, day.day) if isinstance(kind, nw.Datetime) else day  # noqa: DTZ001 - a plain day


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH) // timedelta(days=1)
