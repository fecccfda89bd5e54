"""The section on what people thought: own ratings beside the bands, overrides by reason, and who let a model in."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from features.definition import Definition, Label
from features.definition import structure as s
from models.release.current import Move, ReleaseStore
from training.audit.context import AuditContext
from training.audit.section import Section, Table
from training.design.intervals import share_interval
from training.design.rules import IntervalRule, load_rules
from training.fairness.settings import fairness_rule
from training.fairness.words import count_words, interval_words
from training.people.chance import beyond_chance
from training.people.decided import (
    ASKED,
    ASSESSED,
    BAND,
    BAND_SEEN,
    NEED,
    RATING,
    REASON,
    WITHDRAWN,
    Decided,
    decided,
)
from training.stability.resample import NOT_ESTIMABLE, Interval

KEY = "people"
TITLE = Label("人怎么看：自评、改判和批准", "What people thought: ratings, overrides, approvals")

_AGREE, _PERSON = "agree", "person"
_NEVER = Label(
    "这些内容只用于评价，从不作为模型的输入或标签。",
    "All this only evaluates: none of it is an input or a label of the model.",
)


def section(context: AuditContext) -> Section:
    """What people decided about the lists of this ledger, and what visits found where a child was assessed."""
    evidence = context.evidence
    told = decided(context.store, context.definition, evidence.plan, evidence.cut)
    return people_section(told, ReleaseStore(context.home).pointer().moves, context.definition)


def people_section(told: Decided, moves: Iterable[Move], definition: Definition) -> Section:
    """The section made of what people decided and of the moves of the release; counts below the limit are not told."""
    fewest, rule = fairness_rule().groups.fewest_children, load_rules().interval
    blind = told.ratings.filter(pl.col(ASKED) & ~pl.col(BAND_SEEN) & pl.col(BAND).is_not_null()).with_columns(
        (pl.col(RATING) == pl.col(BAND)).alias(_AGREE)
    )
    standing = told.overrides.filter(~pl.col(WITHDRAWN))
    agreement, kappa = _share(blind, _AGREE, fewest, rule), _kappa(blind, definition, fewest, rule)
    tables = [_releases(tuple(moves))]
    if definition.decisions:
        tables = [
            _agreement_table(blind, definition, fewest),
            _found_table(blind, fewest, rule),
            _override_table(standing, definition, fewest, rule),
            *tables,
        ]
    return Section(
        key=KEY,
        title=TITLE,
        findings=(
            _rating_words(blind, agreement, fewest),
            *_kappa_words(kappa),
            _override_words(standing, fewest),
            _NEVER,
        ),
        tables=tuple(one for one in tables if one.rows),
        figures={
            "blind_ratings": float(blind.height) if blind.height >= fewest else None,
            "agreement": agreement.value,
            "agreement_lower": agreement.lower,
            "agreement_upper": agreement.upper,
            "kappa": kappa.value,
            "kappa_lower": kappa.lower,
            "kappa_upper": kappa.upper,
            "overrides": float(standing.height) if standing.height >= fewest else None,
        },
    )


def _share(rows: pl.DataFrame, column: str, fewest: int, rule: IntervalRule) -> Interval:
    """The share of rows where a column is true; rows of one person are a cluster (Kish 1965, ratio of totals)."""
    if rows.height < fewest:
        return NOT_ESTIMABLE
    people = rows.group_by(_PERSON).agg(pl.col(column).sum().alias("yes"), pl.len().alias("of"))
    share = float(people["yes"].sum()) / rows.height
    if people.height < 2:
        return Interval(share, None, None)
    freedom = people.height - 1
    spread = float(((people["yes"] - share * people["of"]) ** 2).sum())
    variance = people.height / freedom * spread / rows.height**2
    return Interval(share, *share_interval(share, variance, people.height, freedom, rule))


def _kappa(blind: pl.DataFrame, definition: Definition, fewest: int, rule: IntervalRule) -> Interval:
    if blind.height < fewest:
        return NOT_ESTIMABLE
    words = tuple(definition.codes[_codes(definition, s.RATINGS, RATING)])
    return beyond_chance(blind, words, (RATING, BAND, _PERSON), rule.confidence)


def _agreement_table(blind: pl.DataFrame, definition: Definition, fewest: int) -> Table:
    words = definition.codes[_codes(definition, s.RATINGS, RATING)]
    columns = (Label("自评 \\ 评分档", "Own rating \\ band"), *words.values())
    counted = {(rating, band): count for rating, band, count in blind.group_by(RATING, BAND).len().iter_rows()}
    title = Label("没看评分档时的自评（户次）", "Own ratings before the band was seen (places)")
    rows: list[tuple[Label | str, ...]] = [
        (label, *(count_words(counted.get((rating, band), 0), fewest) for band in words))
        for rating, label in words.items()
    ]
    return Table(title, columns, tuple(rows) if not blind.is_empty() else ())


def _found_table(blind: pl.DataFrame, fewest: int, rule: IntervalRule) -> Table:
    kinds = (
        (Label("自评与评分档一致", "Rating and band agree"), blind.filter(pl.col(_AGREE))),
        (Label("不一致", "They differ"), blind.filter(~pl.col(_AGREE))),
    )
    return Table(
        Label("之后的走访查看到什么", "What the next visit found"),
        (Label("判断", "Judgment"), *_FOUND),
        tuple((label, *_found(rows, fewest, rule)) for label, rows in kinds if not rows.is_empty()),
    )


_FOUND = (Label("户次", "Places"), Label("查看过", "Assessed"), Label("其中有新需要", "Of these with a new need"))


def _found(rows: pl.DataFrame, fewest: int, rule: IntervalRule) -> tuple[Label | str, ...]:
    assessed = rows.filter(pl.col(ASSESSED))
    need = interval_words(_share(assessed, NEED, fewest, rule), 2)
    return count_words(rows.height, fewest), count_words(assessed.height, fewest), need


def _override_table(standing: pl.DataFrame, definition: Definition, fewest: int, rule: IntervalRule) -> Table:
    words = definition.codes[_codes(definition, s.OVERRIDES, REASON)]
    rows = ((label, standing.filter(pl.col(REASON) == code)) for code, label in words.items())
    return Table(
        Label("改判的原因，以及之后的走访", "Overrides by reason, and the next visit"),
        (Label("原因", "Reason"), *_FOUND),
        tuple((label, *_found(these, fewest, rule)) for label, these in rows if not these.is_empty()),
    )


def _releases(moves: tuple[Move, ...]) -> Table:
    """Who signed a release is in the signed rows; here it is how many, and by which rule."""
    return Table(
        Label("启用过的模型和批准", "Releases and approvals"),
        (Label("模型", "Model"), Label("日期", "Day"), Label("准则", "Criteria"), Label("批准人数", "Approvals"),
         Label("例外", "Exception")),
        tuple(
            (move.model_id[:12], f"{move.moved_at:%Y-%m-%d}", move.ground.criteria or "-",
             str(len(move.ground.approvals)), Label("有", "yes") if move.ground.override else Label("无", "no"))
            for move in moves
        ),
    )  # fmt: skip


def _codes(definition: Definition, table: str, column: str) -> str:
    return definition.decisions[table].columns[column].codes or ""


def _rating_words(blind: pl.DataFrame, agreement: Interval, fewest: int) -> Label:
    if agreement.value is None:
        few = count_words(blind.height, fewest)
        return Label(
            f"没看评分档的自评只有 {few} 次，与模型是否一致无法估计。",
            f"Own ratings before the band was seen: {few}; whether people and model agree is not estimable.",
        )
    share = f"{100 * agreement.value:.0f}"
    ends = "" if agreement.lower is None else f"{100 * agreement.lower:.0f}–{100 * (agreement.upper or 0):.0f}"
    return Label(
        f"没看评分档的 {blind.height:,} 次自评中，{share}% 与评分档一致"
        + (f"（{ends}）。" if ends else "（仅一人）。"),
        f"Of {blind.height:,} own ratings before the band was seen, {share} % are the band"
        + (f" ({ends})." if ends else " (one person)."),
    )


def _kappa_words(kappa: Interval) -> tuple[Label, ...]:
    if kappa.value is None:
        return ()
    ends = "" if kappa.lower is None else f"{kappa.lower:.2f}–{kappa.upper or 0:.2f}"
    return (
        Label(
            f"扣除碰巧一致后，加权 kappa 为 {kappa.value:.2f}"
            + (f"（{ends}）" if ends else "")
            + "；0 是碰巧，1 是完全一致。",
            f"Beyond chance (weighted kappa): {kappa.value:.2f}"
            + (f" ({ends})" if ends else "")
            + "; 0 is chance, 1 is whole agreement.",
        ),
    )


def _override_words(standing: pl.DataFrame, fewest: int) -> Label:
    count = count_words(standing.height, fewest)
    return Label(f"改判并保留的位次：{count}。", f"Places overruled and not taken back: {count}.")
