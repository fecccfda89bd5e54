"""Take workbooks in: read each, say who is meant, split into ledger tables, check or import, answer the sender."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from features.cli.console import Progress, UserError, silent
from features.definition.structure import CHILD, HOUSEHOLDS
from features.identity.decisions import Decisions
from features.identity.identify import identify
from features.identity.keys import KEY_FILE, identities_folder
from features.identity.known import KnownPersons
from features.identity.vault import Vault
from features.ledger.check import CheckReport, check_folder
from features.ledger.contracts import empty_table
from features.ledger.importer import ImportReport, import_folder
from features.ledger.manifest import MANIFEST
from features.ledger.store import LedgerStore
from features.parallel import map_processes
from features.workbook.books import Book, OpenBook, open_book, require_known
from features.workbook.convert import ROW, ReadWorkbook, read_workbook
from features.workbook.ledger_faults import ledger_faults
from features.workbook.reading import Reading
from features.workbook.register import REGISTER_FAULTS
from features.workbook.results import (
    BOOK_STEP,
    BookResult,
    IntakeResult,
    NamedBook,
    book_result,
    refused,
    without_errors,
)
from features.workbook.split import LedgerRows, join_rows, split_rows, table_rows

_PROCESSES_PAY_FROM_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class IntakeRequest:
    """What to take in. ``imports`` false only checks: nothing is written, not even a key."""

    books: Sequence[Book]
    reading: Reading
    home: Path
    ledger: Path
    decisions: Decisions
    imports: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """A workbook as its process hands it back: without the cells as sent, which only an answer needs."""

    refused: str
    read: ReadWorkbook | None


def take_in(request: IntakeRequest, progress: Progress = silent) -> IntakeResult:
    """Check or import workbooks. Sending the same again changes nothing.

    A folder's broken workbook does not stop the others.

    Raises:
        UserError: the only workbook cannot be used, or the ledger or the identities cannot be read or written.
    """
    tasks = [(book, request.reading) for book in request.books]
    found = map_processes(_read_task, tasks, workers=_workers(request.books), progress=progress, note=_name_of)
    if len(found) == 1 and found[0].read is None:
        open_and_read(*tasks[0])  # again, for its own error
    with _identities(request) as (key, vault, known):
        named = _name_persons(found, request, key, known)
        with TemporaryDirectory(prefix="mopai-") as folder:
            return _settle(found, named, request, vault, Path(folder), progress)


def open_and_read(book: Book, reading: Reading) -> tuple[OpenBook, ReadWorkbook]:
    """One workbook, opened and read, if its headings are known. UserError otherwise."""
    own = replace(reading, county=book.county)
    opened = open_book(book, own.language, own.mapping)
    require_known(opened, own)
    return opened, read_workbook(opened, own)


def _read_task(task: tuple[Book, Reading]) -> _Read:
    try:
        _, read = open_and_read(*task)
    except UserError as error:
        return _Read(f"{error.message}: {error.hint}", None)
    register = replace(read.register, seen=pl.DataFrame())
    return _Read("", replace(read, register=register))


def _workers(books: Sequence[Book]) -> int | None:
    return None if sum(book.path.stat().st_size for book in books) >= _PROCESSES_PAY_FROM_BYTES else 1


def _name_of(task: tuple[Book, Reading]) -> str:
    return task[0].name


@contextmanager
def _identities(request: IntakeRequest) -> Iterator[tuple[bytes, Vault | None, KnownPersons]]:
    """The key and the persons known. A check before the first import works with a key that is thrown away."""
    identity = request.reading.language.identity
    if request.imports or (identities_folder(request.home) / KEY_FILE).exists():
        vault = Vault.open(request.home, identity)
        yield vault.key, vault, vault.known()
    else:
        yield secrets.token_bytes(32), None, KnownPersons.nobody(identity)


def _name_persons(found: Sequence[_Read], request: IntakeRequest, key: bytes, known: KnownPersons) -> list[NamedBook]:
    """Say of every row who is meant, book after book: whoever came with an earlier one is known to the next."""
    language = request.reading.language
    named: list[NamedBook] = []
    for index, one in enumerate(found):
        if one.read is None:
            continue
        said = identify(one.read.register.rows, language.identity, language.definition, key, known, request.decisions)
        known = known.and_also([said.persons])
        faults = pl.concat([one.read.faults, said.faults.select(list(REGISTER_FAULTS))])
        named.append(NamedBook(index, one.read, said.rows, said.persons, faults, said.uncertain))
    return named


def _settle(
    found: Sequence[_Read],
    named: Sequence[NamedBook],
    request: IntakeRequest,
    vault: Vault | None,
    folder: Path,
    progress: Progress,
) -> IntakeResult:
    """Hand the good rows to the ledger, and give its faults back to the rows they came from."""
    counties = sorted({book.county for book in request.books})
    stored = {county: _stored(request, county) for county in counties}
    places: dict[str, pl.Series] = {}
    noticed = [pl.DataFrame(schema=REGISTER_FAULTS)]
    for county in counties:
        mine = [one for one in named if request.books[one.index].county == county]
        tables, faults = _tables(mine, request, stored[county][HOUSEHOLDS])
        noticed.append(faults)
        for table, made in tables.items():
            made.write(folder / county / f"{table}.parquet")
            places[f"{county}/{table}.parquet"] = made.places
    outcome = _hand_over(request, folder, progress) if places else None
    if outcome is not None:
        noticed.append(ledger_faults(outcome.faults, places, request.reading.language.definition))
    every = pl.concat(noticed)
    by_index = {one.index: one for one in named}
    results = tuple(
        refused(book, found[index].refused)
        if index not in by_index
        else book_result(book, by_index[index], every, request.reading.language.definition, stored[book.county])
        for index, book in enumerate(request.books)
    )
    if isinstance(outcome, ImportReport) and vault is not None:
        vault.upsert(_persons(named, results))
    return IntakeResult(results, outcome)


def _persons(named: Sequence[NamedBook], results: Sequence[BookResult]) -> pl.DataFrame:
    """Who the children in the ledger are: of a row with an error nobody."""
    good = [without_errors(one.rows, results[one.index].faults).select(CHILD) for one in named]
    every = [one.persons.join(rows, on=CHILD, how="semi") for one, rows in zip(named, good, strict=True)]
    return pl.concat(every, how="diagonal")


def _hand_over(request: IntakeRequest, folder: Path, progress: Progress) -> CheckReport | ImportReport:
    definition = request.reading.language.definition
    if request.imports:
        return import_folder(folder, request.ledger, definition, progress=progress)
    return check_folder(folder, definition, ledger=request.ledger, progress=progress)


def _stored(request: IntakeRequest, county: str) -> dict[str, pl.DataFrame]:
    """What the ledger holds of a county before."""
    definition = request.reading.language.definition
    if (request.ledger / MANIFEST).exists():
        store = LedgerStore.open(request.ledger)
        if county in store.counties():
            return dict(store.read(county).tables)
    return {name: empty_table(definition, name) for name in definition.tables}


def _tables(
    named: Sequence[NamedBook], request: IntakeRequest, households: pl.DataFrame
) -> tuple[dict[str, LedgerRows], pl.DataFrame]:
    """The ledger tables of one county's good rows, over all its workbooks."""
    definition, sender = request.reading.language.definition, request.reading.sender or "template"
    rows = [_numbered(_good_rows(one), one.index) for one in named]
    parts: dict[str, list[LedgerRows]] = {}
    faults = pl.DataFrame(schema=REGISTER_FAULTS)
    children = pl.concat(rows, how="diagonal") if rows else pl.DataFrame()
    if children.height:
        split = split_rows(children, definition, sender, households)
        parts = {table: [made] for table, made in split.tables.items()}
        faults = split.faults
    for one in named:
        for table, sent in one.read.register.tables.items():
            good = without_errors(sent, one.faults)
            parts.setdefault(table, []).append(table_rows(_numbered(good, one.index), table, definition, sender))
    return {table: join_rows(made) for table, made in parts.items()}, faults


def _good_rows(one: NamedBook) -> pl.DataFrame:
    return without_errors(one.rows, one.faults).filter(pl.col(CHILD).is_not_null())


def _numbered(rows: pl.DataFrame, index: int) -> pl.DataFrame:
    return rows.with_columns(pl.col(ROW) + index * BOOK_STEP)
