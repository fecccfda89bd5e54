"""The answer to each workbook of an intake: its report and, where rows were rejected, a workbook to correct."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from features.cli.console import Progress, UserError, silent
from features.definition.structure import SIMULATED_SOURCE
from features.ledger.importer import ImportReport
from features.workbook.books import Book
from features.workbook.counts import IntakeCounts
from features.workbook.intake import open_and_read
from features.workbook.reading import Reading
from features.workbook.rejected import write_rejects
from features.workbook.report import ReportPaths, write_report
from features.workbook.results import BookResult, IntakeResult

_REJECTS_SUFFIX = "-to-correct.xlsx"


@dataclass(frozen=True, slots=True)
class Answer:
    """Where the answer to one workbook lies; null where none was asked for or there was nothing to write."""

    report: ReportPaths | None
    rejects: Path | None


def require_free_rejects(books: Sequence[Book], rejects: Path | None) -> None:
    """Refuse, before anything is imported, to write where a workbook may be half corrected. UserError."""
    for book in books:
        if rejects is not None and rejects_file(book, rejects).exists():
            raise UserError(f"{rejects_file(book, rejects)}: is there already", "give a new folder with --rejects")


def rejects_file(book: Book, folder: Path) -> Path:
    """Where the rejected rows of a workbook go."""
    return folder / f"{_place(book)}{_REJECTS_SUFFIX}"


def _place(book: Book) -> str:
    """A name for the files about a workbook, from its own without its folders."""
    return "-".join(Path(book.name).with_suffix("").parts)


def answer(
    result: IntakeResult,
    reading: Reading,
    *,
    report: Path | None,
    rejects: Path | None,
    progress: Progress = silent,
) -> tuple[Answer, ...]:
    """Write reports and rejects for every workbook, in their order.

    A workbook is read again for this, since an intake does not keep the cells as they were sent.

    Args:
        result: what became of the workbooks.
        reading: as for the intake.
        report: folder for reports; of several workbooks each has a folder of its own in it.
        rejects: folder for workbooks of rejected rows.
        progress: told of workbooks.
    """
    answers: list[Answer] = []
    for done, book in enumerate(result.books):
        progress(done, len(result.books), book.book.name)
        folder = report if report is None or len(result.books) == 1 else report / _place(book.book)
        answers.append(_answer(book, result, reading, folder, rejects))
    return tuple(answers)


def _answer(
    book: BookResult, result: IntakeResult, reading: Reading, report: Path | None, rejects: Path | None
) -> Answer:
    wanted = report is not None or (rejects is not None and book.rejected)
    if book.refused or not wanted:
        return Answer(None, None)
    language = reading.language
    _, read = open_and_read(book.book, reading)
    written = None
    if rejects is not None and book.rejected:
        written = rejects_file(book.book, rejects)
        write_rejects(written, read.register, book.faults, language.definition, language.identity)
    if report is None:
        return Answer(None, written)
    paths = write_report(
        report,
        book.book.path,
        read.register,
        faults=book.faults,
        uncertain=book.uncertain,
        counts=_counts(book, result, reading, written),
        definition=language.definition,
        identity=language.identity,
    )
    return Answer(paths, written)


def _counts(book: BookResult, result: IntakeResult, reading: Reading, rejects: Path | None) -> IntakeCounts:
    outcome = result.outcome
    simulated = reading.sender == SIMULATED_SOURCE or (isinstance(outcome, ImportReport) and outcome.simulated)
    return IntakeCounts(
        read=book.read,
        new=book.new,
        repeated=book.repeated,
        rejected=book.rejected,
        children=book.children,
        households=book.households,
        left_out=book.left_out,
        defaults=book.defaults,
        imported=isinstance(outcome, ImportReport),
        simulated=simulated,
        sender=reading.sender,
        rejects=rejects.name if rejects is not None else "",
        next_command=next_command(book, reading, rejects),
    )


def next_command(book: BookResult, reading: Reading, rejects: Path | None) -> str:
    """What to type once the rejected rows are corrected; "" when there are none."""
    if not book.rejected:
        return ""
    words = ["mopai ledger import", shlex.quote(str(rejects or book.book.path)), f"--county {book.book.county}"]
    if reading.sender:
        words.append(f"--sender {reading.sender}")
    if reading.recorded_on is not None:
        words.append(f"--recorded-on {reading.recorded_on}")
    return " ".join(words)
