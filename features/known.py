"""What was known on a day: the one filter between the ledger's rows and everything that reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrame

from features.definition.structure import RECORDED_ON, RETRACTS, ROW_ID, VALID_FROM

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

EPOCH = date(1970, 1, 1)
HOME = "_home_county"
"""A column of children's rows where tables of several counties are read as one: the county whose ledger has the row."""
_ROW = "_row"
_SUCCESSION = (VALID_FROM, RECORDED_ON, ROW_ID)


@dataclass(frozen=True, slots=True)
class Cut(Mapping[str, Any]):
    """Tables cut at a day, so that nobody has to look again: of events the last known row of each.

    ``states``: of children and households there are the known rows alone; without it there may be others.
    """

    tables: Mapping[str, Any]
    as_of: date
    states: bool = True

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a native frame of any engine
        """The rows of a table."""
        return self.tables[name]

    def __iter__(self) -> Iterator[str]:
        """The names of the tables."""
        return iter(self.tables)

    def __len__(self) -> int:
        """How many tables there are."""
        return len(self.tables)


def is_cut(tables: Mapping[str, Any], as_of: date, *, states: bool = False) -> bool:
    """Whether the tables were cut at a day already: their events, and with ``states`` children and households too."""
    return isinstance(tables, Cut) and tables.as_of == as_of and (tables.states or not states)


def latest_events(tables: Mapping[str, Any], table: str, key: Sequence[str], as_of: date) -> Frame:
    """The last known row of each event of a table, as a Narwhals frame."""
    if is_cut(tables, as_of):
        rows: Frame = nw.from_native(tables[table], pass_through=False)
        return rows
    return latest_rows(known_rows(tables[table], as_of), key)


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
        return _known_in_polars(rows, day) if rows.implementation.is_polars() else _known_at_hand(rows, day)
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


def _known_in_polars(rows: nw.DataFrame[Any], day: Any) -> nw.DataFrame[Any]:  # noqa: ANN401 - as the engine compares it
    """The same as ``_known_at_hand`` in Polars' own words, which cost a tenth to make."""
    import polars as pl

    native: pl.DataFrame = rows.to_native()
    known = pl.col(RETRACTS).is_null() & (pl.col(RECORDED_ON) <= day) & (pl.col(VALID_FROM) <= day)
    if native[RETRACTS].null_count() < native.height:
        taking = native.select(pl.col(RETRACTS).filter(pl.col(RETRACTS).is_not_null() & (pl.col(RECORDED_ON) <= day)))
        known = known & ~pl.col(ROW_ID).is_in(taking.to_series().implode()).fill_null(False)
    mask = native.select(known.fill_null(False)).to_series()
    return rows if mask.all() else nw.from_native(native.filter(mask))


def latest_rows(frame: Frame | IntoFrame, key: Sequence[str]) -> Frame:
    """One row per key: the last by ``valid_from``, then ``recorded_on``, then ``row_id``.

    Most keys of an event table occur once; on an eager frame that is seen first, and only the others are compared.
    """
    rows: Frame = nw.from_native(frame, pass_through=False)
    if not isinstance(rows, nw.DataFrame):
        return _last_of_each(rows, key)
    if rows.implementation.is_polars():
        return _latest_in_polars(rows, key)
    repeated = rows.select(*key).is_duplicated()
    if not repeated.any():
        return rows
    last: nw.DataFrame[Any] = _last_of_each(rows.filter(repeated), key)  # type: ignore[assignment]  # eager as given
    return nw.concat([rows.filter(~repeated), last])


def _latest_in_polars(rows: nw.DataFrame[Any], key: Sequence[str]) -> nw.DataFrame[Any]:
    """The same in Polars' own words: which rows are last is found on few columns, and the rows are cut once."""
    import polars as pl

    native: pl.DataFrame = rows.to_native()
    repeated = native.select(*key).is_duplicated()
    if not repeated.any():
        return rows
    several = native.select(*dict.fromkeys((*key, *_SUCCESSION)), pl.row_index(_ROW)).filter(repeated)
    last = several.group_by(*key).agg(pl.col(_ROW).sort_by(*_SUCCESSION).last())[_ROW]
    kept = (~repeated).to_numpy(writable=True)
    kept[last.to_numpy()] = True
    return nw.from_native(native.filter(pl.Series(kept)))


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
