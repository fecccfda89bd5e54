"""How far the counties are, for people: in the terminal and as a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table as Terminal

from features.definition import Label
from models.release.region_status import STEPS, CountyStatus, RegionStatus
from models.release.regions import Standing
from training.audit.section import Section, Table
from training.audit.svg import Bar, bars
from training.region.page import Report, write_report

STEP_WORDS: Mapping[str, Label] = {
    "investigated": Label("已摸排", "investigated"),
    "imported": Label("已入账", "imported"),
    "checked": Label("已检查", "checked"),
    "scored": Label("已评分", "scored"),
    "listed": Label("已列名单", "listed"),
    "visited": Label("已走访", "visited"),
}
LEVEL_WORDS: Mapping[str, Label] = {
    "country": Label("全国", "country"),
    "province": Label("省", "province"),
    "prefecture": Label("地市", "prefecture"),
}
STANDING_WORDS: Mapping[Standing, Label] = {
    "fit": Label("适合", "fit"),
    "with_care": Label("须慎用", "with care"),
    "not_fit": Label("不适合", "not fit"),
    "not_checked": Label("未检查", "not checked"),
}
_DASH = "–"
_NAME = "status"


def write_status(path: Path, found: RegionStatus) -> None:
    """Write the status as a page (and its data beside it). UserError when it cannot be written."""
    write_report(path.parent, status_page(found, path.stem))


def status_page(found: RegionStatus, name: str = _NAME) -> Report:
    """The status as a page of its own."""
    total = found.rolled_up()[0][3]
    count = len(found.counties)
    pairs = [(STEP_WORDS[step], number) for step, number in zip(STEPS, total, strict=True)]
    zh = "，".join(f"{words.zh} {number:,}" for words, number in pairs)
    en = ", ".join(f"{words.en} {number:,}" for words, number in pairs)
    picture = bars(
        Label("走到每一步的县", "Counties that took each step"),
        [Bar(words, float(number)) for words, number in pairs],
        digits=0,
        mark=float(count),
    )
    sections = (
        Section(
            key="steps",
            title=Label("进度", "How far"),
            findings=(Label(f"共 {count:,} 县：{zh}。", f"Of {count:,} counties: {en}."),),
            pictures=(picture,),
            tables=(_levels(found),),
        ),
        Section(key="counties", title=Label("各县", "Counties"), findings=(), tables=(_counties(found),)),
    )
    facts = (
        (Label("地区", "region"), found.region or Label("全部", "all")),
        (Label("县", "counties"), f"{count:,}"),
        (Label("模型", "release"), found.model_id or _DASH),
    )
    title = Label("各地进度", "How far each region is")
    return Report(name, title, found.simulated, facts, sections, found.content())


def print_status(found: RegionStatus) -> None:
    """Show the roll-up and, for a few counties, each of them."""
    console = Console()
    table = Terminal(title="进度 how far", title_justify="left")
    table.add_column("地区\nregion", no_wrap=True)
    for words in (Label("县", "counties"), *STEP_WORDS.values()):
        table.add_column(f"{words.zh}\n{words.en}", justify="right", overflow="fold")
    for level, code, count, steps in found.rolled_up():
        words = LEVEL_WORDS[level]
        table.add_row(f"{words.zh} {code}".strip(), *(f"{number:,}" for number in (count, *steps)))
    console.print(table)
    for one in found.counties[:_SHOWN]:
        said = (_said(part) for part in _row(one)[1:])
        console.print(f"{one.county}  " + "  ".join(said), highlight=False, soft_wrap=True)
    if len(found.counties) > _SHOWN:
        console.print(f"另有 {len(found.counties) - _SHOWN:,} 县 more counties: --out or --json", highlight=False)


_SHOWN = 20


def _levels(found: RegionStatus) -> Table:
    columns = (Label("地区", "region"), Label("县", "counties"), *STEP_WORDS.values())
    rows: list[tuple[Label | str, ...]] = []
    for level, code, count, steps in found.rolled_up():
        words = LEVEL_WORDS[level]
        rows.append((Label(f"{words.zh} {code}", f"{words.en} {code}"), *(f"{one:,}" for one in (count, *steps))))
    return Table(Label("省、地市汇总", "By province and prefecture"), columns, tuple(rows))


def _counties(found: RegionStatus) -> Table:
    columns = (
        Label("县", "county"),
        Label("计划", "planned"),
        Label("入账（至）", "imported (up to)"),
        Label("检查", "checked"),
        Label("评分", "scored"),
        Label("名单", "listed"),
        Label("走访", "visited"),
    )
    return Table(Label("每县到了哪一步", "Each county"), columns, tuple(_row(one) for one in found.counties))


def _row(one: CountyStatus) -> tuple[Label | str, ...]:
    planned = _DASH if not one.planned else "+" if one.expected is None else f"{one.expected:,}"
    return (
        one.county,
        planned,
        _counted(one.imported_on, one.rows, Label("行", "rows")),
        _standing(one),
        _counted(one.scored_as_of, one.scored, Label("名儿童", "children")),
        _counted(one.listed_as_of, one.drawn, Label("户", "households")),
        _counted(one.visited_on, one.visits, Label("次", "visits")),
    )


def _standing(one: CountyStatus) -> Label:
    words = STANDING_WORDS[one.standing]
    extra = Label("，责任已接受", ", accepted") if one.accepted else Label("", "")
    own = Label("，本地校准", ", own calibration") if one.own_calibration else Label("", "")
    day = f" {one.checked_on}" if one.checked_on else ""
    return Label(f"{words.zh}{extra.zh}{own.zh}{day}", f"{words.en}{extra.en}{own.en}{day}")


def _counted(day: date | str | None, number: int, what: Label) -> Label | str:
    return _DASH if day is None else Label(f"{day}：{number:,} {what.zh}", f"{day}: {number:,} {what.en}")


def _said(part: Label | str) -> str:
    return part if isinstance(part, str) else f"{part.zh} {part.en}"
