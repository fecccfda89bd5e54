"""The section on groups: who is listed, whose needs are found, and what may be claimed of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from features.definition import Label
from features.definition.groups import audit_groups
from training.audit.context import AuditContext
from training.audit.section import Picture, Section
from training.audit.svg import Bar, Dot, bars, dots
from training.fairness.compare import Comparison, GroupResult, compare_groups, compare_pairs, precise_enough
from training.fairness.drawn import drawn_rows, frames
from training.fairness.groups_tables import group_tables, pair_table
from training.fairness.listed import with_places
from training.fairness.settings import FairnessRule, fairness_rule
from training.fairness.tally import OBSERVED_EXPECTED, RECALL, SELECTION_RATE, GroupMeasures
from training.fairness.words import capital, interval_words
from training.stability.resample import Interval

KEY = "groups"
TITLE = Label("各组儿童：谁上名单，谁的需要被找到", "Groups: who is listed and whose needs are found")


def section(context: AuditContext) -> Section:
    """Compare the groups the definition declares at the plan's list length, on known children of the test window."""
    evidence, rule = context.evidence, fairness_rule()
    declared = audit_groups(context.definition)
    if not declared.groups:
        words = Label("台账定义没有列出要比较的组。", "The ledger definition declares no groups to compare.")
        return Section(KEY, TITLE, (words,), figures=dict.fromkeys(_FIGURES))
    rows = with_places(evidence.estimate_rows("known"), evidence.plan)
    drawn = drawn_rows(rows, frames(context.store, context.definition, context.evidence.cut))
    compared = compare_groups(rows, drawn, declared, rule, evidence.plan.seed)
    pairs = compare_pairs(rows, drawn, declared, rule, evidence.plan.seed)
    return describe(compared, pairs, rule)


def describe(compared: tuple[Comparison, ...], pairs: tuple[Comparison, ...], rule: FairnessRule) -> Section:
    """Say in words, tables, pictures and figures what was compared."""
    return Section(
        key=KEY,
        title=TITLE,
        findings=(*_findings(compared, rule), *_pair_words(pairs, rule)),
        tables=(
            *(table for one in compared for table in group_tables(one, rule)),
            *(table for one in pairs if (table := pair_table(one, rule)) is not None),
        ),
        pictures=tuple(picture for one in compared if (picture := _picture(one)) is not None) + _calibration(compared),
        figures=figures(compared),
        data={one.grouping.name: _data(one, rule) for one in (*compared, *pairs)},
    )


_FIGURES = (
    "least_recall_ratio",
    "least_recall_ratio_lower",
    "least_selection_ratio",
    "least_recall_ratio_by_lot",
    "least_recall_ratio_by_lot_lower",
)


def figures(compared: Iterable[Comparison]) -> dict[str, float | None]:
    """The worst ratios over all groups with needs enough; by lot only where the lots identify both recalls.

    The least of many ratios is low by chance alone; ``least_recall_ratio_lower`` is the end of that group's interval.
    """
    compared = tuple(compared)
    recall = _least(one.measured for each in compared for one in each.others)
    by_lot = _least(
        one.by_lot
        for each in compared
        if each.results and each.results[0].claims[RECALL] == "identified"
        for one in each.others
        if one.by_lot is not None and one.claims[RECALL] == "identified"
    )
    selection = [
        ratio
        for each in compared
        for one in each.others
        if (ratio := one.measured.ratios[SELECTION_RATE].value) is not None
    ]
    return {
        "least_recall_ratio": None if recall is None else recall.ratios[RECALL].value,
        "least_recall_ratio_lower": None if recall is None else recall.ratios[RECALL].lower,
        "least_selection_ratio": min(selection, default=None),
        "least_recall_ratio_by_lot": None if by_lot is None else by_lot.ratios[RECALL].value,
        "least_recall_ratio_by_lot_lower": None if by_lot is None else by_lot.ratios[RECALL].lower,
    }


def _least(measured: Iterable[GroupMeasures | None]) -> GroupMeasures | None:
    known = [one for one in measured if one is not None and one.ratios[RECALL].value is not None]
    return min(known, key=lambda one: one.ratios[RECALL].value or 0.0, default=None)


def _findings(compared: tuple[Comparison, ...], rule: FairnessRule) -> Iterable[Label]:
    behind = [
        (each, one)
        for each in compared
        for one in each.others
        if (upper := one.measured.ratios[RECALL].upper) is not None and upper < 1
    ]
    if behind:
        zh = "；".join(f"{_name(each, one).zh}，为参照组的 {_ratio(one)}" for each, one in behind)
        en = "; ".join(f"{_name(each, one).en}, {_ratio(one)} of the reference" for each, one in behind)
        yield Label(
            f"在已查看的儿童中，这些组的新需要比参照组更少被名单找到：{zh}。",
            f"Among assessed children the list finds a smaller share of the new needs of these groups: {en}.",
        )
    else:
        yield Label(
            "在已查看的儿童中，没有一组的查全率明显低于参照组；区间宽处仍可能有差距。",
            "Among assessed children no group's recall is clearly below its reference; wide intervals may hide a gap.",
        )
    claims = [one.claims[RECALL] for each in compared for one in each.results if one.enough]
    sure = claims.count("identified")
    yield Label(
        f"{len(claims)} 个组中有 {sure} 个的查全率由抽签名额识别（假定见到与否与需要无关）；其余只知上下限。",
        f"Random places identify recall for {sure} of {len(claims)} groups, if who was met does not depend on need; "
        "for the rest only bounds are known.",
    )
    small = [each for each in compared if each.grouping.merged or any(not one.enough for one in each.results)]
    if small:
        zh, en = (
            "、".join(each.grouping.label.zh for each in small),
            ", ".join(each.grouping.label.en for each in small),
        )
        yield Label(
            f"新需要不足 {rule.groups.fewest_needs} 项的组合并为“其他小组”或写“太少”，人数仍计入：{zh}。",
            f"Groups with fewer than {rule.groups.fewest_needs} known new needs are brought together or marked "
            f"'too few'; their children are still counted: {en}.",
        )


def _pair_words(pairs: tuple[Comparison, ...], rule: FairnessRule) -> Iterable[Label]:
    for each in pairs:
        shown = sum(precise_enough(one, rule) for one in each.results)
        yield Label(
            f"{each.grouping.label.zh}：{len(each.results)} 个组合中 {shown} 个足够精确，可以列出。",
            f"{each.grouping.label.en}: {shown} of {len(each.results)} combinations are precise enough to show.",
        )


def _name(each: Comparison, one: GroupResult) -> Label:
    words, kind = each.grouping.names[one.measured.group], each.grouping.label
    return Label(f"{kind.zh}·{words.zh}", f"{kind.en}: {words.en}")


def _ratio(one: GroupResult) -> str:
    return str(interval_words(one.measured.ratios[RECALL], 2))


def _picture(each: Comparison) -> Picture | None:
    told = [one for one in each.results if one.enough]
    if len(told) < 2:
        return None
    kind = each.grouping.label
    items = [
        Bar(
            each.grouping.names[one.measured.group],
            (recall := one.measured.measures[RECALL]).value,
            recall.lower,
            recall.upper,
            faint=one.measured.group == each.grouping.reference,
        )
        for one in told
    ]
    alt = Label(f"{kind.zh}：查全率（浅色为参照组）", f"{capital(kind.en)}: recall (the pale bar is the reference)")
    return bars(alt, items)


def _calibration(compared: tuple[Comparison, ...]) -> tuple[Picture, ...]:
    points = [dot for each in compared for one in each.results if one.enough and (dot := _dot(one)) is not None]
    if not points:
        return ()
    alt = Label(
        "各组校准：每点一组，横轴为平均概率，纵轴为实际比例",
        "Calibration: one dot per group, mean probability against observed share",
    )
    return (dots(alt, points, Label("平均概率", "mean probability"), Label("实际比例", "observed share")),)


def _dot(one: GroupResult) -> Dot | None:
    counts, ratio = one.measured.counts, one.measured.measures[OBSERVED_EXPECTED]
    if ratio.value is None or ratio.lower is None or ratio.upper is None:
        return None
    mean = counts["expected"] / counts["visits"]
    return Dot(mean, ratio.value * mean, ratio.lower * mean, ratio.upper * mean)


def _data(each: Comparison, rule: FairnessRule) -> Mapping[str, object]:
    return {
        "reference": each.grouping.reference,
        "merged": list(each.grouping.merged),
        "groups": {one.measured.group: _group_data(one, rule) for one in each.results},
    }


def _group_data(one: GroupResult, rule: FairnessRule) -> Mapping[str, object]:
    shown = one.measured.counts["children"] >= rule.groups.fewest_children
    content: dict[str, object] = {
        "children": one.measured.counts["children"] if shown else None,
        "enough": one.enough,
        "claims": dict(one.claims),
    }
    if one.enough:
        content |= {
            "measures": {name: _ends(value) for name, value in one.measured.measures.items()},
            "ratios": {name: _ends(value) for name, value in one.measured.ratios.items()},
            "bounds": {name: list(ends) for name, ends in one.measured.bounds.items()},
            "by_lot": None
            if one.by_lot is None
            else {name: _ends(one.by_lot.measures[name]) for name in one.claims if one.claims[name] == "identified"},
        }
    return content


def _ends(found: Interval) -> list[float | None]:
    return [found.value, found.lower, found.upper]
