"""The audit as one HTML page that needs nothing else: both languages, drawings inside, readable on a phone."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from features.definition import Label
from training.audit.report import AuditReport
from training.audit.section import Picture, Table

HERE = Path(__file__).resolve().parent
_SHORT = 40
WINDOW_WORDS = {
    "fit": Label("拟合", "fit"),
    "calibrate": Label("校准", "calibrate"),
    "test": Label("检验", "test"),
}


AUDIT_TITLE = Label("模型审查", "Audit of a model")


def render_page(report: AuditReport, title: Label = AUDIT_TITLE) -> str:
    """The report as HTML text under a title; it refers to nothing outside itself."""
    return _template().render(
        report=report,
        title=title,
        windows=[(WINDOW_WORDS.get(name, Label(name, name)), days) for name, days in report.dates.items()],
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    return page_environment(HERE).get_template("report.html.jinja")


def page_environment(folder: Path) -> Environment:
    """What pages of sections are made with: the templates of a folder and the parts that all such pages share."""
    environment = Environment(
        loader=FileSystemLoader([folder, HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        style=Markup((HERE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own style sheet
        both=_both,
        drawing=_drawing,
        cell_class=_cell_class,
        column_class=_column_class,
    )
    return environment


def _both(words: Label | str) -> Markup:
    """A label in both languages, of which the reader's choice shows one; a text as it is."""
    if isinstance(words, str):
        return Markup("{}").format(words)
    if words.zh == words.en:
        return Markup("{}").format(words.zh)
    return Markup('<span lang="zh">{}</span> <span lang="en">{}</span>').format(words.zh, words.en)


def _drawing(picture: Picture) -> Markup:
    """The drawing of both languages; sections make them of escaped words."""
    zh, en = Markup(picture.zh), Markup(picture.en)  # noqa: S704 - drawn by us, its words are escaped
    return Markup('<div lang="zh">{}</div><div lang="en">{}</div>').format(zh, en)


def _cell_class(cell: Label | str) -> str:
    """How a cell stands: figures to the right, short words on one line."""
    if isinstance(cell, str):
        return "n" if cell[:1] in "0123456789+-−.<" else ""
    return "s" if max(len(cell.zh), len(cell.en)) <= _SHORT else ""


def _column_class(table: Table, place: int) -> str:
    """How the head of a column stands: as the figures below it, if there are any."""
    return "n" if place and any(_cell_class(row[place]) == "n" for row in table.rows) else ""
