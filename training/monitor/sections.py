"""What monitoring saw, as sections a person reads: alarms first, then the inputs, then lists and what they found."""

from __future__ import annotations

from collections.abc import Iterable

from features.definition import Label
from training.audit.section import Section, Table
from training.monitor.alarm import Alarm
from training.monitor.county import CountyWatch, FeatureWatch
from training.monitor.names import Words
from training.monitor.report import MonitorReport
from training.monitor.words import (
    LEVEL_WORDS,
    NOT_KNOWN_YET,
    NOT_RECORDED,
    TOO_SMALL,
    WHOLE_REGION,
    between,
    percent,
    share_of,
)

Cell = Label | str

SHOWN_FEATURES = 8

_COUNTY = Label("县", "county")
_CHILDREN = Label("儿童", "children")


def sections(report: MonitorReport, words: Words) -> tuple[Section, ...]:
    """The sections of a report, what matters first."""
    return (_alarms(report), _counties(report), _inputs(report, words), _found(report, words), _groups(report, words))


def _alarms(report: MonitorReport) -> Section:
    order = sorted(report.alarms, key=lambda alarm: ("hard", "warn", "info").index(alarm.level))
    return Section(
        key="alarms",
        title=Label("提示与警报", "Alarms"),
        findings=tuple(_suspended(report)) + tuple(_finding(alarm) for alarm in order if alarm.level == "hard"),
        tables=(
            Table(
                Label("全部警报", "All alarms"),
                (Label("级别", "level"), _COUNTY, Label("看到什么", "what was seen")),
                tuple((LEVEL_WORDS[one.level], one.county or WHOLE_REGION, one.words) for one in order),
            ),
        ),
    )


def _suspended(report: MonitorReport) -> Iterable[Label]:
    if not report.suspended:
        yield Label("没有县被暂停评分。", "The scores of no county are suspended.")
    for county, one in sorted(report.suspended.items()):
        yield Label(
            f"{county}：自 {one.since} 起评分已暂停（{one.reason.zh}）",
            f"{county}: scores are suspended since {one.since} ({one.reason.en})",
        )


def _finding(alarm: Alarm) -> Label:
    return Label(f"{alarm.county}：{alarm.words.zh}", f"{alarm.county}: {alarm.words.en}")


def _counties(report: MonitorReport) -> Section:
    columns = (
        _COUNTY,
        _CHILDREN,
        Label("一月前", "a month before"),
        Label("最近记录", "newest record"),
        Label("已评分", "scored"),
        Label("评分变化 w", "score drift w"),
        Label("不详项增多", "inputs less known"),
    )
    return Section(
        key="counties",
        title=Label("各县", "Counties"),
        findings=(),
        tables=(
            Table(Label("各县一览", "Each county"), columns, tuple(_county(one, report) for one in report.counties)),
        ),
    )


def _county(one: CountyWatch, report: MonitorReport) -> tuple[Cell, ...]:
    unknown = sum(alarm.kind == "unknown" and alarm.county == one.county for alarm in report.alarms)
    return (
        one.county,
        f"{one.children:,}",
        f"{one.children_before:,}",
        "-" if one.newest_recorded_on is None else str(one.newest_recorded_on),
        f"{one.score.scored:,}",
        "-" if one.score.drift is None else f"{one.score.drift.effect:.2f}",
        str(unknown),
    )


def _inputs(report: MonitorReport, words: Words) -> Section:
    columns = (
        _COUNTY,
        Label("模型输入", "input"),
        Label("变化 w", "drift w"),
        Label("设计效应", "design effect"),
        Label("不详", "not known"),
        Label("建模时不详", "not known before"),
    )
    rows = tuple(
        (one.county, words.features[feature.name], *_drift(feature))
        for one in report.counties
        for feature in _most_moved(one)
    )
    note = Label(
        "w：0.1 小，0.3 中，0.5 大（Cohen 1988），已扣除抽样误差；区间按家庭（区域指标按村）聚类。",
        "w: 0.1 small, 0.3 medium, 0.5 large (Cohen 1988), less what chance adds; clustered by household, by village "
        "for facts of an area.",
    )
    table = Table(Label("变化最大的输入", "Inputs that moved most"), columns, rows)
    return Section("inputs", Label("模型的输入", "Inputs of the model"), (note,), (table,))


def _most_moved(one: CountyWatch) -> list[FeatureWatch]:
    moved = [feature for feature in one.features if feature.drift is not None and feature.drift.effect > 0]
    return sorted(moved, key=lambda feature: -(feature.drift.effect if feature.drift else 0.0))[:SHOWN_FEATURES]


def _drift(one: FeatureWatch) -> tuple[Cell, ...]:
    effect, design = ("-", "-") if one.drift is None else (f"{one.drift.effect:.2f}", f"{one.drift.design_effect:.1f}")
    if one.unknown is None:
        return effect, design, "-", "-"
    return effect, design, percent(one.unknown.share), percent(one.unknown.reference)


def _found(report: MonitorReport, words: Words) -> Section:
    strata = tuple(
        (words.stratum(name), f"{one.drawn:,}", share_of(one.met, one.drawn), share_of(one.assessed, one.drawn))
        for name, one in sorted(report.region.strata.items())
    )
    columns = (Label("层", "stratum"), Label("抽中户", "drawn"), Label("见到", "met"), Label("有结果", "assessed"))
    return Section(
        key="found",
        title=Label("名单找到了什么", "What the lists find"),
        findings=(_expected(report), _realised(report), _overrides(report)),
        tables=(Table(Label("各层的标签覆盖", "Label coverage by stratum"), columns, strata),),
    )


def _expected(report: MonitorReport) -> Label:
    one = report.expected
    if one.precision is None:
        return Label("没有可排序的儿童。", "There is no child to order.")
    ends = between(one.interval(report.limits.performance.confidence))
    return Label(
        f"{report.as_of} 的名单：若校准仍成立，预期 {percent(one.precision)}（{ends}）的走访发现新需要。",
        f"List of {report.as_of}: {percent(one.precision)} ({ends}) of the visits should find a new need, if the "
        "calibration still holds.",
    )


def _realised(report: MonitorReport) -> Label:
    one = report.region.realised
    precision, expected = (None, None) if one is None else (one.at_k.precision, one.expected.precision)
    if one is None or precision is None or expected is None:
        return Label(f"实际结果：{NOT_KNOWN_YET.zh}。", f"Realised: {NOT_KNOWN_YET.en}.")
    return Label(
        f"{one.as_of} 的名单：有结果的 {one.at_k.assessed:,.0f} 名儿童中 {percent(precision)} 有新需要，"
        f"预期 {percent(expected)}；全部名额的上下限为 {percent(one.at_k.lower)}-{percent(one.at_k.upper)}。",
        f"List of {one.as_of}: of {one.at_k.assessed:,.0f} children assessed {percent(precision)} had a new need, "
        f"{percent(expected)} expected; over all places at least {percent(one.at_k.lower)}, at most "
        f"{percent(one.at_k.upper)}.",
    )


def _overrides(report: MonitorReport) -> Label:
    if report.overridden is None:
        return Label(f"人工改动名单：{NOT_RECORDED.zh}。", f"Places overridden by people: {NOT_RECORDED.en}.")
    count, drawn = report.overridden
    share = share_of(count, drawn)
    return Label(
        f"人工改动名单：{share}（{count:,} / {drawn:,}）。", f"Places overridden: {share} ({count:,} of {drawn:,})."
    )


def _groups(report: MonitorReport, words: Words) -> Section:
    columns = (
        Label("群体", "group"),
        _CHILDREN,
        Label("进入名单", "on the list"),
        Label("与其他儿童之比", "ratio to others"),
        Label("95% 区间", "95% interval"),
    )
    rows: list[tuple[Cell, ...]] = []
    for (column, value), one in report.region.groups.items():
        name = words.group(column, value)
        if one.children < report.limits.groups.least_children:
            rows.append((name, TOO_SMALL, "-", "-", "-"))
        else:
            ratio = "-" if one.ratio is None else f"{one.ratio:.2f}"
            ends = "-" if one.lower is None or one.upper is None else f"{one.lower:.2f}-{one.upper:.2f}"
            rows.append((name, f"{one.children:,}", percent(one.rate), ratio, ends))
    note = Label(
        "只说明谁在名单上，不说明是否应当：需要本身可能不同，见审查报告。",
        "Who is on the list, not who should be: need itself may differ; see the audit.",
    )
    table = Table(Label("名单上的群体", "Groups on the list"), columns, tuple(rows))
    return Section("groups", Label("名单上的群体", "Groups on the list"), (note,), (table,))
