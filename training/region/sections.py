"""What a check of a county found, as sections a person reads: the verdict first, then what it stands on."""

from __future__ import annotations

from math import sqrt

from scipy.stats import chi2

from features.definition import Definition, Label
from features.definition.feature import feature_specs
from training.audit.section import Section, Table
from training.audit.svg import Bar, bars
from training.monitor.drift import Divergence
from training.monitor.names import Words
from training.region.criteria import Criteria
from training.region.expected import Ends
from training.region.unvisited import left_out_words
from training.region.verdict import FIT_WORDS, Judged, Shift
from training.region.words import joined, share_words

SHOWN_BARS = 10
_CONFIDENCE = 0.95
_YES, _NO = Label("是", "yes"), Label("否", "no")
_NOT_KNOWN = Label("未知", "not known")
_DASH = "–"


def sections(judged: Judged, criteria: Criteria, definition: Definition, effect: float) -> tuple[Section, ...]:
    """The sections of a county's report.

    Args:
        judged: the county with its verdict.
        criteria: what it was held against.
        definition: has the words.
        effect: the effect (Cohen's w) above which an input counts as moved.
    """
    words = Words.of(definition)
    return (
        _verdict(judged, criteria),
        _coverage(judged, definition),
        _shift(judged, words, effect),
        _support(judged, definition),
        _expected(judged),
        _unseen(judged, words, definition),
    )


def _verdict(judged: Judged, criteria: Criteria) -> Section:
    fit = FIT_WORDS[judged.fit]
    first = Label(f"结论：模型对本县{fit.zh}。", f"Verdict: the release is {fit.en} for this county.")
    none = Label("没有不满足的条件。", "Every criterion is met.")
    changed = judged.changed / judged.tested if judged.tested else 0.0
    empty = len(judged.empty) / len(judged.look.columns) if judged.look.columns else 0.0
    rows = (
        _criterion(
            Label("超出模型范围的儿童", "children outside the model's support"),
            judged.look.outside_share,
            criteria.outside.care,
            criteria.outside.not_fit,
        ),
        _criterion(
            Label("分布不同或缺失的输入", "inputs that moved or are gone"),
            changed,
            criteria.inputs.care,
            criteria.inputs.not_fit,
        ),
        _criterion(
            Label("几乎为空的栏目", "columns as good as empty"), empty, criteria.columns.care, criteria.columns.not_fit
        ),
    )
    columns = (
        Label("条件", "criterion"),
        Label("实测", "seen"),
        Label("须慎用自", "with care from"),
        Label("不适合自", "not fit from"),
    )
    return Section(
        key="verdict",
        title=Label("结论", "Verdict"),
        findings=(first, *(one.words for one in judged.reasons)) if judged.reasons else (first, none),
        tables=(Table(Label("按声明的条件", "By the declared criteria"), columns, rows),),
        data={"fit": judged.fit, "reasons": [one.code for one in judged.reasons]},
    )


def _criterion(name: Label, seen: float, care: float, not_fit: float) -> tuple[Label | str, ...]:
    return name, share_words(seen), share_words(care), share_words(not_fit)


def _coverage(judged: Judged, definition: Definition) -> Section:
    columns = judged.look.columns
    labels = {
        (name, column): one.label for name, table in definition.tables.items() for column, one in table.columns.items()
    }
    fewer = [one for one in columns if one.reference is not None and one.share < one.reference - 0.05]
    finding = Label(
        f"模型读取 {len(columns)} 个栏目，其中 {len(fewer)} 个的登记比例比建模时低 5 个百分点以上。",
        f"The model reads {len(columns)} columns; {len(fewer)} of them are known for at least 5 points fewer children.",
    )
    rows = tuple(
        (
            labels[one.table, one.column],
            definition.tables[one.table].label,
            share_words(one.share),
            _DASH if one.reference is None else share_words(one.reference),
        )
        for one in sorted(columns, key=lambda one: one.share - (1.0 if one.reference is None else one.reference))
    )
    events = tuple(
        (definition.tables[one.table].label, f"{one.rows:,}", str(one.newest or _DASH)) for one in judged.look.tables
    )
    worst = sorted(columns, key=lambda one: one.share)[:SHOWN_BARS]
    picture = bars(
        Label("登记比例最低的栏目", "Columns known for the fewest children"),
        [Bar(labels[one.table, one.column], one.share) for one in worst],
    )
    return Section(
        key="coverage",
        title=Label("登记了什么", "What is recorded"),
        findings=(finding,),
        pictures=(picture,),
        tables=(
            Table(
                Label("模型读取的栏目", "Columns the model reads"),
                (Label("栏目", "column"), Label("表", "table"), Label("本县", "here"), Label("建模时", "reference")),
                rows,
            ),
            Table(
                Label("事件的记录", "Records of events"),
                (Label("表", "table"), Label("行数", "rows"), Label("最近登记", "last recorded")),
                events,
            ),
        ),
        data={"columns": {one.column: one.share for one in columns}},
    )


def _shift(judged: Judged, words: Words, effect: float) -> Section:
    beyond = sum(one.beyond for one in judged.shifts)
    finding = Label(
        f"{judged.tested} 项输入可比；{beyond} 项的差别超出抽样误差，"
        f"{judged.changed} 项差别大（w>{effect:g}）或不再登记。",
        f"{judged.tested} inputs can be compared; {beyond} differ by more than sampling explains, {judged.changed} by "
        f"much (w>{effect:g}) or are gone.",
    )
    rule = Label(
        "多项同时检验：按 Benjamini-Hochberg（1995）控制，认定的差别中错误不超过 5%；同户儿童按整体抽样计算。",
        "Many tests at once: by Benjamini and Hochberg (1995) at most 5% of what is believed is false; children of a "
        "household are counted as drawn together.",
    )
    ordered = sorted(judged.shifts, key=lambda one: -(one.feature.drift.effect if one.feature.drift else 0.0))
    shown = [one for one in ordered if one.feature.drift is not None][:SHOWN_BARS]
    picture = bars(
        Label("变化最大的输入（w，虚线为“差别大”）", "Inputs that moved most (w; dashed: by much)"),
        [
            Bar(words.features[one.feature.name], one.feature.drift.effect if one.feature.drift else None)
            for one in shown
        ],
        mark=effect,
    )
    columns = (
        Label("输入", "input"),
        Label("差别 w", "shift w"),
        Label("抽样可达", "chance alone"),
        Label("不详，本县", "not known here"),
        Label("建模时", "reference"),
        Label("超出抽样", "beyond sampling"),
        Label("差别大或缺失", "by much or gone"),
    )
    return Section(
        key="shift",
        title=Label("与建模时的差别", "Shift against the reference"),
        findings=(finding, *left_out_words(judged.left_out), rule),
        pictures=(picture,) if shown else (),
        tables=(Table(Label("每项输入", "Every input"), columns, tuple(_shift_row(one, words) for one in ordered)),),
        data={
            one.feature.name: None if one.feature.drift is None else one.feature.drift.effect for one in judged.shifts
        },
    )


def _shift_row(one: Shift, words: Words) -> tuple[Label | str, ...]:
    drift, unknown = one.feature.drift, one.feature.unknown
    return (
        words.features[one.feature.name],
        _DASH if drift is None else f"{drift.effect:.2f}",
        _DASH if drift is None else f"{_by_chance(drift):.2f}",
        _DASH if unknown is None else f"{share_words(unknown.share)} ± {share_words(1.96 * unknown.standard_error)}",
        _DASH if unknown is None else share_words(unknown.reference),
        _YES if one.beyond else _NO,
        _YES if one.moved or one.gone else _NO,
    )


def _by_chance(drift: Divergence) -> float:
    """The shift that sampling alone stays below in 19 of 20 counties alike, on the scale of ``effect``."""
    above = drift.scale * (float(chi2.ppf(_CONFIDENCE, drift.freedom)) - drift.freedom)
    return sqrt(max(0.0, above))


def _support(judged: Judged, definition: Definition) -> Section:
    look, labels = judged.look, {spec.name: spec.label for spec in feature_specs(definition)}
    finding = Label(
        f"{look.children:,} 名儿童中有 {look.outside:,} 名（{share_words(look.outside_share)}）超出模型见过的范围，"
        "他们不评分，只按应办走访排序。",
        f"{look.outside:,} of {look.children:,} children ({share_words(look.outside_share)}) lie outside what the "
        "model has seen: they get no score and are ordered by visits due alone.",
    )
    how = Label(
        f"超出范围：至少 {look.least_facts} 项情况是建模时几乎没有的数值，或建模时从不缺失而此处缺失。",
        f"Outside: at least {look.least_facts} facts have a value the reference hardly had, or are missing where it "
        "never was.",
    )
    rows = tuple((labels.get(name, Label(name, name)), share_words(share)) for name, share in look.facts[:SHOWN_BARS])
    table = Table(
        Label("最常超出范围的情况", "Facts most often outside"),
        (Label("情况", "fact"), Label("儿童比例", "share of children")),
        rows,
    )
    return Section(
        key="support",
        title=Label("模型见过这样的儿童吗", "Has the model seen children like these?"),
        findings=(finding, how),
        tables=(table,) if rows else (),
        figures={"outside_share": look.outside_share},
    )


def _expected(judged: Judged) -> Section:
    elsewhere, title = judged.elsewhere, Label("在新县可以期待什么", "What to expect in a new county")
    if elsewhere is None:
        words = Label(
            "未知：没有“留出一县”的检验结果（mopai audit 会给出）。",
            "Not known: there is no leave-one-county-out evidence of this model (mopai audit makes it).",
        )
        return Section(key="expected", title=title, findings=(words,))
    finding = Label(
        f"在 {elsewhere.counties} 个没有学过的县，名单内每百名儿童发现新需要 {_hundred(elsewhere.new)}；"
        f"随机次序 {_hundred(elsewhere.random)}。",
        f"In {elsewhere.counties} counties left out of learning {_hundred(elsewhere.new)} of a hundred listed children "
        f"had a new need; in random order {_hundred(elsewhere.random)}.",
    )
    rows = [
        (Label("没有学过的县", "counties left out"), elsewhere.new, False),
        (Label("学过的县", "counties learned from"), elsewhere.known, True),
        (Label("随机次序", "random order"), elsewhere.random, True),
    ]
    picture = bars(
        Label("名单内发现新需要的比例（95% 区间）", "Share with a new need on the list (95 % interval)"),
        [Bar(name, one.value, one.lower, one.upper, faint=faint) for name, one, faint in rows],
    )
    return Section(
        key="expected",
        title=title,
        findings=(finding,),
        pictures=(picture,),
        figures={"precision": elsewhere.new.value},
    )


def _hundred(one: Ends) -> str:
    if one.value is None:
        return "?"
    if one.lower is None or one.upper is None:
        return f"{100 * one.value:.1f}"
    return f"{100 * one.value:.1f} ({100 * one.lower:.1f}–{100 * one.upper:.1f})"


def _unseen(judged: Judged, words: Words, definition: Definition) -> Section:
    """Needs and people that a list made here cannot see."""
    found: list[Label] = []
    without = judged.without_model
    if without:
        named = joined([definition.domains[name] for name in without])
        found.append(
            Label(f"没有模型的领域（标签太少）：{named.zh}", f"domains without a model (too few labels): {named.en}")
        )
    if judged.blind:
        named = joined([definition.domains[name] for name in judged.blind])
        found.append(Label(f"栏目全空的领域：{named.zh}", f"domains whose columns are all empty here: {named.en}"))
    if judged.look.groups is None:
        found.append(
            Label("建模时见过哪些群体：未知（没有证据文件）", "which groups learning met: not known (no evidence here)")
        )
    if not found and not judged.strangers:
        found.append(Label("没有发现看不到的需要。", "No need was found that cannot be seen."))
    rows = tuple(
        (words.group(one.column, one.value), f"{one.children:,}", f"{one.reference:,}") for one in judged.strangers
    )
    columns = (Label("群体", "group"), Label("本县儿童", "children here"), Label("建模时", "reference"))
    table = Table(Label("建模时几乎没有的群体", "Groups that learning hardly met"), columns, rows)
    return Section(
        key="unseen",
        title=Label("这里看不到什么", "What cannot be seen here"),
        findings=tuple(found),
        tables=(table,) if rows else (),
    )
