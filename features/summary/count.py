"""Count the children of a ledger into the columns of the county summary, so that its identities hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import narwhals as nw
import polars as pl

from features.cli.console import Progress, UserError, silent
from features.cohort import cohort
from features.definition import Definition
from features.definition.structure import CHILDREN, HOUSEHOLDS, REGION, TOWNSHIP_DIGITS
from features.ledger.store import LedgerStore
from features.state import child_state
from features.summary.layout import AGE, Breakdown, Layout

PLACE, REGISTERED, LEFT_OUT = "place", "registered", "left_out"
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts by place, the total last.

    ``frame``: place, one column per number of the layout, ``registered`` (all children on file), ``left_out`` (those
    with a fact that is not known), and ``lacks_NAME`` per breakdown (a child may lack several).
    """

    as_of: date
    frame: pl.DataFrame
    layout: Layout
    simulated: bool

    @property
    def left_out(self) -> int:
        """How many children are counted in no column because a fact is not known."""
        return int(self.frame[LEFT_OUT][-1])


def lacks(name: str) -> str:
    """The column that counts who lacks a fact of a breakdown."""
    return f"lacks_{name}"


def summarise(
    store: LedgerStore,
    definition: Definition,
    layout: Layout,
    as_of: date,
    *,
    county: str | None = None,
    progress: Progress = silent,
) -> Summary:
    """Count the children on file on a day: by township of one county, or by county.

    Raises:
        UserError: the ledger holds no such county, or nobody is on file on that day.
    """
    store.require(definition)
    chosen = (county,) if county is not None else store.counties()
    parts = []
    for done, code in enumerate(chosen, start=1):
        tables = store.read(code, (HOUSEHOLDS, CHILDREN)).tables
        parts.append(count_county(tables, definition, layout, as_of, county=code, by_township=county is not None))
        progress(done, len(chosen), code)
    frame = pl.concat(parts) if parts else pl.DataFrame()
    if frame.is_empty():
        raise UserError(f"nobody is on file on {as_of}", "give a later day with --as-of")
    total = frame.select(pl.lit(TOTAL).alias(PLACE), pl.exclude(PLACE).sum())
    return Summary(as_of, pl.concat([frame.sort(PLACE), total]), layout, store.simulated)


def require_identities(summary: Summary) -> None:
    """Look at every row before it leaves, although counts keep the identities by construction; UserError if not."""
    for row in summary.frame.iter_rows(named=True):
        for first, other in summary.layout.equations():
            if sum(row[str(number)] for number in first) != sum(row[str(number)] for number in other):
                raise UserError(f"{row[PLACE]}: the counts of columns {first} and {other} differ", "report this fault")


def count_county(
    tables: Mapping[str, pl.DataFrame],
    definition: Definition,
    layout: Layout,
    as_of: date,
    *,
    county: str,
    by_township: bool,
) -> pl.DataFrame:
    """The counts of one county: a row per township, or one row (none when nobody is on file)."""
    state: pl.DataFrame = cohort(child_state(tables, definition, as_of, county=county), definition, as_of)
    marked = mark_columns(state, layout, as_of)
    place = pl.col(REGION).str.slice(0, TOWNSHIP_DIGITS) if by_township else pl.lit(county)
    numbers = [str(number) for number in layout.numbers]
    counted = ~pl.col(LEFT_OUT)
    return (
        marked.with_columns(place.alias(PLACE))
        .group_by(PLACE)
        .agg(
            *((pl.col(number) & counted).sum().cast(pl.Int64).alias(number) for number in numbers),
            pl.len().cast(pl.Int64).alias(REGISTERED),
            pl.col(LEFT_OUT).sum().cast(pl.Int64),
            *(pl.col(lacks(part.name)).sum().cast(pl.Int64) for part in layout.breakdowns),
        )
        .sort(PLACE)
    )


def mark_columns(state: pl.DataFrame, layout: Layout, as_of: date) -> pl.DataFrame:
    """Child by child: which columns it meets, whether it must be left out, and of which breakdowns facts are lacking.

    A child is left out when it breaks an identity by itself: sums of children that keep every identity keep it too.
    """
    aged = nw.from_native(state.with_columns(_age(layout.birth_column, as_of).alias(AGE)))
    marks = aged.with_columns(column.when.expr().alias(str(column.number)) for column in layout.columns).to_native()
    breaks = pl.any_horizontal(_count(first) != _count(other) for first, other in layout.equations())
    marked: pl.DataFrame = marks.with_columns(breaks.alias(LEFT_OUT))
    return marked.with_columns(
        (pl.col(LEFT_OUT) & (_count(part.columns) != _wanted(part))).alias(lacks(part.name))
        for part in layout.breakdowns
    )


def _count(numbers: tuple[int, ...]) -> pl.Expr:
    return pl.sum_horizontal(pl.col(str(number)).cast(pl.Int64) for number in numbers)


def _wanted(part: Breakdown) -> pl.Expr:
    return _count(part.as_often_as) if part.as_often_as else pl.lit(1)


def _age(birth_column: str, as_of: date) -> pl.Expr:
    """Whole years on a day; somebody born on 29 February is older from 1 March."""
    born = pl.col(birth_column)
    early = born.dt.month().cast(pl.Int64) * 100 + born.dt.day() > as_of.month * 100 + as_of.day
    return as_of.year - born.dt.year() - early.cast(pl.Int64)
