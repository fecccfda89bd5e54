"""What a pilot found, as sections a person reads: expected beside found, before and after."""

from __future__ import annotations

import numpy as np

from features.definition import Label
from training.audit.section import Picture, Section, Table
from training.audit.svg import Dot, dots
from training.design.intervals import share_interval
from training.design.rules import load_rules as load_design
from training.pilot.evaluate import Evaluated
from training.pilot.recalibrate import NO_SHIFT, FloatArray, Outcomes, Shift
from training.region.page import Report

_COUNT_WORDS = {
    "households_on_frame": Label("抽样框家庭", "households on the frame"),
    "households_drawn": Label("抽中家庭", "households drawn"),
    "children_drawn": Label("其中儿童", "children in them"),
    "children_seen": Label("见到并查看的儿童", "children seen and looked at"),
    "children_seen_with_score": Label("其中有评分的儿童", "of them with a score"),
    "new_needs": Label("其中发现新需要", "of them with a new need"),
}


def pilot_report(found: Evaluated) -> Report:
    """The report of an evaluated pilot."""
    return Report(
        name=f"pilot-{found.county}",
        title=Label(f"{found.county} 试点走访", f"Pilot visits in {found.county}"),
        simulated=found.simulated,
        facts=(
            (Label("县", "county"), found.county),
            (Label("名单", "list"), found.list_id),
            (Label("抽取日期", "drawn on"), str(found.drawn_on)),
            (Label("模型", "release"), found.model_id),
        ),
        sections=(_result(found), _prevalence(found), _curve(found)),
        content={"pilot": found.kept(), "counts": dict(found.counts)},
    )


def _result(found: Evaluated) -> Section:
    rows = tuple((words, f"{found.counts[name]:,}") for name, words in _COUNT_WORDS.items())
    table = Table(Label("走访情况", "Visits"), (Label("项目", "what"), Label("数量", "number")), rows)
    return Section(key="result", title=Label("结论", "Result"), findings=tuple(result_words(found)), tables=(table,))


def result_words(found: Evaluated) -> tuple[Label, ...]:
    """What the pilot says, in whole sentences."""
    least = found.rules.estimate.least_each
    if found.found is None:
        return (
            Label(
                f"无法估计：有新需要和没有新需要的儿童各至少 {least} 名才能重新校准。继续走访或扩大试点。",
                f"Not estimable: at least {least} children with and {least} without a new need are needed to "
                "recalibrate. Visit on, or draw a larger pilot.",
            ),
        )
    one = found.found
    low, high = one.intercept_ends
    first = Label(
        f"本县截距变化 {one.shift.intercept:+.2f}（单独估计的 95% 区间 {low:+.2f} 至 {high:+.2f}）。",
        f"The county's intercept moves by {one.shift.intercept:+.2f} (alone, 95 % interval {low:+.2f} to {high:+.2f}).",
    )
    moved = (
        Label("模型的可能性在本县需要校准。", "The model's chances need recalibration here.")
        if one.moved
        else Label("没有看出需要校准。", "No need to recalibrate is seen.")
    )
    loss = Label(
        f"对数损失：校准前 {one.loss_before:.4f}，校准后 {one.loss_after:.4f}（后者对未参与拟合的家庭计算）。",
        f"Log loss: {one.loss_before:.4f} before, {one.loss_after:.4f} after (of households left out of the fit).",
    )
    return (moved, first, _slope_words(found), *_bound_words(found), loss)


def _slope_words(found: Evaluated) -> Label:
    one = found.found
    least = found.rules.estimate.least_each_for_slope
    if one is None or one.slope is None or one.slope_ends is None:
        return Label(
            f"斜率不变：少于 {least} 名，数据不足以估计。",
            f"The slope stays: fewer than {least} children cannot carry one.",
        )
    low, high = one.slope_ends
    said = f"{one.slope:.2f} ({low:.2f}–{high:.2f})"
    if one.shift.slope == 1:
        return Label(f"斜率不变：估计 {said} 包含 1。", f"The slope stays: its estimate {said} holds 1.")
    return Label(f"斜率改为原来的 {said}。", f"The slope becomes {said} of what it was.")


def _bound_words(found: Evaluated) -> tuple[Label, ...]:
    if found.bounds is None:
        return ()
    low, high = found.bounds
    return (
        Label(
            f"未见到的儿童若都没有或都有新需要，截距变化为 {low:+.2f} 至 {high:+.2f}。",
            f"If none, or all, of the children nobody saw had a new need it would move by {low:+.2f} to {high:+.2f}.",
        ),
    )


def _prevalence(found: Evaluated) -> Section:
    one, title = found.prevalence, Label("本县有多少新需要", "How many new needs there are")
    if one.at_random is None or one.interval is None:
        return Section(key="prevalence", title=title, findings=(Label("无法估计。", "Not estimable."),))
    low, high = one.interval
    findings = [
        Label(
            f"有新需要的儿童约占 {_percent(one.at_random)}（95% 区间 {_percent(low)} 至 {_percent(high)}）。",
            f"About {_percent(one.at_random)} of the children have a new need (95 % interval {_percent(low)} to "
            f"{_percent(high)}).",
        )
    ]
    if one.bounded is not None:
        least, most = one.bounded
        findings.append(
            Label(
                f"不作任何假设，未见到的儿童使其在 {_percent(least)} 至 {_percent(most)} 之间。",
                f"Assuming nothing of the children nobody saw, between {_percent(least)} and {_percent(most)}.",
            )
        )
    return Section(
        key="prevalence",
        title=title,
        findings=tuple(findings),
        figures={"prevalence": one.at_random, "lower": low, "upper": high},
    )


def _curve(found: Evaluated) -> Section:
    title = Label("预期与实际", "Expected and found")
    if found.found is None:
        return Section(key="curve", title=title, findings=(Label("无法估计。", "Not estimable."),))
    outcomes, shift = found.outcomes, found.found.shift
    expected = [float(outcomes.weight @ one.probability(outcomes.log_odds)) for one in (NO_SHIFT, shift)]
    total, number = float(outcomes.weight.sum()), float(outcomes.weight @ outcomes.label)
    finding = Label(
        f"按权重推算到全县有评分的儿童：发现 {number:.0f} 名有新需要；"
        f"校准前预期 {expected[0]:.0f}，校准后 {expected[1]:.0f}。",
        f"Weighted to the county's scored children: {number:.0f} with a new need found; {expected[0]:.0f} expected "
        f"before, {expected[1]:.0f} after.",
    )
    pictures = (
        _dots(Label("校准前", "Before"), outcomes, NO_SHIFT, found.rules.plot.bins),
        _dots(Label("校准后", "After"), outcomes, shift, found.rules.plot.bins),
    )
    return Section(
        key="curve",
        title=title,
        findings=(finding,),
        pictures=pictures,
        figures={
            "expected_before": expected[0] / total,
            "expected_after": expected[1] / total,
            "found": number / total,
        },
    )


def _dots(name: Label, outcomes: Outcomes, shift: Shift, bins: int) -> Picture:
    """Found against expected in equal groups of the expected chance, with intervals of the effective size."""
    order = np.argsort(outcomes.log_odds, kind="stable")
    chance = shift.probability(outcomes.log_odds)
    points = [_dot(chance[part], outcomes.label[part], outcomes.weight[part]) for part in np.array_split(order, bins)]
    alt = Label(f"{name.zh}：预期的可能性与实际发现", f"{name.en}: expected chance against what was found")
    return dots(alt, points, Label("预期", "expected"), Label("发现", "found"))


def _dot(chance: FloatArray, label: FloatArray, weight: FloatArray) -> Dot:
    share = float(np.average(label, weights=weight))
    size = float(weight.sum() ** 2 / (weight**2).sum())
    low, high = share_interval(share, share * (1 - share) / size, size, max(1.0, size - 1), load_design().interval)
    return Dot(float(np.average(chance, weights=weight)), share, low, high)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
