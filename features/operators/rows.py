"""The rows operators read: the history of a state table, its last rows, and events with their age in days."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from features.definition.structure import CHILD, HOUSEHOLD, RECORDED_ON, ROW_ID, VALID_FROM
from features.known import Frame

AGO = "_days_ago"
AS_OF = "_as_of"
AS_OF_YEAR = "_as_of_year"
OF_HOUSEHOLD = "of_household"
CHANGED = "_changed_"
PASSED = "_passed_"
KNOWN = "_known_"

_ORDER = (VALID_FROM, RECORDED_ON, ROW_ID)


def history(known: Frame, key: str) -> Frame:
    """Known rows of a state table in the order they succeed each other, one per key and ``valid_from``.

    Of two rows about the same day the one recorded later is the correction, and the other is no state at all.
    """
    if isinstance(known, nw.LazyFrame):
        return known.unique([key, VALID_FROM], keep="last", order_by=[RECORDED_ON, ROW_ID])
    ordered = known.sort(key, *_ORDER)
    same = (nw.col(key) == nw.col(key).shift(-1)) & (nw.col(VALID_FROM) == nw.col(VALID_FROM).shift(-1))
    return ordered.filter(~same.fill_null(False))


def last_of_each(states: Frame, key: str) -> Frame:
    """The last state of each key out of a history."""
    if isinstance(states, nw.LazyFrame):
        return states.unique([key], keep="last", order_by=list(_ORDER))
    return states.filter((nw.col(key) != nw.col(key).shift(-1)).fill_null(True))


def with_changes(states: Frame, key: str, columns: Sequence[str]) -> Frame:
    """A history with a column ``_changed_X`` per column: known now, known in the state before, and not the same."""
    if isinstance(states, nw.LazyFrame):
        before = {name: nw.col(name).shift(1).over(key, order_by=VALID_FROM) for name in columns}
        return states.with_columns(
            *((nw.col(name) != before[name]).fill_null(False).alias(CHANGED + name) for name in columns)
        )
    same_key = (nw.col(key) == nw.col(key).shift(1)).fill_null(False)
    return states.with_columns(*(_changed(name, nw.col(name).shift(1), same_key) for name in columns))


def _changed(name: str, before: nw.Expr, same_key: nw.Expr) -> nw.Expr:
    now = nw.col(name)
    differs = (now != before).fill_null(False) & ~now.is_null() & ~before.is_null()
    return (differs & same_key).alias(CHANGED + name)


def with_age(rows: Frame, date_column: str, as_of_day: int, others: Sequence[str] = ()) -> Frame:
    """Rows with ``_days_ago``: days from the row's own date (a day number) to the as-of date; negative after it.

    For each of the other date columns ``_passed_X`` says whether its day is reached; a missing day is not.
    """
    passed = ((nw.col(name) <= as_of_day).fill_null(False).alias(PASSED + name) for name in others)
    return rows.with_columns((as_of_day - nw.col(date_column)).alias(AGO), *passed)


def for_children(events: Frame, children: Frame) -> Frame:
    """Events per child; one of the whole household, where no child is named, counts for each of its children.

    Args:
        events: events with ``child_id`` (maybe null) and ``household_id``.
        children: child_id and household_id of the cohort.

    Returns:
        The events with a child in every row, and ``of_household``: whether it was the household's.
    """
    whole = nw.col(CHILD).is_null()
    own = events.filter(~whole).with_columns(nw.lit(False).alias(OF_HOUSEHOLD))
    shared = events.filter(whole).drop(CHILD).join(children, on=HOUSEHOLD, how="inner")  # type: ignore[arg-type]
    columns = own.collect_schema().names()
    return nw.concat([own, shared.with_columns(nw.lit(True).alias(OF_HOUSEHOLD)).select(*columns)])  # type: ignore[type-var]
