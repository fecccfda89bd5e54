"""The page of a report: no names, no values, only places, counts and what to do; both languages, no script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from features.definition import Label
from features.definition.singular import singular
from features.workbook.told import Told

HERE = Path(__file__).resolve().parent


def render_page(told: Told, limits: Mapping[str, int], *, marked: str) -> str:
    """The page as HTML text.

    Args:
        told: what the report tells.
        limits: section ``[page]`` of ``report.toml``: how long its lists are.
        marked: name of the marked workbook; "" when there is none.
    """
    rules = told.by_rule(limits)
    pairs, mappings = told.pairs(), told.mappings()
    return _template().render(
        told=told,
        counts=told.counts,
        counted=told.counted(),
        errors=[rule for rule in rules if rule.level == "error"],
        warnings=[rule for rule in rules if rule.level != "error"],
        pairs=pairs[: limits["pairs"]],
        more_pairs=max(0, len(pairs) - limits["pairs"]),
        mappings=mappings[: limits["mappings"]],
        more_mappings=max(0, len(mappings) - limits["mappings"]),
        defaults=told.defaults(),
        marked=marked,
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(
        style=Markup((HERE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own style sheet
        both=_both,
        number="{:,}".format,
        singular=singular,
    )
    return environment.get_template("report.html.jinja")


def _both(words: Label) -> Markup:
    """Both languages of a label, of which the reader's choice shows one or both; once where they are the same."""
    if words.zh == words.en:
        return Markup("{}").format(words.zh)
    return Markup('<span lang="zh">{}</span> <span lang="en">{}</span>').format(words.zh, words.en)
