"""Hand the good rows of named workbooks to the ledger, and give its faults back to the rows they came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.definition.structure import CHILD, CHILDREN, HOUSEHOLDS, RECORDED_ON, VALID_FROM
from features.identity.vault import Vault
from features.ledger.check import CheckReport, check_folder
from features.ledger.contracts import empty_table
from features.ledger.importer import ImportReport, import_folder
from features.ledger.manifest import MANIFEST
from features.ledger.store import LedgerStore
from features.workbook.aside import Aside
from features.workbook.convert import ROW
from features.workbook.ledger_faults import ledger_faults
from features.workbook.register import REGISTER_FAULTS
from features.workbook.request import BOOKS, CHECK, PERSONS, TABLES, WRITE, IntakeRequest, Steps
from features.workbook.results import (
    BOOK_STEP,
    BookResult,
    IntakeResult,
    NamedBook,
    book_result,
    held_rows,
    refused,
    without_errors,
)
from features.workbook.split import LedgerRows, join_rows, split_rows, table_rows

_LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class _Handed:
    """What was put into the folder for the ledger.

    ``places``: file -> the row of each of its lines, numbered over all books. ``faults``: what was noticed on the way,
    numbered likewise. ``held``: by book, ``_row`` of its rows that the ledger held before.
    """

    places: Mapping[str, pl.Series]
    faults: Sequence[pl.DataFrame]
    held: Mapping[int, pl.DataFrame]


def settle(
    request: IntakeRequest,
    refusals: Sequence[str],
    named: Sequence[NamedBook],
    vault: Vault | None,
    aside: Aside,
    steps: Steps,
) -> IntakeResult:
    """Check or import all rows that are in order so far; identities are written once the ledger has them.

    ``refusals`` has for every book why it was refused; those that were not are ``named``.
    """
    definition = request.reading.language.definition
    folder = aside.folder / _LEDGER
    handed = _hand_out(request, named, folder, steps)
    outcome = _hand_over(request, folder, steps) if handed.places else None
    noticed = [pl.DataFrame(schema=REGISTER_FAULTS), *handed.faults]
    if outcome is not None:
        noticed.append(ledger_faults(outcome.faults, handed.places, definition))
    results = _results(request, refusals, named, pl.concat(noticed), handed, steps)
    if isinstance(outcome, ImportReport) and vault is not None:
        vault.upsert_buckets(_in_the_ledger(named, results), steps.of(PERSONS))
    return IntakeResult(results, outcome)


def _results(
    request: IntakeRequest,
    refusals: Sequence[str],
    named: Sequence[NamedBook],
    noticed: pl.DataFrame,
    handed: _Handed,
    steps: Steps,
) -> tuple[BookResult, ...]:
    by_index, progress = {one.index: one for one in named}, steps.of(BOOKS)
    results = []
    for index, book in enumerate(request.books):
        progress(index, len(request.books), book.name)
        if index in by_index:
            results.append(book_result(book, by_index[index], noticed, handed.held[index]))
        else:
            results.append(refused(book, refusals[index]))
    return tuple(results)


def _in_the_ledger(named: Sequence[NamedBook], results: Sequence[BookResult]) -> Callable[[int], pl.DataFrame]:
    """Who the children in the ledger are, bucket by bucket: of a row with an error nobody."""
    absent = []
    for one in named:
        rows = one.rows().select(ROW, CHILD)
        good = without_errors(rows, results[one.index].faults)
        absent.append(rows.select(CHILD).join(good, on=CHILD, how="anti").unique())

    def persons(bucket: int) -> pl.DataFrame:
        parts = [
            one.persons(bucket).join(gone, on=CHILD, how="anti", maintain_order="left")
            for one, gone in zip(named, absent, strict=True)
        ]
        return pl.concat(parts, how="diagonal")

    return persons


def _hand_over(request: IntakeRequest, folder: Path, steps: Steps) -> CheckReport | ImportReport:
    definition = request.reading.language.definition
    if request.imports:
        return import_folder(folder, request.ledger, definition, progress=steps.of(WRITE))
    return check_folder(folder, definition, ledger=request.ledger, progress=steps.of(CHECK))


def _hand_out(request: IntakeRequest, named: Sequence[NamedBook], folder: Path, steps: Steps) -> _Handed:
    """Write the ledger tables of the good rows, county by county."""
    places: dict[str, pl.Series] = {}
    faults: list[pl.DataFrame] = []
    held: dict[int, pl.DataFrame] = {}
    counties, progress = sorted({book.county for book in request.books}), steps.of(TABLES)
    for done, county in enumerate(counties):
        progress(done, len(counties), county)
        mine = [one for one in named if request.books[one.index].county == county]
        stored = _stored(request, county)
        tables, found, repeated = _tables(mine, request, stored)
        held |= repeated
        faults.append(found)
        for table, made in tables.items():
            made.write(folder / county / f"{table}.parquet")
            places[f"{county}/{table}.parquet"] = made.places
    return _Handed(places, faults, held)


def _stored(request: IntakeRequest, county: str) -> dict[str, pl.DataFrame]:
    """What the ledger holds of a county before."""
    definition = request.reading.language.definition
    if (request.ledger / MANIFEST).exists():
        store = LedgerStore.open(request.ledger)
        if county in store.counties():
            return dict(store.read(county).tables)
    return {name: empty_table(definition, name) for name in definition.tables}


def _tables(
    named: Sequence[NamedBook], request: IntakeRequest, stored: Mapping[str, pl.DataFrame]
) -> tuple[dict[str, LedgerRows], pl.DataFrame, dict[int, pl.DataFrame]]:
    """The ledger tables of one county's good rows over all its workbooks, faults, and what was held before by book."""
    definition, sender = request.reading.language.definition, request.reading.sender or "template"
    children: list[pl.DataFrame] = []
    parts: dict[str, list[LedgerRows]] = {}
    held: dict[int, list[pl.DataFrame]] = {one.index: [] for one in named}
    for one in named:
        rows = without_errors(one.rows(), one.faults).filter(pl.col(CHILD).is_not_null())
        held[one.index].append(held_rows(rows, definition.tables[CHILDREN].key, stored[CHILDREN]))
        children.append(_numbered(rows, one.index))
        for table, sent in one.read.register.tables.items():
            good = without_errors(sent, one.faults)
            held[one.index].append(held_rows(good, definition.tables[table].key, stored[table]))
            parts.setdefault(table, []).append(table_rows(_numbered(good, one.index), table, definition, sender))
    faults = pl.DataFrame(schema=REGISTER_FAULTS)
    every = pl.concat(children, how="diagonal") if children else pl.DataFrame()
    children.clear()
    if every.height:
        split = split_rows(every, definition, sender, stored[HOUSEHOLDS])
        again = _sent_twice(every)
        faults = pl.concat([split.faults, again])
        for index, found in held.items():
            found.append(_of_book(again, index))
        for table, made in split.tables.items():
            parts[table] = [made, *parts.get(table, [])]
    joined = {table: join_rows(made) for table, made in parts.items()}
    return joined, faults, {index: pl.concat(found).unique() for index, found in held.items()}


def _sent_twice(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a child and a day that an earlier workbook has too; within one workbook they are faults already."""
    first = pl.col(ROW).min().over(CHILD, VALID_FROM, RECORDED_ON)
    said = {"field": "", "value": "", "level": "warning", "detail": ""}
    later = rows.filter(pl.col(ROW) != first).with_columns(
        pl.lit("sent_twice").alias("rule"),
        pl.lit(None, pl.Int64).alias("other_row"),
        *(pl.lit(word).alias(name) for name, word in said.items()),
    )
    return later.select(list(REGISTER_FAULTS))


def _of_book(faults: pl.DataFrame, index: int) -> pl.DataFrame:
    """``_row`` of the faults of one book, numbered in it."""
    return faults.select(pl.col(ROW) - index * BOOK_STEP).filter(pl.col(ROW).is_between(0, BOOK_STEP, closed="left"))


def _numbered(rows: pl.DataFrame, index: int) -> pl.DataFrame:
    return rows.with_columns(pl.col(ROW) + index * BOOK_STEP)
