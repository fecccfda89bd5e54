"""An intake of workbooks and a proposal of columns, in a terminal and as JSON. No value of a cell is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from features.definition import Label
from features.definition.model import Language as Tongue
from features.definition.singular import singular
from features.ledger.faults import shown_header
from features.ledger.importer import ImportReport
from features.ledger.listing import CORRECT, SHOWN_FAULTS
from features.ledger.said import rule_title
from features.workbook.answer import Answer, next_command
from features.workbook.columns import ColumnsProposal
from features.workbook.convert import ROW
from features.workbook.place import locate
from features.workbook.reading import Language, Reading
from features.workbook.register import Register
from features.workbook.results import BookResult, IntakeResult
from features.workbook.senders import NOT_READ
from features.workbook.words import fault_words

_NAMES = ("read", "accepted", "repeated", "rejected")
_COUNTS = Label(
    "读到 {read:,} 行：{accepted:,} 行新收，{repeated:,} 行已有，{rejected:,} 行有错",
    "{read:,} rows read: {accepted:,} new, {repeated:,} known already, {rejected:,} rejected",
)
_REFUSED = Label("{name}：没有收：{why}", "{name}: refused: {why}")
_LEFT_OUT = Label("没有当作儿童读取：", "left out: ")
_ASSUMED = Label("按默认值处理：", "assumed: ")
_PAIRS = Label(
    "{count:,} 对行可能是同一儿童或同一户，需要人来判断", "{count:,} pairs of rows may be one child or one household"
)
_TITLES = (
    Label("文件", "file"), Label("工作表", "sheet"), Label("单元格", "cell"), Label("级别", "level"),
    Label("问题与改法", "what is wrong and what to do"),
)  # fmt: skip
_LEVELS = {"error": Label("有错", "error"), "warning": Label("请核对", "warning")}
_MORE = Label(
    "共 {count:,} 处，这里列出 {shown} 处；全部见 --report 文件夹 或 --json",
    "{shown} of {count:,} faults shown; all: --report FOLDER or --json",
)
_REPORT = Label("报告：", "report: ")
_REJECTS = Label("有错的行：", "rejected rows: ")


def result_json(result: IntakeResult, reading: Reading, answers: Sequence[Answer], ledger: Path) -> dict[str, Any]:
    """An intake with every fault in both languages."""
    files = {book.book.name: _counts(book) for book in result.books if not book.refused}
    content: dict[str, Any] = {
        "good": result.good,
        "total": _total(result),
        "files": files,
        "refused_files": {book.book.name: book.refused for book in result.books if book.refused},
        "left_out": {book.book.name: dict(book.left_out) for book in result.books},
        "defaults": {book.book.name: dict(book.defaults) for book in result.books},
        "uncertain_pairs": sum(book.uncertain.height for book in result.books),
        "faults": [
            _told(fault, reading.language)
            for book in result.books
            for fault in _located(book, book.faults).iter_rows(named=True)
        ],
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


def _counts(book: BookResult) -> dict[str, int]:
    return dict(zip(_NAMES, (book.read, book.new, book.repeated, book.rejected), strict=True))


def _total(result: IntakeResult) -> dict[str, int]:
    return {name: sum(_counts(book)[name] for book in result.books) for name in _NAMES}


def _located(book: BookResult, faults: pl.DataFrame) -> pl.DataFrame:
    """Faults with their sheet and cell, the line of the other row, and the name of the file."""
    register = Register(book.book.county, book.places, book.places, book.columns, book.places)
    lines = book.places.select(pl.col(ROW).alias("other_row"), pl.col("line").alias("other"))
    located = locate(faults, register).join(lines, on="other_row", how="left", maintain_order="left")
    sheets = {name: shown_header(name) for name in book.columns}
    return located.with_columns(
        pl.lit(book.book.name).alias("file"),
        pl.col("sheet").replace_strict(sheets, default=None, return_dtype=pl.String),
        pl.col("other").cast(pl.String).fill_null(""),
    )


def _told(fault: Mapping[str, Any], language: Language) -> dict[str, Any]:
    told = {name: fault[name] for name in ("file", "sheet", "line", "cell", "field", "rule", "level", "value")}
    return told | {tongue: _words(fault, language, tongue) for tongue in ("zh", "en")}


def _words(fault: Mapping[str, Any], language: Language, tongue: Tongue) -> str:
    words = (fault["rule"], fault["field"], fault["detail"], language.definition, language.identity)
    return fault_words(*words, tongue, other=fault["other"])


def print_result(result: IntakeResult, reading: Reading, answers: Sequence[Answer], tongue: Tongue) -> None:
    """Counts, what was assumed, the first faults, and where the answers lie."""
    console = Console()
    _say(console, singular(_COUNTS.text(tongue).format(**_total(result))))
    for book in result.books:
        if book.refused:
            _say(console, _REFUSED.text(tongue).format(name=book.book.name, why=book.refused))
    left_out = _summed(book.left_out for book in result.books)
    if left_out:
        said = (f"{rule_title(f'left_out_{why}', tongue)} {count:,}" for why, count in left_out.items())
        _say(console, _LEFT_OUT.text(tongue) + "; ".join(said))
    defaults = {name: value for book in result.books for name, value in book.defaults.items()}
    if defaults:
        said = (f"{name} = {value}" for name, value in defaults.items())
        _say(console, _ASSUMED.text(tongue) + ", ".join(said))
    pairs = sum(book.uncertain.height for book in result.books)
    if pairs:
        _say(console, singular(_PAIRS.text(tongue).format(count=pairs)))
    _print_faults(console, result, reading.language, tongue)
    for book, one in zip(result.books, answers, strict=True):
        if one.report is not None:
            _say(console, f"{_REPORT.text(tongue)}{one.report.page}")
        if one.rejects is not None:
            _say(console, f"{_REJECTS.text(tongue)}{one.rejects}")
            _say(console, f"{CORRECT.text(tongue)} {next_command(book, reading, one.rejects)}")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _summed(counted: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in counted:
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
    return total


def _print_faults(console: Console, result: IntakeResult, language: Language, tongue: Tongue) -> None:
    count = sum(book.faults.height for book in result.books)
    if not count:
        return
    by_rule = _summed(dict(book.faults["rule"].value_counts().iter_rows()) for book in result.books)
    for rule, found in sorted(by_rule.items(), key=lambda item: (-item[1], item[0])):
        _say(console, f"{found:>8,}  {rule_title(rule, tongue)}")
    grid = Grid()
    for title in _TITLES:
        grid.add_column(title.text(tongue), overflow="fold")
    for fault in _first(result):
        texts = (fault["file"], fault["sheet"] or "", fault["cell"] or "", _LEVELS[fault["level"]].text(tongue))
        grid.add_row(*map(escape, (*texts, _words(fault, language, tongue))))
    console.print(grid)
    if count > SHOWN_FAULTS:
        _say(console, _MORE.text(tongue).format(count=count, shown=SHOWN_FAULTS))


def _first(result: IntakeResult) -> list[dict[str, Any]]:
    """The first faults, errors before warnings."""
    found: list[dict[str, Any]] = []
    for level in _LEVELS:
        for book in result.books:
            if len(found) < SHOWN_FAULTS:
                first = book.faults.filter(pl.col("level") == level).head(SHOWN_FAULTS - len(found))
                found += _located(book, first).iter_rows(named=True)
    return found


_COLUMN_TITLES = ("heading 表头", "field 字段", "meaning 含义", "how sure", "a cell looks like")
_UNDECIDED = Label("{file} 里还有 {count} 个词或地名标着“?”", "words and places still marked '?' in {file}: {count}")
_MAPPING = {
    True: Label("“{sender}”的对照表（已确认）：{file}", "mapping of '{sender}' (confirmed): {file}"),
    False: Label("“{sender}”的对照表（未确认）：{file}", "mapping of '{sender}' (not confirmed yet): {file}"),
}


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


def print_columns(found: ColumnsProposal, language: Language, file: Path, tongue: Tongue) -> None:
    """The proposal as a table, and what a person has to do now."""
    console = Console()
    grid = Grid()
    for title in _COLUMN_TITLES:
        grid.add_column(title, overflow="fold")
    for one in found.proposals:
        grid.add_row(*map(escape, (shown_header(one.heading), *_meaning(one.field, one.sure, language), one.form)))
    console.print(grid)
    if found.undecided:
        _say(console, _UNDECIDED.text(tongue).format(count=found.undecided, file=file))
    _say(console, _MAPPING[found.mapping.confirmed].text(tongue).format(sender=found.mapping.sender, file=file))


def _meaning(name: str, sure: float, language: Language) -> tuple[str, str, str]:
    if name == NOT_READ:
        return "", "不读取 not read", ""
    label = language.fields[name].label
    return name, f"{label.zh} {label.en}", f"{sure:.0f}"


def print_fields(language: Language) -> None:
    """Every field a mapping may name, and what a coded one may hold."""
    grid = Grid("field", "type", "含义", "meaning", "codes")
    for one in language.fields.values():
        grid.add_row(*map(escape, (one.name, one.type, one.label.zh, one.label.en, ", ".join(one.codes))))
    Console().print(grid)


def fields_json(language: Language) -> dict[str, Any]:
    """Every field a mapping may name, and what a coded one may hold."""
    return {
        "fields": [
            {"name": one.name, "type": one.type, "zh": one.label.zh, "en": one.label.en, "codes": list(one.codes)}
            for one in language.fields.values()
        ]
    }
