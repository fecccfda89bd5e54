"""The sentences and tables of the estimates for new counties and new households."""

from __future__ import annotations

from collections.abc import Mapping

from features.definition import Label
from training.audit.section import Table
from training.counties.folds import Folds, HoldOut
from training.counties.price import Price, Prices
from training.stability.resample import Interval

NAMES: Mapping[HoldOut, Label] = {
    "household": Label("新家庭", "new household"),
    "county": Label("新县", "new county"),
    "prefecture": Label("新地市", "new prefecture"),
}
_GROUPS: Mapping[HoldOut, Label] = {
    "household": Label("户", "households"),
    "county": Label("个县", "counties"),
    "prefecture": Label("个地市", "prefectures"),
}
_NOT_ESTIMABLE = Label("无法估计", "not estimable")


def price_words(one: Price) -> Label:
    """What being new costs, as a sentence; why it cannot be said where it cannot."""
    name = NAMES[one.folds.hold_out]
    if one.price.value is None:
        return _why_not(one.folds)
    each = Label(
        f"{name.zh}：模型没有学过的地方或家庭，每百次有结果的走访找到 {_hundred(one.new.value)} 次新需要，"
        f"学过时为 {_hundred(one.known.value)} 次；代价 {_hundred(one.price.value)}{_ends(one.price).zh}。",
        f"{name.en}: per hundred visits with an answer the model finds {_hundred(one.new.value)} new needs where it "
        f"has learned from nobody there, and {_hundred(one.known.value)} where it has; the price is "
        f"{_hundred(one.price.value)}{_ends(one.price).en}.",
    )
    if one.price.lower is None or one.price.upper is None or not one.price.lower <= 0 <= one.price.upper:
        return each
    return Label(each.zh + "可能没有代价。", each.en + " There may be none.")


def folds_words(folds: Folds) -> Label:
    """How many groups were left out at a time."""
    group = _GROUPS[folds.hold_out]
    if folds.count < 2:
        return Label("没有第二个可比", "nothing to leave out")
    if folds.one_by_one:
        return Label(f"{folds.groups} {group.zh}，每次留出一个", f"{folds.groups} {group.en}, one left out at a time")
    return Label(
        f"{folds.groups} {group.zh}按抽签分成 {folds.count} 份，每次留出一份",
        f"{folds.groups} {group.en} dealt by seeded hash into {folds.count} folds, one left out at a time",
    )


def notes(found: Prices) -> tuple[Label, ...]:
    """How the comparison was made, where it is not as a reader would think."""
    said = [
        Label(
            "同样的儿童、同样的名单长度（各县在册儿童的同一比例），在每个截止日期内计算后取平均；模型按原来的参数重新训练，"
            "只用留出部分以外的训练期，再用之后的检验期检验。",
            "Same children, same list length (the same share of each county's cohort), worked out within each as-of "
            "date and averaged; the model is grown again with its own parameters on the fit window of the others and "
            "measured on the later test window.",
        ),
        Label(
            "代价的一部分只是因为学习的行变少：留出的份越大，代价看起来越高。",
            "A part of the price is only that fewer rows were learned from: the larger a fold, the higher it looks.",
        ),
    ]
    if found.thinned:
        said.append(
            Label(
                "为限制计算量，两边都只用按户抽取的一部分行。",
                "To bound the work, both sides use a part of the rows, drawn by whole households.",
            )
        )
    return tuple(said)


def price_table(found: Prices) -> Table:
    """One row per hold-out, then what chance and the longest unvisited first find."""
    columns = (
        Label("估计", "Estimate"),
        Label("学过", "Learned from it"),
        Label("没学过", "Not"),
        Label("代价（95% 区间）", "Price (95 % interval)"),
        Label("留出方式", "Left out"),
    )
    rows = [
        (
            NAMES[one.folds.hold_out],
            _with_ends(one.known),
            _with_ends(one.new),
            _with_ends(one.price),
            folds_words(one.folds),
        )
        for one in found.prices
    ]
    plain = (
        (Label("随机", "at random"), found.random),
        (Label("最久未访优先", "overdue first"), found.overdue),
    )
    rows += [(name, _with_ends(one), Label("", ""), Label("", ""), Label("", "")) for name, one in plain]
    return Table(Label("名单查准率", "Precision at k"), columns, tuple(rows))


def _why_not(folds: Folds) -> Label:
    name, group = NAMES[folds.hold_out], _GROUPS[folds.hold_out]
    if folds.groups < 2:
        return Label(
            f"{name.zh}：无法估计，台账只有 {folds.groups} {group.zh}。",
            f"{name.en}: not estimable, the ledger holds {folds.groups} of the {group.en} it takes two of.",
        )
    return Label(f"{name.zh}：无法估计，带标签的走访太少。", f"{name.en}: not estimable, too few visits have a label.")


def _with_ends(one: Interval) -> Label:
    if one.value is None:
        return _NOT_ESTIMABLE
    ends = _figure_ends(one)
    return Label(f"{one.value:.3f}{ends}", f"{one.value:.3f}{ends}")


def _figure_ends(one: Interval) -> str:
    return "" if one.lower is None or one.upper is None else f" ({one.lower:.3f}, {one.upper:.3f})"


def _hundred(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _ends(one: Interval) -> Label:
    if one.lower is None or one.upper is None:
        return Label("", "")
    low, high = _hundred(one.lower), _hundred(one.upper)
    return Label(f"（95% 区间 {low} 至 {high}）", f" (95 % interval {low} to {high})")
