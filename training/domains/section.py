"""The section on need by support domain: which domains can be told apart, how well, and which have too few labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from features.definition import Label
from models.domains import DomainModels
from training.audit.context import AuditContext
from training.audit.section import Picture, Section, Table
from training.audit.svg import NOT_ESTIMABLE, Bar, bars
from training.domains.estimate import DomainEstimate, domain_figures, domain_rows, estimate_domains
from training.domains.interval import DomainIntervals, domain_intervals
from training.plan import ScreeningPlan
from training.stability.resample import Interval

KEY = "domains"

_Measured = tuple[DomainEstimate, DomainIntervals | None]
Cell = Label | str


def section(context: AuditContext) -> Section:
    """How well each domain's model does on the test window, and what "likely" is worth."""
    models, plan = context.bundle.domains, context.evidence.plan
    rows = domain_rows(context.dataset, models, plan, threads=context.threads)
    estimates = estimate_domains(rows, models, plan)
    measured = [(one, domain_intervals(rows, one.domain, plan.seed) if one.estimable else None) for one in estimates]
    words = context.definition.domains
    return Section(
        key=KEY,
        title=Label("分领域的需要", "Need by support domain"),
        findings=(
            *(_finding(one, words[one.domain], ends, models, plan) for one, ends in measured),
            _rule_words(models),
        ),
        tables=(_worth(measured, words), _labels(estimates, words, models, plan)),
        pictures=(_picture(measured, words),) if measured else (),
        figures=domain_figures(estimates) | _ends(measured),
        data={one.domain: asdict(one) for one in estimates},
    )


def _rule_words(models: DomainModels) -> Label:
    rule = models.likely_rule
    return Label(
        f"一名儿童某领域的可能性达到全部儿童的 {rule.times_base_rate:g} 倍才称为“可能”，"
        f"每名儿童至多列 {rule.at_most} 个。",
        f"A domain is called likely for a child from {rule.times_base_rate:g} times the chance of all children on; "
        f"at most {rule.at_most} are named.",
    )


def _finding(
    one: DomainEstimate, name: Label, ends: DomainIntervals | None, models: DomainModels, plan: ScreeningPlan
) -> Label:
    if not one.fitted:
        least = models.least
        return Label(
            f"{name.zh}：标签太少，无法估计。拟合窗口 {one.counts.fit_positives} 例新需要（至少 {least.fit} 例），"
            f"校准窗口 {one.counts.calibrate_positives} 例（至少 {least.calibrate} 例）。",
            f"{name.en}: not estimable, too few labels. {one.counts.fit_positives} new needs to fit "
            f"(at least {least.fit}) and {one.counts.calibrate_positives} to calibrate (at least {least.calibrate}).",
        )
    if ends is None:
        return Label(
            f"{name.zh}：有模型，但测试窗口只有 {one.positives} 例新需要，好坏无法估计"
            f"（至少 {plan.by_domain.least_test_positives} 例）。",
            f"{name.en}: there is a model, but how good it is is not estimable: {one.positives} new needs in the test "
            f"window (at least {plan.by_domain.least_test_positives}).",
        )
    doubt, auc = _doubt(one, plan), _between(ends.auc, "{:.2f}")
    if ends.likely_rate.value is None:
        return Label(
            f"{name.zh}：AUC {auc}；没有一名儿童被称为“可能”。{doubt.zh}",
            f"{name.en}: AUC {auc}; it is called likely for no child.{doubt.en}",
        )
    found, base = _between(ends.likely_rate, "{:.0%}"), f"{one.base_rate:.1%}"
    return Label(
        f"{name.zh}：AUC {auc}；称为“可能”的儿童中 {found} 确有新需要，全部儿童中为 {base}。{doubt.zh}",
        f"{name.en}: AUC {auc}; of the children it is called likely for {found} had a new need in it, "
        f"of all children {base}.{doubt.en}",
    )


def _doubt(one: DomainEstimate, plan: ScreeningPlan) -> Label:
    """What is said of a model that is no better than chance, or too good to be true."""
    if one.auc is not None and one.auc > plan.checks.model_auc_at_most:
        return Label("好得可疑：先查是否泄漏。", " Too good to be true until leakage is ruled out.")
    if one.auc is not None and one.auc <= 0.5:
        return Label("不比抽签好。", " No better than lots.")
    return Label("", "")


def _worth(measured: Sequence[_Measured], words: Mapping[str, Label]) -> Table:
    columns = (
        Label("领域", "Domain"),
        Label("新需要占比", "Base rate"),
        Label("AUC", "AUC"),
        Label("校准斜率", "Calibration slope"),
        Label("称为“可能”的儿童", "Called likely for"),
        Label("其中确有新需要", "Of these with a new need"),
    )
    rows = tuple((words[one.domain], *_cells(one, ends)) for one, ends in measured)
    return Table(
        Label("各领域模型的好坏（测试窗口）", "What the domains' models are worth (test window)"), columns, rows
    )


def _cells(one: DomainEstimate, ends: DomainIntervals | None) -> tuple[Cell, ...]:
    return (
        _text(one.base_rate, "{:.1%}"),
        NOT_ESTIMABLE if ends is None else _between(ends.auc, "{:.3f}"),
        _text(one.slope, "{:.2f}"),
        _text(one.likely_share, "{:.1%}"),
        NOT_ESTIMABLE if ends is None else _between(ends.likely_rate, "{:.1%}"),
    )


def _labels(
    estimates: Sequence[DomainEstimate], words: Mapping[str, Label], models: DomainModels, plan: ScreeningPlan
) -> Table:
    columns = (
        Label("领域", "Domain"),
        Label(f"拟合（至少 {models.least.fit}）", f"Fit (at least {models.least.fit})"),
        Label(f"校准（至少 {models.least.calibrate}）", f"Calibrate (at least {models.least.calibrate})"),
        Label(
            f"测试（至少 {plan.by_domain.least_test_positives}）",
            f"Test (at least {plan.by_domain.least_test_positives})",
        ),
    )
    rows = tuple(
        (
            words[one.domain],
            f"{one.counts.fit_positives:,} / {one.counts.fit_labels:,}",
            f"{one.counts.calibrate_positives:,} / {one.counts.calibrate_labels:,}",
            f"{one.positives:,} / {one.labels:,}",
        )
        for one in estimates
    )
    title = Label("新需要 / 查看过的儿童，按窗口", "New needs / children it was looked at for, by window")
    return Table(title, columns, rows)


def _picture(measured: Sequence[_Measured], words: Mapping[str, Label]) -> Picture:
    items = [
        Bar(
            words[one.domain],
            one.auc,
            None if ends is None else ends.auc.lower,
            None if ends is None else ends.auc.upper,
        )
        for one, ends in measured
    ]
    return bars(Label("各领域的 AUC（0.5 为抽签）", "AUC by domain (0.5 is chance)"), items, mark=0.5)


def _ends(measured: Sequence[_Measured]) -> dict[str, float | None]:
    """The ends of the intervals as figures."""
    found: dict[str, float | None] = {}
    for one, ends in measured:
        for name in ("auc", "likely_rate"):
            interval: Interval | None = None if ends is None else getattr(ends, name)
            found[f"{one.domain}.{name}_lower"] = None if interval is None else interval.lower
            found[f"{one.domain}.{name}_upper"] = None if interval is None else interval.upper
    return found


def _between(interval: Interval, form: str) -> Cell:
    if interval.value is None:
        return NOT_ESTIMABLE
    value = form.format(interval.value)
    if interval.lower is None or interval.upper is None:
        return value
    return f"{value} ({form.format(interval.lower)}–{form.format(interval.upper)})"


def _text(value: float | None, form: str) -> Cell:
    return NOT_ESTIMABLE if value is None else form.format(value)
