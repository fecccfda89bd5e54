"""A list as one page to read on a phone or print on A4: nothing loaded from elsewhere, no script."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from serving.lists import words as w
from serving.lists.view import ListView

HERE = Path(__file__).resolve().parent


def render_lists(views: Sequence[ListView]) -> str:
    """One or more lists of one language as HTML text, each beginning on a new sheet of paper."""
    return _template().render(views=views, language=views[0].language, w=w)


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = (HERE / "page.css").read_text(encoding="utf-8")
    environment.globals.update(style=Markup(style))  # noqa: S704 - our own style sheet
    return environment.get_template("page.html.jinja")
