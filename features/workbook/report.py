"""The answer to a workbook: the sender's own copy with marks, a page for the phone, the pairs to decide."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from openpyxl import Workbook

from features.definition import Definition, Label
from features.identity.definition import IdentityDefinition
from features.workbook import front
from features.workbook.counts import IntakeCounts
from features.workbook.marked import MarkedBook, marked_book
from features.workbook.page import render_page
from features.workbook.place import ROW, locate
from features.workbook.register import PLACES_SCHEMA, Register
from features.workbook.safe_text import write_csv
from features.workbook.save import save_book, save_text
from features.workbook.told import LANGUAGES, Told
from features.workbook.words import load_words

SETTINGS = Path(__file__).resolve().parent / "report.toml"
MARKED_FILE, PAGE_FILE, PAIRS_FILE = "marked.xlsx", "report.html", "to-decide.csv"


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """What was written. ``marked`` is None where nothing could be read, ``pairs`` where there are none."""

    marked: Path | None
    page: Path
    pairs: Path | None


def write_report(
    out: Path,
    book: Path,
    register: Register | None,
    *,
    faults: pl.DataFrame,
    uncertain: pl.DataFrame,
    counts: IntakeCounts,
    definition: Definition,
    identity: IdentityDefinition,
) -> ReportPaths:
    """Write the marked workbook, the page and the pairs to decide into a folder; older ones there are replaced.

    The workbook holds what the sender sent and is readable by its owner only. The page and the pairs hold no personal
    value.

    Args:
        out: the folder.
        book: the workbook as sent.
        register: the same as read; None when nothing could be read.
        faults: of REGISTER_FAULTS.
        uncertain: pairs of rows, as ``Identified.uncertain`` has them.
        counts: what the intake found and did.
        definition: the ledger definition.
        identity: the identity fields.

    Raises:
        UserError: the folder cannot be written to.
    """
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    read = register or Register("", pl.DataFrame(), pl.DataFrame(schema=PLACES_SCHEMA), {}, pl.DataFrame())
    located = locate(faults, read).with_row_index("_fault").cast({"_fault": pl.Int64})
    told = Told(read, located, uncertain, counts, definition, identity)
    marked = pairs = None
    if register is not None:
        marked = out / MARKED_FILE
        save_book(_marked(book, told, settings["marked"]), marked)
    if not uncertain.is_empty():
        pairs = out / PAIRS_FILE
        write_csv(_pairs_table(told), pairs)
    page = out / PAGE_FILE
    save_text(render_page(told, settings["page"], marked=MARKED_FILE if marked else ""), page)
    return ReportPaths(marked, page, pairs)


def _marked(book: Path, told: Told, limits: Mapping[str, int]) -> Workbook:
    """The marked workbook with its front sheets."""
    words = told.words_by_fault()
    both = {number: f"{said.zh}\n{said.en}" for number, said in words.items()}
    made = marked_book(book, told.register, told.faults, both, limits)
    front.add_result(made.book, "核对结果 Result of the check", told.counted(), _notes(told, made, limits))
    listed = made.faults.head(limits["listed"])
    rows = [_listed(told, fault, words) for fault in listed.iter_rows(named=True)]
    front.add_list(made.book, front.FAULTS_SHEET, _FAULT_HEADINGS, rows, position=1)
    if not told.uncertain.is_empty():
        front.add_list(made.book, front.PAIRS_SHEET, _PAIR_HEADINGS, _pair_rows(told, made), position=2)
    front.show_first(made.book)
    return made.book


_FAULT_HEADINGS = (
    ("级别 level", 16), ("工作表 sheet", 18), ("单元格 cell", 12), ("列 column", 24),
    ("问题与改法", 56), ("fault and what to do", 56), ("看到的值 seen", 22),
)  # fmt: skip
_PAIR_HEADINGS = (
    ("问题", 20), ("question", 22), ("第一行 first row", 16), ("第二行 second row", 16),
    ("可能性 probability", 16), ("相同的项", 36), ("what agrees", 36),
)  # fmt: skip
_LEVELS = {"error": "有错 error", "warning": "请核对 check"}
_MORE = "问题共 {count:,} 处，这里列出前 {shown:,} 处。{count:,} faults in all; the first {shown:,} are listed."
_EXCERPT = (
    "原文件为旧格式或太大，这里只有有问题的行（最多 {rows:,} 行），行号与原文件不同。"
    "The workbook sent is old or large: here are only its faulty rows (at most {rows:,}), on other lines than there."
)
_SIMULATED = "模拟数据：没有任何真实的儿童或家庭。 Simulated data: no real child or family is in it."
_PERSONAL = (
    "此表含个人信息，请妥善保管，用后删除。 This workbook holds personal data: keep it safe, delete it after use."
)
_NEXT = "下一步 next: {command}"


def _notes(told: Told, made: MarkedBook, limits: Mapping[str, int]) -> list[str]:
    """The sentences below the counts."""
    notes = [_SIMULATED] if told.counts.simulated else [_PERSONAL]
    if not made.whole:
        notes.append(_EXCERPT.format(rows=limits["faulty_rows"]))
    if made.faults.height > limits["listed"]:
        notes.append(_MORE.format(count=made.faults.height, shown=limits["listed"]))
    if told.counts.next_command:
        notes.append(_NEXT.format(command=told.counts.next_command))
    return notes


def _listed(told: Told, fault: Mapping[str, Any], words: Mapping[int, Label]) -> list[front.Content]:
    said = words[fault["_fault"]]
    whole = fault[ROW] is None and not fault["field"]
    label = load_words().whole_book if whole else told.label(fault["field"])
    link = (fault["sheet"], fault["cell"]) if fault["cell"] is not None else ""
    where: list[front.Content] = [_LEVELS[fault["level"]], fault["sheet"] or "", link, f"{label.zh} {label.en}"]
    return [*where, said.zh, said.en, fault["value"] or ""]


def _pair_rows(told: Told, made: MarkedBook) -> list[list[front.Content]]:
    """The pairs with links to the rows; in an excerpt, which has not all rows, their places in the workbook sent."""
    links = {
        row: (sheet, f"A{line}") for row, sheet, line in told.register.places.select(ROW, "sheet", "line").iter_rows()
    }
    rows: list[list[front.Content]] = []
    for pair in told.pairs():
        agreed = [[label.text(language) for label in pair.agreed] for language in LANGUAGES]
        at = [links[row] if made.whole and row in links else told.place(row) for row in (pair.row, pair.other)]
        rows.append([pair.kind.zh, pair.kind.en, *at, pair.probability, "、".join(agreed[0]), ", ".join(agreed[1])])
    return rows


def _pairs_table(told: Told) -> pl.DataFrame:
    """The pairs as a decisions file takes them, ``decision`` left open, with the places to look at."""
    return told.uncertain.select(
        "kind", "first", "second",
        pl.lit("").alias("decision"), pl.lit("").alias("by"), pl.lit("").alias("on"),
        pl.Series("row", [told.place(row) for row in told.uncertain[ROW]], dtype=pl.String),
        pl.Series("other_row", [told.place(row) for row in told.uncertain["_row_other"]], dtype=pl.String),
        pl.col("probability").round(2), pl.col("agreed").list.join(";"),
    )  # fmt: skip
