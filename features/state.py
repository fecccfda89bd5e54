"""The state of every child of a county on a day: its latest known row joined with that of its household."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrame

from features.definition.model import Definition
from features.definition.structure import (
    CHILD,
    CHILDREN,
    COUNTY_DIGITS,
    HOUSEHOLD,
    HOUSEHOLDS,
    RECORDED_ON,
    REFUSED_ON,
    REGION,
    VALID_FROM,
)
from features.known import HOME, Frame, known_rows, latest_rows

HOUSEHOLD_VALID_FROM = "household_valid_from"


def child_state(tables: Mapping[str, IntoFrame], definition: Definition, as_of: date, *, county: str = "") -> Any:  # noqa: ANN401 - a native frame of any engine
    """One row per child as known on ``as_of``: all definition columns of children and households, children's winning.

    Args:
        tables: ledger tables of one county, of one engine.
        definition: the ledger definition.
        as_of: the day whose knowledge counts.
        county: keep only households whose latest region lies in this county (a code prefix); "" keeps all. Tables of
            several counties name it in each child's row, in a column ``HOME``.

    Returns:
        A native frame of the tables' engine. Beside the definition's columns it has ``valid_from`` and ``recorded_on``
        of the child's row and ``household_valid_from``. A child whose household is not known yet stays, with nulls.
    """
    rows = known_rows(tables[CHILDREN], as_of)
    home = [HOME] if HOME in rows.collect_schema() else []
    children = rows.select(*definition.tables[CHILDREN].columns, *_BOOK, *home)
    households = known_rows(tables[HOUSEHOLDS], as_of).select(*definition.tables[HOUSEHOLDS].columns, *_BOOK)
    latest = latest_rows(children, [CHILD])
    if REFUSED_ON in definition.tables[CHILDREN].columns:
        latest = _with_refusals(latest, children)
    joined = join_state(latest, latest_rows(households, [HOUSEHOLD]))
    return in_county(joined, county).drop("row_id").to_native()


_BOOK = (VALID_FROM, RECORDED_ON, "row_id")


def _with_refusals(latest: Frame, known: Frame) -> Frame:
    """A guardian's refusal of the model stands until its row is taken back: a later form left blank does not end it."""
    refused = known.filter(~nw.col(REFUSED_ON).is_null()).select(CHILD, REFUSED_ON)
    first = refused.group_by(CHILD).agg(nw.col(REFUSED_ON).min())
    columns = latest.collect_schema().names()
    return latest.drop(REFUSED_ON).join(first, on=CHILD, how="left").select(*columns)  # type: ignore[arg-type]  # both are of one kind


def join_state(children: Frame, households: Frame) -> Frame:
    """Latest children rows with the columns of their household's latest row that they have not themselves."""
    own = set(children.collect_schema().names())
    added = [name for name in households.collect_schema().names() if name not in own]
    right = households.select(HOUSEHOLD, *added, nw.col(VALID_FROM).alias(HOUSEHOLD_VALID_FROM))
    return children.join(right, on=HOUSEHOLD, how="left")  # type: ignore[arg-type]  # both are of one kind


def in_county(state: Frame, county: str) -> Frame:
    """The rows whose household lies in the county, or whose household is not known yet."""
    if HOME in state.collect_schema():
        own = nw.col(REGION).str.slice(0, COUNTY_DIGITS) == nw.col(HOME)
        return state.filter(nw.col(REGION).is_null() | own.fill_null(False))
    if not county:
        return state
    return state.filter(nw.col(REGION).is_null() | nw.col(REGION).str.starts_with(county).fill_null(False))
