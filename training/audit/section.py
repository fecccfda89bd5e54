"""One section of an audit: plain findings first, then tables and pictures, and the figures that rules read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.definition import Label


@dataclass(frozen=True, slots=True)
class Table:
    """A table in both languages; cells are texts already formatted, or labels."""

    title: Label
    columns: tuple[Label, ...]
    rows: tuple[tuple[Label | str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG drawing (text, no outside reference) per language with the words that stand for it."""

    zh: str
    en: str
    alt: Label


@dataclass(frozen=True, slots=True)
class Section:
    """What one part of the audit found.

    ``findings``: whole sentences, what matters first. ``figures``: flat names and numbers that promotion rules and
    tracking read; None is "not estimable". ``data``: everything behind the tables, for the JSON report; nothing in it
    names a child or a household. ``files``: texts by file name that are kept beside the report for other programs.
    """

    key: str
    title: Label
    findings: tuple[Label, ...]
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    figures: Mapping[str, float | None] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
