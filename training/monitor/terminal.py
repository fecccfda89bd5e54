"""The report of a region in the terminal: alarms in both languages, then what the lists find, then each county."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from features.definition import Label
from training.audit.section import Section
from training.audit.section import Table as SectionTable
from training.monitor.alarm import Alarm
from training.monitor.names import Words
from training.monitor.report import MonitorReport
from training.monitor.sections import sections
from training.monitor.words import LEVEL_WORDS

_SHOWN = ("counties", "inputs", "found", "groups")
_IN_TABLES = ("feature_drift", "unknown")


def print_report(report: MonitorReport, words: Words, console: Console) -> None:
    """Show the report, what matters first; a person reads it from the last line up."""
    made = {section.key: section for section in sections(report, words)}
    if report.simulated:
        console.print(Text("模拟数据：没有任何真实的儿童 Simulated ledger: no real child", style="reverse"))
    for key in _SHOWN:
        _print_section(made[key], console)
    console.print(Text(f"{report.as_of}  模型 release {report.model_id}"))
    for alarm in report.alarms:
        if alarm.kind not in _IN_TABLES:
            console.print(_alarm(alarm))
    for county, counts in _counted(report).items():
        console.print(Text(f"{_pair(LEVEL_WORDS['warn'])} {county}: {_pair(counts)}", style="bold"))
    for finding in made["alarms"].findings[: max(1, len(report.suspended))]:
        console.print(Text(_pair(finding), style="bold"))


def _alarm(alarm: Alarm) -> Text:
    place = f" {alarm.county}" if alarm.county else ""
    style = {"hard": "bold red", "warn": "bold", "info": ""}[alarm.level]
    return Text(f"{_pair(LEVEL_WORDS[alarm.level])}{place}: {_pair(alarm.words)}", style=style)


def _counted(report: MonitorReport) -> dict[str, Label]:
    """The alarms that the tables tell one by one, counted by county."""
    found = {}
    for one in report.counties:
        moved, gone = (sum((a.kind, a.county) == (kind, one.county) for a in report.alarms) for kind in _IN_TABLES)
        if moved or gone:
            found[one.county] = Label(
                f"{moved} 项输入分布变化，{gone} 项不详增多", f"{moved} inputs moved, {gone} are less often known"
            )
    return found


def _print_section(section: Section, console: Console) -> None:
    for table in section.tables:
        console.print(_table(table))
    for finding in section.findings:
        console.print(Text(_pair(finding)))


def _table(made: SectionTable) -> Table:
    table = Table(title=_pair(made.title), title_justify="left")
    for column in made.columns:
        table.add_column(f"{column.zh}\n{column.en}", overflow="fold")
    for row in made.rows:
        table.add_row(*(cell if isinstance(cell, str) else f"{cell.zh} {cell.en}" for cell in row))
    return table


def _pair(words: Label) -> str:
    return f"{words.zh} {words.en}"
