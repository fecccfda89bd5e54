"""The sentences and tables of the section on the first k places."""

from __future__ import annotations

import math
from collections.abc import Sequence

from features.definition import Definition, Label
from features.definition.feature import feature_specs
from training.audit.known import RANKING_WORDS
from training.audit.section import Table
from training.evaluation import MODEL, RANDOM, Ranking
from training.regret import RegretTable
from training.single_features import FeatureOrder, FeatureOrders
from training.stability.overlap import TopStability
from training.stability.resample import Interval
from training.stability.views import Seen

NOTHING = Label("-", "-")
NOT_ESTIMABLE = Label("无法估计", "not estimable")


def stability_words(found: TopStability) -> tuple[Label, ...]:
    """How much of the first places stays, and what bounded the work."""
    if found.mean is None:
        return (Label("名单的稳定性无法估计。", "The stability of the list is not estimable."),)
    less = (
        Label("训练期太短，少用一个月数据的情形无法估计。", "The fit window is too short to take a month away.")
        if found.less_data is None
        else Label(
            f"少用最近一个月的训练数据时，名单保留 {_percent(found.less_data)}。",
            f"With the last month of learning taken away, {_percent(found.less_data)} of the list stays.",
        )
    )
    said = [
        Label(
            f"只换随机种子重新训练，名单前列平均保留 {_percent(_mean(found.seeds))}"
            f"（全凭抽签则为 {_percent(found.chance)}）。{less.zh}",
            f"Trained again with another seed alone, {_percent(_mean(found.seeds))} of the first places stay on "
            f"average ({_percent(found.chance)} by lot). {less.en}",
        )
    ]
    if found.thinned:
        said.append(
            Label(
                "为限制计算量，稳定性只用按户抽取的一部分行估计。",
                "To bound the work, stability is worked out on a part of the rows, drawn by whole households.",
            )
        )
    return tuple(said)


def null_words(model: Ranking) -> Label:
    """How many of the first places nobody looked at, and what that leaves open."""
    at_k = model.at_k
    return Label(
        f"名单前列中有 {_percent(at_k.null_share)} 没有人查看过；"
        f"查准率因此只知道在 {at_k.lower:.3f} 至 {at_k.upper:.3f} 之间。",
        f"Nobody looked at {_percent(at_k.null_share)} of the first places; over all places the precision is only "
        f"known to lie between {at_k.lower:.3f} and {at_k.upper:.3f}.",
    )


def view_words(seen: Sequence[Seen], baseline: str) -> Label:
    """What the model adds when the list is seen per household and without recently served children."""
    parts = [(one.view.label, _gain(one.gain)) for one in seen if one.view.key in ("child", "not_served", "household")]
    best = ranking_words(baseline)
    zh = "；".join(f"{label.zh} {gain.zh}" for label, gain in parts)
    en = "; ".join(f"{label.en} {gain.en}" for label, gain in parts)
    return Label(f"比“{best.zh}”的查准率高出：{zh}。", f"Precision above that of '{best.en}': {en}.")


def view_table(seen: Sequence[Seen], baseline: str) -> Table:
    """One row per view of the list."""
    best = ranking_words(baseline)
    columns = (
        Label("看法", "Seen as"),
        Label("占名单", "Of the list"),
        Label("没人查看", "No label"),
        Label("查准率（95% 区间）", "Precision (95 % interval)"),
        Label("下限–上限", "Least–most"),
        Label("查全率（95% 区间）", "Recall (95 % interval)"),
        best,
        Label("高出（95% 区间）", "Gain (95 % interval)"),
    )
    rows = tuple(
        (
            one.view.label,
            _percent(one.of_list),
            _percent(one.null_share),
            interval_cell(one.precision),
            f"{one.least:.3f}–{one.most:.3f}",
            interval_cell(one.recall),
            interval_cell(one.baseline),
            interval_cell(one.gain),
        )
        for one in seen
    )
    return Table(Label("同一名单的几种看法", "The same list seen in other ways"), columns, rows)


def ties_table(rankings: Sequence[Ranking]) -> Table:
    """Every order at the same k, with the unluckiest and the luckiest fall of equal scores."""
    columns = (
        Label("次序", "Order"),
        Label("查准率", "Precision"),
        Label("并列最差", "Unluckiest ties"),
        Label("并列最好", "Luckiest ties"),
        Label("没人查看", "No label"),
    )
    rows = tuple(
        (
            ranking_words(one.name),
            _figure(one.at_k.precision),
            NOTHING if one.name == RANDOM else _figure(one.worst.precision),
            NOTHING if one.name == RANDOM else _figure(one.best.precision),
            _percent(one.at_k.null_share),
        )
        for one in rankings
    )
    return Table(Label("每种次序和它的并列", "Every order and its ties"), columns, rows)


def regret_words(table: RegretTable) -> Label:
    """Which order is expected to cost the least on the next date, and how often the model was the best."""
    rows = table.rows()
    dates = table.regrets.shape[1]
    if not dates:
        return Label("各次序随时间的遗憾无法估计。", "How the orders do over time is not estimable.")
    model = next(row for row in rows if row.name == MODEL)
    least = ranking_words(table.candidates[table.chosen()].name)
    return Label(
        f"{dates} 个截止日期中，平均离当日最好次序最近的是“{least.zh}”；模型在 {model.best_on} 个日期最好，"
        f"平均差 {model.mean:.3f}，最差 {model.worst:.3f}。",
        f"Over {dates} as-of dates '{least.en}' is nearest to the best of each date on average; the model is best on "
        f"{model.best_on}, {model.mean:.3f} behind on average and {model.worst:.3f} at worst.",
    )


def regret_table(table: RegretTable) -> Table:
    """How far each order's precision at k is from the best of each date."""
    columns = (
        Label("次序", "Order"),
        Label("平均差距", "Mean regret"),
        Label("最大差距", "Worst regret"),
        Label("最好的日期数", "Best on dates"),
    )
    rows = tuple(
        (ranking_words(row.name), _figure(row.mean), _figure(row.worst), f"{row.best_on}") for row in table.rows()
    )
    title = Label("与各日期最好次序的差距（校准期和检验期）", "Regret: behind the best of each date, both windows")
    return Table(title, columns, rows)


def features_table(orders: FeatureOrders, definition: Definition, shown: int) -> Table:
    """The best single features of the calibration window and the one in the middle."""
    chosen = list(orders.orders[:shown])
    if orders.median is not None and orders.median not in chosen:
        chosen.append(orders.median)
    rows = tuple(
        (feature_words(one, definition), _ways(one), f"{orders.orders.index(one) + 1}", f"{one.precision:.3f}")
        for one in chosen
    )
    columns = (
        Label("特征", "Feature"),
        Label("次序", "Order"),
        Label("名次", "Place"),
        Label("校准期查准率", "Precision, calibration window"),
    )
    title = Label(
        f"单项特征排序（共 {len(orders.orders)} 项，校准期）",
        f"One feature alone ({len(orders.orders)} of them, calibration window)",
    )
    return Table(title, columns, rows)


def feature_words(order: FeatureOrder, definition: Definition) -> Label:
    """What a feature's column is called; a part of a category with its value."""
    spec = next(spec for spec in feature_specs(definition) if order.name in spec.columns)
    if len(spec.columns) == 1:
        return spec.label
    value = spec.value_labels[float(spec.columns.index(order.name))]
    return Label(f"{spec.label.zh}：{value.zh}", f"{spec.label.en}: {value.en}")


def ranking_words(name: str) -> Label:
    """What an order is called."""
    return RANKING_WORDS.get(name, Label(name, name))


def interval_cell(one: Interval) -> Label:
    """A figure with the ends of its interval."""
    if one.value is None:
        return NOT_ESTIMABLE
    ends = "" if one.lower is None or one.upper is None else f" ({one.lower:.3f}, {one.upper:.3f})"
    return Label(f"{one.value:.3f}{ends}", f"{one.value:.3f}{ends}")


def _gain(one: Interval) -> Label:
    if one.value is None:
        return NOT_ESTIMABLE
    if one.lower is None or one.upper is None:
        return Label(f"{one.value:+.3f}", f"{one.value:+.3f}")
    return Label(
        f"{one.value:+.3f}（{one.lower:+.3f} 至 {one.upper:+.3f}）",
        f"{one.value:+.3f} ({one.lower:+.3f} to {one.upper:+.3f})",
    )


def _ways(order: FeatureOrder) -> Label:
    return Label("高者优先", "high first") if order.direction > 0 else Label("低者优先", "low first")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.0f} %"


def _figure(value: float | None) -> Label:
    return NOT_ESTIMABLE if value is None else Label(f"{value:.3f}", f"{value:.3f}")
