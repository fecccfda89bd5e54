"""The section on equal recall: cut-offs by group, what they do to the next window, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable

from features.definition import Label
from features.definition.groups import audit_groups
from models.policy.equal_recall import write_equal_recall
from training.audit.context import AuditContext
from training.audit.section import Picture, Section, Table
from training.audit.svg import Bar, bars
from training.fairness.drawn import frames
from training.fairness.equal_recall import (
    FEW_NEEDS,
    NO_LOTS,
    WIDE,
    EqualRecallRequest,
    EqualRecallResult,
    equal_recall,
)
from training.fairness.settings import EqualRecallRule, fairness_rule
from training.fairness.tally import PRECISION, RECALL, SELECTION_RATE
from training.fairness.words import REFERENCE, capital, interval_words

KEY = "equal_recall"
FILE = "equal_recall.json"
TITLE = Label("等查全名单：各组同样多的需要被找到", "Equal recall: each group's needs found equally often")

_FIGURES = ("fitted", "refused", "largest_price", "least_recall_ratio")


def section(context: AuditContext) -> Section:
    """Fit equal-recall cut-offs on the calibration window and show what they do to the test window."""
    evidence, rule = context.evidence, fairness_rule().equal_recall
    declared = audit_groups(context.definition)
    request = EqualRecallRequest(
        model_id=evidence.model_id,
        earlier=evidence.estimate_rows("known", "calibrate"),
        later=evidence.estimate_rows("known"),
        frames=frames(context.store, context.definition, context.evidence.cut),
        plan=evidence.plan,
        rule=rule,
    )
    return describe(tuple(equal_recall(request, declared.groups[name]) for name in declared.equal_recall), rule)


def describe(results: tuple[EqualRecallResult, ...], rule: EqualRecallRule) -> Section:
    """Say in words, tables, pictures and figures what was fitted, and keep the cut-offs."""
    return Section(
        key=KEY,
        title=TITLE,
        findings=tuple(_findings(results, rule)),
        tables=tuple(_table(one) for one in results if one.cutoffs is not None),
        pictures=tuple(_picture(one) for one in results if one.cutoffs is not None),
        figures=_figures(results),
        data={one.group.name: _data(one) for one in results},
        files={FILE: write_equal_recall([one.cutoffs for one in results if one.cutoffs is not None])},
    )


def _figures(results: tuple[EqualRecallResult, ...]) -> dict[str, float | None]:
    fitted = [one for one in results if one.cutoffs is not None]
    prices = [one.price.value for one in fitted if one.price.value is not None]
    ratios = [ratio for one in fitted for each in one.equal[1:] if (ratio := each.ratios[RECALL].value) is not None]
    values = (
        float(len(fitted)),
        float(sum(bool(one.reasons) for one in results)),
        min(prices, default=None),
        min(ratios, default=None),
    )
    return dict(zip(_FIGURES, values, strict=True))


def _findings(results: tuple[EqualRecallResult, ...], rule: EqualRecallRule) -> Iterable[Label]:
    if not results:
        yield Label("台账定义没有列出要等查全的组。", "The ledger definition names no group to equalise.")
    for one in results:
        yield _verdict(one, rule)
    yield Label(
        "等查全默认关闭；打开它是一项政策决定，须写明并留痕。",
        "Equal recall is off; switching it on is a decision of policy, written down and logged.",
    )


def _verdict(one: EqualRecallResult, rule: EqualRecallRule) -> Label:
    kind = one.group.label
    zh, en = f"{kind.zh}：", f"{capital(kind.en)}: "
    if FEW_NEEDS in one.reasons:
        return Label(
            f"{zh}不足两组（含参照组）各有 {rule.fewest_needs} 项已知新需要，无法计算。",
            f"{en}fewer than two groups, the reference among them, have {rule.fewest_needs} known new needs; "
            "nothing is fitted.",
        )
    price, ratios = interval_words(one.price), [interval_words(each.ratios[RECALL], 2) for each in one.equal[1:]]
    effect_zh = f"检验期查全率之比 {'、'.join(map(str, ratios))}，查准率变化 {price}"
    effect_en = f"in the test window the recall ratio is {', '.join(map(str, ratios))} and precision changes by {price}"
    if not one.reasons:
        return Label(f"{zh}可以使用；{effect_zh}。", f"{en}may be used; {effect_en}.")
    why = [_REASONS[reason] for reason in one.reasons]
    because_zh, because_en = "、".join(word.zh for word in why), " and ".join(word.en for word in why)
    return Label(
        f"{zh}拒绝使用，因为{because_zh}；仅供参考：{effect_zh}。",
        f"{en}refused, since {because_en}; for orientation, {effect_en}.",
    )


_REASONS = {
    NO_LOTS: Label("抽签和法定名额中已知的需要太少", "random places and duties hold too few known needs"),
    WIDE: Label("查全率之比的区间比规定的宽", "the interval of the recall ratio is wider than declared"),
}


def _table(one: EqualRecallResult) -> Table:
    kind = one.group.label
    columns = (
        kind,
        Label("原名单：上名单", "Plain: listed"),
        Label("查全率", "Recall"),
        Label("查准率", "Precision"),
        Label("等查全：上名单", "Equal: listed"),
        Label("查全率", "Recall"),
        Label("查准率", "Precision"),
        Label("查全率之比", "Recall ratio"),
    )
    rows = tuple(
        (
            one.group.names.get(name, Label(name, name)),
            *(interval_words(before.measures[measure]) for measure in (SELECTION_RATE, RECALL, PRECISION)),
            *(interval_words(after.measures[measure]) for measure in (SELECTION_RATE, RECALL, PRECISION)),
            REFERENCE if number == 0 else interval_words(after.ratios[RECALL], 2),
        )
        for number, (name, before, after) in enumerate(zip(one.names, one.plain, one.equal, strict=True))
    )
    title = Label(f"{kind.zh}：检验期，同样名额", f"{capital(kind.en)}: test window, the same number of places")
    return Table(title, columns, rows)


def _picture(one: EqualRecallResult) -> Picture:
    kind = one.group.label
    items = []
    for name, before, after in zip(one.names, one.plain, one.equal, strict=True):
        words = one.group.names.get(name, Label(name, name))
        for told, measured, faint in ((_PLAIN, before, True), (_EQUAL, after, False)):
            recall = measured.measures[RECALL]
            label = Label(f"{words.zh}，{told.zh}", f"{words.en}, {told.en}")
            items.append(Bar(label, recall.value, recall.lower, recall.upper, faint=faint))
    alt = Label(f"{kind.zh}：等查全前后的查全率", f"{capital(kind.en)}: recall without and with equal recall")
    return bars(alt, items)


_PLAIN = Label("原名单", "plain list")
_EQUAL = Label("等查全", "equal recall")


def _data(one: EqualRecallResult) -> dict[str, object]:
    cutoffs = one.cutoffs
    return {
        "reasons": list(one.reasons),
        "by_lot": None if cutoffs is None else cutoffs.by_lot,
        "price": [one.price.value, one.price.lower, one.price.upper],
        "precision": [one.precision_plain.value, one.precision_equal.value],
        "recall": {
            each.group: [before.measures[RECALL].value, each.measures[RECALL].value]
            for before, each in zip(one.plain, one.equal, strict=True)
        },
    }
