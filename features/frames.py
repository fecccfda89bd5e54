"""The border between an engine's own frames and the plain numbers and words the operators compute with.

Inside, a date is a whole number of days since 1970-01-01, so that every operator is arithmetic that all engines share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw
from narwhals.typing import IntoFrame

from features.cli.console import UserError
from features.definition.model import Table
from features.definition.structure import CHILDREN, RECORDED_ON, RETRACTS, ROW_ID, VALID_FROM
from features.known import EPOCH, HOME, Frame

if TYPE_CHECKING:
    import pandas as pd

BOOKKEEPING = (ROW_ID, VALID_FROM, RECORDED_ON, RETRACTS)
_DATES = (VALID_FROM, RECORDED_ON)


def plain(native: IntoFrame, table: Table, columns: Iterable[str]) -> Frame:
    """The named columns of a ledger table with its bookkeeping, dates as day numbers; lazy where the engine is.

    Raises:
        UserError: a column the definition promises is not in the frame.
    """
    wanted = tuple(dict.fromkeys((*columns, *BOOKKEEPING)))
    dates = [
        name for name in wanted if name in _DATES or (name in table.columns and table.columns[name].type == "date")
    ]
    frame: Frame = nw.from_native(native, pass_through=False)
    held = frame.collect_schema()
    if table.name == CHILDREN and HOME in held:
        wanted = (*wanted, HOME)
    missing = [name for name in wanted if name not in held]
    if missing:
        raise UserError(
            f"table {table.name}: no column '{missing[0]}'",
            "read the table through the ledger store, which gives them all",
        )
    if nw.dependencies.is_pandas_dataframe(native):
        return _plain_pandas(native, wanted, dates)
    others = [name for name in wanted if name not in dates]
    if on_spark(frame):
        return _plain_spark(native, others, dates)
    rows, words = spoken(frame.lazy())
    chosen: Frame = nw.from_native(rows.select(words.col(*others), words.col(*dates).cast(words.Int32)))
    return chosen


def days_to_dates(frame: Any, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a native frame of any engine
    """A native frame whose day-number columns are dates of its engine again."""
    if nw.dependencies.is_pandas_dataframe(frame):
        import pandas as pd

        return frame.assign(**{name: pd.to_datetime(frame[name], unit="D", origin=EPOCH) for name in columns})
    if on_spark(nw.from_native(frame)):
        from pyspark.sql import functions

        return frame.withColumns({name: functions.date_from_unix_date(name) for name in columns})
    dated = nw.from_native(frame).with_columns(nw.col(*columns).cast(nw.Int32).cast(nw.Date))
    return dated.to_native()


def spoken(frame: Frame) -> tuple[Any, Any]:
    """A frame with the module its expressions are written in: a Polars frame with Polars, any other with Narwhals.

    The two say the same in the same words. But an expression costs 50 to 180 microseconds to make in Narwhals and 5 in
    Polars, and a feature table needs hundreds for every county and day.
    """
    if frame.implementation.is_polars():
        import polars as pl

        return frame.to_native(), pl
    return frame, nw


def with_all(frame: Frame, columns: Callable[[Any], Sequence[Any]]) -> Frame:
    """The frame with columns added, of which there may be none.

    Args:
        frame: any frame.
        columns: makes the expressions, given the module to write them in.
    """
    native, words = spoken(frame)
    added = columns(words)
    return nw.from_native(native.with_columns(*added)) if added else frame


def deferred(frame: Frame) -> Frame:
    """A Polars frame as a lazy one, so that what follows is planned as a whole; others unchanged."""
    return frame.lazy() if isinstance(frame, nw.DataFrame) and frame.implementation.is_polars() else frame


def on_spark(frame: Frame) -> bool:
    """Whether the rows lie on a cluster: they stay there, and nothing here ever holds them."""
    return frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect()


def settle(frame: Frame) -> Frame:
    """Compute a lazy frame once, so that the branches that follow share the result; an eager one passes unchanged.

    Spark computes it with the first branch that needs it, and its plan starts anew here: a plan that doubled with
    every branch would take longer to read than to run.
    """
    if isinstance(frame, nw.DataFrame):
        return frame
    if on_spark(frame):
        settled: Frame = nw.from_native(frame.to_native().localCheckpoint(eager=False))
        return settled
    return frame.collect().lazy()


def computed(frame: Frame) -> Frame:
    """The frame as an eager one; a Spark frame stays lazy, as it has no eager form."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) and not on_spark(frame) else frame


def _plain_spark(native: Any, others: Sequence[str], dates: Sequence[str]) -> Frame:  # noqa: ANN401 - a Spark frame
    """Spark casts no date to a number; it has a function for that."""
    from pyspark.sql import functions

    days = [functions.unix_date(name).alias(name) for name in dates]
    chosen: Frame = nw.from_native(native.select(*others, *days))
    return chosen


def _plain_pandas(native: pd.DataFrame, wanted: Sequence[str], dates: Sequence[str]) -> Frame:
    """Dates may be datetimes or objects in pandas, and a column with nothing in it has no type worth trusting."""
    import pandas as pd

    made = {}
    for name in wanted:
        column = native[name]
        if name in dates:
            column = (pd.to_datetime(column) - pd.Timestamp(EPOCH)).dt.days
        elif column.dtype == object and all(isinstance(value, str) for value in column.dropna()):
            column = column.astype("str")
        made[name] = column
    return nw.from_native(pd.DataFrame(made, index=native.index).reset_index(drop=True))
