"""Checks, imports and stores as a person reads them in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from features.definition import Definition, Label
from features.definition.model import Language
from features.ledger.check import CheckReport
from features.ledger.faults import Faults
from features.ledger.importer import ImportReport
from features.ledger.said import SAID, rule_title, with_words
from features.ledger.store import LedgerStore

SHOWN_FAULTS = 20

_COUNTS = Label(
    "读到 {read:,} 行：{accepted:,} 行新收，{repeated:,} 行已有，{rejected:,} 行有错",
    "{read:,} rows read: {accepted:,} new, {repeated:,} known already, {rejected:,} rejected",
)
_REFUSED = Label("整个文件没有收", "refused as a whole")
_HEADINGS = (
    Label("文件", "file"), Label("行", "row"), Label("列", "column"), Label("看到的值", "value"),
    Label("问题与改法", "what is wrong, what to do"),
)  # fmt: skip
_WHERE = Label("--faults 文件 或 --json", "--faults FILE or --json")
_MORE = Label("共 {count:,} 处，这里列出 {shown} 处；全部见 {where}", "{shown} of {count:,} faults shown; all: {where}")
CORRECT = Label("改正没有收的行，然后运行：", "correct the rejected rows, then:")


def report_json(report: CheckReport | ImportReport) -> dict[str, Any]:
    """A check or an import with every fault."""
    content: dict[str, Any] = {
        "good": report.faults.is_empty(),
        "total": asdict(report.total),
        "files": {name: asdict(counts) for name, counts in report.counts.items()},
        "refused_files": list(report.refused),
        "faults": report.faults.to_dicts(),
    }
    if isinstance(report, ImportReport):
        content |= {"ledger": str(report.ledger), "counties": list(report.counties), "simulated": report.simulated}
        content["rejects"] = str(report.rejects) if report.rejects else None
    return content


def print_report(
    report: CheckReport | ImportReport, definition: Definition, language: Language, faults_file: Path | None
) -> None:
    """Counts, then at most SHOWN_FAULTS faults on standard output, and where to find the rest."""
    console, total = Console(), report.total
    text = _COUNTS.text(language)
    said = text.format(read=total.read, accepted=total.accepted, repeated=total.repeated, rejected=total.rejected)
    console.print(said, highlight=False)
    for name in report.refused:
        console.print(f"{name}: {_REFUSED.text(language)}", markup=False, highlight=False)
    if not report.faults.is_empty():
        _print_faults(console, report.faults, definition, language, faults_file)


def _print_faults(
    console: Console, faults: Faults, definition: Definition, language: Language, faults_file: Path | None
) -> None:
    for rule, count in faults.group_by("rule").len("count").sort("count", "rule", descending=[True, False]).rows():
        console.print(f"{count:>8,}  {rule_title(rule, language)}", markup=False, highlight=False)
    grid = Grid(*(heading.text(language) for heading in _HEADINGS))
    for fault in with_words(faults.head(SHOWN_FAULTS), definition).iter_rows(named=True):
        row = "" if fault["row"] is None else str(fault["row"])
        texts = (fault["file"], row, fault["column"], fault["value"], fault[SAID[language]])
        grid.add_row(*(escape(text) for text in texts))
    console.print(grid)
    if faults.height > SHOWN_FAULTS:
        where = str(faults_file) if faults_file else _WHERE.text(language)
        said = _MORE.text(language).format(shown=SHOWN_FAULTS, count=faults.height, where=where)
        console.print(said, markup=False, highlight=False)


def store_json(store: LedgerStore) -> dict[str, Any]:
    """What a store holds, by county."""
    return {
        "ledger": str(store.folder),
        "definition": store.definition_name,
        "definition_version": store.definition_version,
        "simulated": store.simulated,
        "content_hash": store.content_hash(),
        "counties": {county: {"rows": store.rows(county), **_days(store, county)} for county in store.counties()},
    }


def print_store(store: LedgerStore) -> None:
    """One line per county: rows by table and the days they speak of."""
    console, tables = Console(), [*store.manifest.columns, *store.manifest.decisions]
    word = "SIMULATED" if store.simulated else "real"
    title = f"{store.folder}: {word} rows, definition {store.definition_name} {store.definition_version}"
    grid = Grid("county", *tables, "first valid", "last recorded", title=escape(title))
    for county in store.counties():
        rows, days = store.rows(county), _days(store, county)
        numbers = [f"{rows.get(table, 0):,}" for table in tables]
        grid.add_row(county, *numbers, days["first_valid"], days["last_recorded"])
    console.print(grid)


def _days(store: LedgerStore, county: str) -> dict[str, str]:
    stored = store.manifest.counties[county].values()
    first = [table.first_valid for table in stored if table.first_valid]
    last = [table.last_recorded for table in stored if table.last_recorded]
    return {"first_valid": str(min(first, default="")), "last_recorded": str(max(last, default=""))}


def print_history(history: Mapping[str, pl.DataFrame]) -> None:
    """One line per row: its number, its days, and what it says; what is not known is left out."""
    console = Console()
    for name, frame in history.items():
        grid = Grid("record", "valid from", "recorded on", "says", title=name)
        for row in frame.iter_rows(named=True):
            days = [str(row.pop(key)) for key in ("row_id", "valid_from", "recorded_on")]
            says = ", ".join(f"{key}={value}" for key, value in row.items() if value is not None)
            grid.add_row(*map(escape, days), escape(says))
        console.print(grid)
