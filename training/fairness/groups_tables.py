"""The tables on groups: counts, shares and ratios with intervals, each beside what may be claimed of it."""

from __future__ import annotations

from collections.abc import Iterable

from features.definition import Label
from training.audit.section import Table
from training.fairness.compare import Comparison, GroupResult, precise_enough
from training.fairness.settings import FairnessRule
from training.fairness.tally import (
    FALSE_OMISSION,
    MEAN_PLACE,
    OBSERVED_EXPECTED,
    PRECISION,
    RECALL,
    SELECTION_RATE,
)
from training.fairness.words import REFERENCE, TOO_FEW, capital, claim_words, count_words, interval_words


def group_tables(each: Comparison, rule: FairnessRule) -> Iterable[Table]:
    """Who is listed and found, then precision, omission and calibration, of each group of a kind."""
    kind = each.grouping.label
    yield Table(
        Label(f"{kind.zh}：上名单与查全", f"{capital(kind.en)}: listed and found"),
        (
            kind,
            Label("儿童", "Children"),
            Label("新需要", "New needs"),
            Label("上名单比例", "Listed"),
            Label("与参照之比", "Ratio"),
            Label("查全率", "Recall"),
            Label("与参照之比", "Ratio"),
            Label("可以说什么", "What may be claimed"),
        ),
        tuple(_recall_row(each, one, rule) for one in each.results),
    )
    yield Table(
        Label(f"{kind.zh}：查准、遗漏与校准", f"{capital(kind.en)}: precision, omission and calibration"),
        (
            kind,
            Label("查准率", "Precision"),
            Label("可以说什么", "What may be claimed"),
            Label("名单外有需要的比例", "False omission"),
            Label("可以说什么", "What may be claimed"),
            Label("实际 / 预期", "Observed / expected"),
            Label("平均位次（0 最前）", "Mean place (0 first)"),
        ),
        tuple(_precision_row(each, one) for one in each.results),
    )


def _recall_row(each: Comparison, one: GroupResult, rule: FairnessRule) -> tuple[Label | str, ...]:
    measured, few = one.measured, rule.groups.fewest_children
    reference = measured.group == each.grouping.reference
    head = (
        each.grouping.names[measured.group],
        count_words(measured.counts["children"], few),
        count_words(measured.counts["needs"], few),
    )
    if measured.counts["children"] < few:
        return (*head, *[TOO_FEW] * 5)
    listed = interval_words(measured.measures[SELECTION_RATE])
    listed_ratio = REFERENCE if reference else interval_words(measured.ratios[SELECTION_RATE], 2)
    if not one.enough:
        return (*head, listed, listed_ratio, *[TOO_FEW] * 3)
    ratio = REFERENCE if reference else interval_words(measured.ratios[RECALL], 2)
    return (*head, listed, listed_ratio, interval_words(measured.measures[RECALL]), ratio, claim_words(one, RECALL))


def _precision_row(each: Comparison, one: GroupResult) -> tuple[Label | str, ...]:
    name, measures = each.grouping.names[one.measured.group], one.measured.measures
    if not one.enough:
        return (name, *[TOO_FEW] * 6)
    return (
        name,
        interval_words(measures[PRECISION]),
        claim_words(one, PRECISION),
        interval_words(measures[FALSE_OMISSION]),
        claim_words(one, FALSE_OMISSION),
        interval_words(measures[OBSERVED_EXPECTED], 2),
        interval_words(measures[MEAN_PLACE], 2),
    )


def pair_table(each: Comparison, rule: FairnessRule) -> Table | None:
    """The combinations that are precise enough to show; None when none is."""
    rows = tuple(_recall_row(each, one, rule) for one in each.results if precise_enough(one, rule))
    columns = next(iter(group_tables(each, rule))).columns
    title = Label(f"{each.grouping.label.zh}：足够精确的组合", f"{capital(each.grouping.label.en)}: combinations")
    return Table(title, columns, rows) if rows else None
