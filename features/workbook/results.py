"""What became of each workbook of an intake: counts, faults by row, and what was assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from features.definition.structure import CHILD, HOUSEHOLD, RECORDED_ON, VALID_FROM
from features.ledger.check import CheckReport
from features.ledger.importer import ImportReport
from features.workbook.aside import Aside
from features.workbook.books import Book
from features.workbook.convert import ROW, ReadWorkbook
from features.workbook.register import PLACES_SCHEMA, REGISTER_FAULTS

BOOK_STEP = 1 << 32
"""Rows of book n are numbered from n times this, so that a number tells the book."""


@dataclass(frozen=True, slots=True)
class NamedBook:
    """A workbook whose rows have pseudonyms. Its rows are numbered from 1; they and its persons are set aside."""

    index: int
    read: ReadWorkbook
    faults: pl.DataFrame
    uncertain: pl.DataFrame
    aside: Aside

    def put(self, rows: pl.DataFrame, persons: Sequence[pl.DataFrame]) -> None:
        """Set its rows aside, and its persons in the buckets of the table of identities."""
        self.aside.put(f"rows-{self.index}", [rows])
        self.aside.put(f"persons-{self.index}", persons)

    def rows(self) -> pl.DataFrame:
        """Its rows of children, without identity fields."""
        return self.aside.take(f"rows-{self.index}")

    def persons(self, bucket: int) -> pl.DataFrame:
        """Its persons of one bucket."""
        return self.aside.take(f"persons-{self.index}", bucket)


@dataclass(frozen=True, slots=True)
class BookResult:
    """What became of one workbook.

    ``refused`` is the reason when it could not be used at all. ``faults`` are of REGISTER_FAULTS by the rows of this
    book, ``uncertain`` as ``Identified.uncertain``. ``children`` and ``households`` are counts over rows in order.
    """

    book: Book
    refused: str
    read: int
    repeated: int
    rejected: int
    faults: pl.DataFrame
    uncertain: pl.DataFrame
    places: pl.DataFrame
    columns: Mapping[str, Mapping[str, tuple[int, str]]]
    left_out: Mapping[str, int]
    defaults: Mapping[str, str]
    children: int
    households: int

    @property
    def new(self) -> int:
        """Rows that are in order and that the ledger did not hold."""
        return self.read - self.repeated - self.rejected


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What became of all workbooks, and what the ledger said."""

    books: tuple[BookResult, ...]
    outcome: CheckReport | ImportReport | None

    @property
    def good(self) -> bool:
        """Whether every row of every workbook is in order."""
        return not any(book.refused or book.rejected for book in self.books)


def without_errors(rows: pl.DataFrame, faults: pl.DataFrame) -> pl.DataFrame:
    """The rows without those that have an error."""
    return rows.join(_errors(faults).select(ROW), on=ROW, how="anti", maintain_order="left")


def refused(book: Book, why: str) -> BookResult:
    """The result of a workbook that could not be used."""
    faults, places = pl.DataFrame(schema=REGISTER_FAULTS), pl.DataFrame(schema=PLACES_SCHEMA)
    return BookResult(book, why, 0, 0, 0, faults, pl.DataFrame(), places, {}, {}, {}, 0, 0)


def book_result(book: Book, one: NamedBook, noticed: pl.DataFrame, held: pl.DataFrame) -> BookResult:
    """One book's share of what was found.

    Args:
        book: the workbook.
        one: its rows as named.
        noticed: faults found over all books, by rows numbered over all; another row counts only in the same book.
        held: ``_row`` of its rows that the ledger held before.
    """
    faults = pl.concat([one.faults, _own(noticed, one.index * BOOK_STEP)])
    of_book = pl.when(pl.col(ROW).is_null()).then("detail").alias("of_book")
    faults = faults.unique([ROW, "field", "rule", of_book], keep="first", maintain_order=True)
    register = one.read.register
    good = without_errors(one.rows().filter(pl.col(CHILD).is_not_null()), faults)
    return BookResult(
        book=book,
        refused="",
        read=register.rows.height + sum(rows.height for rows in register.tables.values()),
        repeated=without_errors(held, faults).height,
        rejected=_errors(faults)[ROW].n_unique(),
        faults=faults,
        uncertain=one.uncertain,
        places=register.places,
        columns=register.columns,
        left_out=one.read.left_out,
        defaults=one.read.defaults,
        children=good[CHILD].n_unique(),
        households=good[HOUSEHOLD].n_unique(),
    )


def held_rows(rows: pl.DataFrame, key: tuple[str, ...], stored: pl.DataFrame) -> pl.DataFrame:
    """``_row`` of the rows that speak of a key and a day of which the ledger holds a row already."""
    if rows.is_empty():
        return pl.DataFrame(schema={ROW: pl.Int64})
    moment = [*key, VALID_FROM, RECORDED_ON]
    held = stored.select(pl.col(name).cast(pl.String) for name in moment).unique()
    return rows.join(held, on=moment, how="semi").select(ROW)


def _own(noticed: pl.DataFrame, first: int) -> pl.DataFrame:
    """The faults of one book, its rows numbered from 1 again."""
    inside = [pl.col(name).is_between(first, first + BOOK_STEP, closed="left") for name in (ROW, "other_row")]
    return noticed.filter(inside[0]).with_columns(
        pl.col(ROW) - first, pl.when(inside[1]).then(pl.col("other_row") - first).alias("other_row")
    )


def _errors(faults: pl.DataFrame) -> pl.DataFrame:
    return faults.filter((pl.col("level") == "error") & pl.col(ROW).is_not_null())
