"""An intake of workbooks and a proposal of columns, in a terminal and as JSON. No value of a cell is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from features.ledger.faults import shown_header
from features.ledger.importer import ImportReport
from features.ledger.listing import SHOWN_FAULTS
from features.workbook.answer import Answer, next_command
from features.workbook.columns import ColumnsProposal
from features.workbook.convert import ROW
from features.workbook.place import locate
from features.workbook.reading import Language, Reading
from features.workbook.register import Register
from features.workbook.results import BookResult, IntakeResult
from features.workbook.senders import NOT_READ
from features.workbook.words import fault_words


def result_json(result: IntakeResult, reading: Reading, answers: Sequence[Answer], ledger: Path) -> dict[str, Any]:
    """An intake with every fault in both languages."""
    files = {book.book.name: _counts(book) for book in result.books if not book.refused}
    total = {name: sum(counts[name] for counts in files.values()) for name in _NAMES}
    content: dict[str, Any] = {
        "good": result.good,
        "total": total,
        "files": files,
        "refused_files": {book.book.name: book.refused for book in result.books if book.refused},
        "left_out": {book.book.name: dict(book.left_out) for book in result.books},
        "defaults": {book.book.name: dict(book.defaults) for book in result.books},
        "uncertain_pairs": sum(book.uncertain.height for book in result.books),
        "faults": [fault for book in result.books for fault in _faults(book, reading.language)],
        "reports": [str(one.report.page) for one in answers if one.report is not None],
        "rejects": [str(one.rejects) for one in answers if one.rejects is not None],
    }
    if isinstance(result.outcome, ImportReport):
        content |= {
            "ledger": str(ledger),
            "counties": list(result.outcome.counties),
            "simulated": result.outcome.simulated,
        }
    return content


_NAMES = ("read", "accepted", "repeated", "rejected")


def _counts(book: BookResult) -> dict[str, int]:
    return dict(zip(_NAMES, (book.read, book.new, book.repeated, book.rejected), strict=True))


def _faults(book: BookResult, language: Language) -> Iterator[dict[str, Any]]:
    for fault in _located(book):
        words = (fault["rule"], fault["field"], fault["detail"], language.definition, language.identity)
        yield {
            "file": book.book.name,
            "sheet": fault["sheet"],
            "row": fault["line"],
            "cell": fault["cell"],
            "column": fault["field"],
            "rule": fault["rule"],
            "level": fault["level"],
            "value": fault["value"],
            "zh": fault_words(*words, "zh", other=fault["other"]),
            "en": fault_words(*words, "en", other=fault["other"]),
        }


def _located(book: BookResult) -> Iterator[dict[str, Any]]:
    register = Register(book.book.county, book.places, book.places, book.columns, book.places)
    lines = dict(book.places.select(ROW, "line").iter_rows()) if book.places.height else {}
    for fault in locate(book.faults, register).iter_rows(named=True):
        other = lines.get(fault["other_row"])
        yield fault | {
            "sheet": None if fault["sheet"] is None else shown_header(fault["sheet"]),
            "other": "" if other is None else str(other),
        }


def print_result(result: IntakeResult, reading: Reading, answers: Sequence[Answer]) -> None:
    """Counts, what was assumed, the first faults, and where the answers lie."""
    console = Console()
    total = [sum(numbers) for numbers in zip(*(_counts(book).values() for book in result.books), strict=True)]
    parts = f"{total[1]:,} new, {total[2]:,} known already, {total[3]:,} rejected"
    _say(console, f"{total[0]:,} rows read: {parts}")
    for book in result.books:
        if book.refused:
            _say(console, f"{book.book.name}: refused: {book.refused}")
    _say_counted(console, "left out", _summed(book.left_out for book in result.books))
    defaults = {name: value for book in result.books for name, value in book.defaults.items()}
    if defaults:
        _say(console, "assumed: " + ", ".join(f"{name} = {value}" for name, value in defaults.items()))
    pairs = sum(book.uncertain.height for book in result.books)
    if pairs:
        _say(console, f"{pairs:,} pairs of rows may be one child or one household: a person must say")
    _print_faults(console, result, reading.language)
    for book, one in zip(result.books, answers, strict=True):
        if one.report is not None:
            _say(console, f"report: {one.report.page}")
        if one.rejects is not None:
            _say(console, f"rejected rows: {one.rejects}")
            _say(console, f"correct them there, then: {next_command(book, reading, one.rejects)}")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _summed(counted: Iterator[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in counted:
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
    return total


def _say_counted(console: Console, what: str, counts: Mapping[str, int]) -> None:
    if counts:
        _say(console, f"{what}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))


def _print_faults(console: Console, result: IntakeResult, language: Language) -> None:
    count = sum(book.faults.height for book in result.books)
    if not count:
        return
    by_rule = _summed(dict(book.faults["rule"].value_counts().iter_rows()) for book in result.books)
    for rule, found in sorted(by_rule.items(), key=lambda item: (-item[1], item[0])):
        _say(console, f"{found:>8,}  {rule}")
    grid = Grid("file", "sheet", "cell", "level", "what is wrong and what to do")
    for fault in _first(result, language):
        texts = (fault["file"], fault["sheet"] or "", fault["cell"] or "", fault["level"], fault["en"])
        grid.add_row(*map(escape, texts))
    console.print(grid)
    if count > SHOWN_FAULTS:
        _say(console, f"{SHOWN_FAULTS} of {count:,} faults shown; all: --report FOLDER or --json")


def _first(result: IntakeResult, language: Language) -> Iterator[dict[str, Any]]:
    """The first faults, errors before warnings."""
    left = SHOWN_FAULTS
    for level in ("error", "warning"):
        for book in result.books:
            faults = [fault for fault in _faults(book, language) if fault["level"] == level][:left]
            left -= len(faults)
            yield from faults


def columns_json(found: ColumnsProposal, file: Path) -> dict[str, Any]:
    """A proposal; forms of cells instead of values."""
    return {
        "mapping": str(file),
        "confirmed": found.mapping.confirmed,
        "new_headings": [shown_header(heading) for heading in found.new],
        "undecided": found.undecided,
        "columns": [
            {"heading": shown_header(one.heading), "field": one.field, "sure": round(one.sure), "form": one.form}
            for one in found.proposals
        ],
    }


def print_columns(found: ColumnsProposal, language: Language, file: Path) -> None:
    """The proposal as a table, and what a person has to do now."""
    console = Console()
    grid = Grid()
    for title in ("heading 表头", "field 字段", "meaning 含义", "how sure", "a cell looks like"):
        grid.add_column(title, overflow="fold")
    for one in found.proposals:
        grid.add_row(*map(escape, (shown_header(one.heading), *_meaning(one.field, one.sure, language), one.form)))
    console.print(grid)
    if found.undecided:
        _say(console, f"{found.undecided} words or places are still marked '?' in {file}")
    word = "confirmed" if found.mapping.confirmed else "not confirmed yet"
    _say(console, f"mapping of '{found.mapping.sender}' ({word}): {file}")


def _meaning(name: str, sure: float, language: Language) -> tuple[str, str, str]:
    if name == NOT_READ:
        return "", "not read 不读取", ""
    label = language.fields[name].label
    return name, f"{label.zh} {label.en}", f"{sure:.0f}"


def print_fields(language: Language) -> None:
    """Every field a mapping may name."""
    grid = Grid("field", "type", "含义", "meaning")
    for one in language.fields.values():
        grid.add_row(*map(escape, (one.name, one.type, one.label.zh, one.label.en)))
    Console().print(grid)


def fields_json(language: Language) -> dict[str, Any]:
    """Every field a mapping may name."""
    return {
        "fields": [
            {"name": o.name, "type": o.type, "zh": o.label.zh, "en": o.label.en} for o in language.fields.values()
        ]
    }
