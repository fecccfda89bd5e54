"""Take workbooks in: read each, say who is meant, split into ledger tables, check or import, answer the sender.

Rows are held for one workbook, or for the workbooks of one county, at a time; between the steps they are set aside.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from features.cli.console import Progress, UserError, silent
from features.definition.model import Language as Tongue
from features.identity.identify import Prepared, name_persons, prepare
from features.identity.keys import KEY_FILE, identities_folder
from features.identity.known import KnownPersons
from features.identity.vault import Vault, in_buckets
from features.parallel import map_processes
from features.workbook.aside import Aside, set_aside
from features.workbook.books import Book, OpenBook, open_book, require_known
from features.workbook.convert import ROW, ReadWorkbook, read_workbook
from features.workbook.reading import Reading
from features.workbook.register import REGISTER_FAULTS
from features.workbook.request import KNOWN, NAME, READ, IntakeRequest, Steps
from features.workbook.results import IntakeResult, NamedBook
from features.workbook.settle import settle

__all__ = ["IntakeRequest", "open_and_read", "take_in"]

_PROCESSES_PAY_FROM_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class _Task:
    index: int
    book: Book
    reading: Reading
    key: bytes
    aside: Aside

    @property
    def place(self) -> str:
        """Where its rows are set aside."""
        return f"read-{self.index}"


@dataclass(frozen=True, slots=True)
class _Read:
    """A workbook as its process hands it back: its rows are set aside, ``sent`` names their columns."""

    refused: str
    read: ReadWorkbook | None
    sent: Sequence[str]


def take_in(request: IntakeRequest, progress: Progress = silent, tongue: Tongue = "en") -> IntakeResult:
    """Check or import workbooks. Sending the same again changes nothing.

    A folder's broken workbook does not stop the others. ``progress`` is told of each step by its name in ``tongue``.

    Raises:
        UserError: the only workbook cannot be used, or the ledger or the identities cannot be read or written.
    """
    steps = Steps(progress, tongue)
    with set_aside(request.home if request.imports else None) as aside:
        key, vault = _identities(request)
        tasks = [_Task(index, book, request.reading, key, aside) for index, book in enumerate(request.books)]
        workers = _workers(request.books)
        found = map_processes(_read_task, tasks, workers=workers, progress=steps.of(READ), note=_name_of)
        if len(found) == 1 and found[0].read is None:
            open_and_read(request.books[0], request.reading)  # again, for its own error
        identity = request.reading.language.identity
        known = KnownPersons.nobody(identity) if vault is None else vault.known(steps.of(KNOWN))
        named = _name_persons(found, tasks, request, known, steps)
        return settle(request, [one.refused for one in found], named, vault, aside, steps)


def open_and_read(book: Book, reading: Reading) -> tuple[OpenBook, ReadWorkbook]:
    """One workbook, opened and read, if its headings are known. UserError otherwise."""
    own = replace(reading, county=book.county)
    opened = open_book(book, own.language, own.mapping)
    require_known(opened, own)
    return opened, read_workbook(opened, own)


def _read_task(task: _Task) -> _Read:
    try:
        _, read = open_and_read(task.book, task.reading)
    except UserError as error:
        return _Read(f"{error.message}: {error.hint}", None, ())
    language = task.reading.language
    prepared = prepare(read.register.rows, language.identity, language.definition, task.key)
    task.aside.put(task.place, [prepared.rows, prepared.faults])
    register = replace(read.register, rows=read.register.rows.select(ROW), seen=pl.DataFrame())
    return _Read("", replace(read, register=register), prepared.sent)


def _workers(books: Sequence[Book]) -> int | None:
    return None if sum(book.path.stat().st_size for book in books) >= _PROCESSES_PAY_FROM_BYTES else 1


def _name_of(task: _Task) -> str:
    return task.book.name


def _identities(request: IntakeRequest) -> tuple[bytes, Vault | None]:
    """The key and the table. A check before the first import works with a key that is thrown away."""
    if request.imports or (identities_folder(request.home) / KEY_FILE).exists():
        vault = Vault.open(request.home, request.reading.language.identity)
        return vault.key, vault
    return secrets.token_bytes(32), None


def _name_persons(
    found: Sequence[_Read], tasks: Sequence[_Task], request: IntakeRequest, known: KnownPersons, steps: Steps
) -> list[NamedBook]:
    """Say of every row who is meant, book after book: whoever came with an earlier one is known to the next."""
    identity, progress = request.reading.language.identity, steps.of(NAME)
    named: list[NamedBook] = []
    for one, task in zip(found, tasks, strict=True):
        progress(task.index, len(found), task.book.name)
        if one.read is None:
            continue
        prepared = Prepared(task.aside.take(task.place), task.aside.take(task.place, 1), one.sent)
        task.aside.drop(task.place)
        said = name_persons(prepared, identity, task.key, known, request.decisions)
        known = known.and_also([said.persons])
        book = NamedBook(
            task.index,
            one.read,
            pl.concat([one.read.faults, said.faults.select(list(REGISTER_FAULTS))]),
            said.uncertain,
            task.aside,
        )
        book.put(said.rows, in_buckets(said.persons))
        named.append(book)
    return named
