"""The tables of the section on design-based estimates."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.definition import Definition, Label
from features.definition import structure as s
from training.audit.known import RANKING_WORDS
from training.audit.section import Table
from training.audit.svg import NOT_ESTIMABLE
from training.design.assignments import DRAWN, STRATUM
from training.design.listed import RankedList
from training.design.pooling import Pooled
from training.design.prefectures import Place
from training.design.rules import DesignRules
from training.labels import LABEL
from training.metrics import AtK

_WHOLE = Label("全部", "all")
_NULL = Label("无标签比例", "no label")
_BOUNDS = Label("上下限（不作假设）", "bounds (no assumption)")


def said(one: Pooled | None, *, share: bool = True) -> Label:
    """An estimate with its interval in words; "not estimable" where the declared half-width was not reached."""
    if one is None or one.value is None or one.lower is None or one.upper is None:
        return NOT_ESTIMABLE
    value, low, high = (_number(figure, share=share) for figure in (one.value, one.lower, one.upper))
    return Label(f"{value}（{low}–{high}）", f"{value} ({low} to {high})")


def bounds(one: Pooled | None, *, share: bool = True) -> Label:
    """The least and the most, sampling error included."""
    ends = one.estimate.bounded_interval if one else None
    if ends is None:
        return NOT_ESTIMABLE
    low, high = (_number(end, share=share) for end in ends)
    return Label(f"{low}–{high}", f"{low} to {high}")


def ranking_table(lists: Sequence[RankedList], rules: DesignRules) -> Table:
    """Every ranking's first k places by the lot, and beside them by any label there is, with its NULL share."""
    places = rules.value.places
    columns = (
        Label("次序", "order"),
        Label("前 k 准确率", "precision at k"),
        _BOUNDS,
        Label("前 k 召回率", "recall at k"),
        _BOUNDS,
        Label(f"每 {places} 个家庭名额找到", f"found per {places} household places"),
        _NULL,
        Label("仅按已有标签：准确率［上下限］无标签", "by recorded labels alone: precision [bounds], no label"),
    )
    rows = tuple(
        (
            RANKING_WORDS.get(one.name, Label(one.name, one.name)),
            said(one.precision),
            bounds(one.precision),
            said(one.recall),
            bounds(one.recall),
            said(one.found, share=False),
            _null(one.precision),
            _recorded(one.recorded),
        )
        for one in lists
    )
    return Table(Label("名单前 k 位：由抽签推断", "The first k places, by the lot"), columns, rows)


def place_table(places: Sequence[Place]) -> Table:
    """Prevalence by prefecture, with how far lists had to be pooled."""
    columns = (
        Label("地区", "prefecture"),
        Label("有新需要的比例", "share with a new need"),
        _BOUNDS,
        Label("合并的名单", "lists pooled"),
        Label("框内儿童", "children on frames"),
        Label("入选", "drawn"),
        Label("被看到", "looked at"),
        _NULL,
    )
    rows = tuple(_place(one) for one in places)
    return Table(Label("新需要有多普遍", "How common a new need is"), columns, rows)


def _place(one: Place) -> tuple[Label | str, ...]:
    name, made = one.code or _WHOLE, one.prevalence
    if made is None:
        return (name, NOT_ESTIMABLE, NOT_ESTIMABLE, "0", "0", "0", "0", "–")
    counts = (made.estimate.frame, made.estimate.drawn, made.estimate.known)
    pooled = Label(f"{made.lists} 份，自 {made.since}", f"{made.lists}, since {made.since}")
    return (name, said(made), bounds(made), pooled, *(f"{count:,}" for count in counts), _null(made))


def stratum_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Per stratum: children on frames, drawn, looked at, and with a new need among these."""
    drawn = pl.col(DRAWN)
    return (
        rows.group_by(STRATUM)
        .agg(
            pl.len().alias("frame"),
            drawn.sum().alias("drawn"),
            (drawn & pl.col(LABEL).is_not_null()).sum().alias("known"),
            (drawn & pl.col(LABEL).fill_null(value=False)).sum().alias("found"),
        )
        .sort(STRATUM)
    )


def strata_table(rows: pl.DataFrame, definition: Definition) -> Table:
    """What became of each stratum."""
    columns = (
        Label("层", "stratum"),
        Label("框内儿童", "children on frames"),
        Label("入选", "drawn"),
        Label("被看到", "looked at"),
        _NULL,
        Label("被看到者中有新需要", "with a new need, of those looked at"),
    )
    column = definition.tables[s.ASSIGNMENTS].columns[STRATUM]
    words = definition.codes[column.codes] if column.codes else {}
    made = tuple(
        (
            words.get(row[STRATUM], Label(row[STRATUM], row[STRATUM])),
            f"{row['frame']:,}",
            f"{row['drawn']:,}",
            f"{row['known']:,}",
            f"{1 - row['known'] / row['drawn']:.0%}" if row["drawn"] else "–",
            f"{row['found'] / row['known']:.1%}" if row["known"] else "–",
        )
        for row in stratum_rows(rows).to_dicts()
    )
    return Table(Label("各层的结果", "What became of each stratum"), columns, made)


def _recorded(found: AtK) -> str:
    if found.precision is None:
        return "–"
    return f"{found.precision:.1%} [{found.lower:.1%}, {found.upper:.1%}] {found.null_share:.0%}"


def _null(one: Pooled | None) -> str:
    share = one.estimate.null_share if one else None
    return "–" if share is None else f"{share:.0%}"


def _number(figure: float, *, share: bool) -> str:
    return f"{figure:.1%}" if share else f"{figure:.1f}"
