"""What the visitor effect is called in the report: sentences and tables in both languages."""

from __future__ import annotations

from features.definition import Label
from training.audit.section import Table
from training.audit.svg import NOT_ESTIMABLE as NO_FIGURE
from training.stability.resample import Interval
from training.visitor.effect import VisitorEffects, latent_share
from training.visitor.history import Ablation
from training.visitor.measure import VisitorMeasures
from training.visitor.strata import StrataFigures, VisitorThird
from training.visitor.villages import Nesting


def findings(
    measured: VisitorMeasures, nested: Nesting, history: Ablation, *, adjusted_training: bool
) -> tuple[Label, ...]:
    """Whole sentences, what matters first."""
    said: list[Label | None] = [_nesting_words(nested)]
    if measured.adjusted is not None:
        # Where nothing can be told apart, that comes first.
        said.insert(0 if nested.identifiable else 1, _variance_words(measured.adjusted))
    said += [_strata_words(measured.strata), _predict_words(measured), _history_words(history)]
    said += [_unknown_words(measured), _training_words(adjusted_training)]
    return tuple(label for label in said if label is not None)


def tables(measured: VisitorMeasures, history: Ablation) -> tuple[Table, ...]:
    """The figures behind the sentences."""
    made = [_measures_table(measured, history)]
    return (*made, _thirds_table(measured.thirds)) if measured.thirds else tuple(made)


def figure(interval: Interval, digits: int = 3) -> Label | str:
    """A figure with its interval, or the words that it is not estimable."""
    if interval.value is None:
        return NO_FIGURE
    if interval.lower is None or interval.upper is None:
        return f"{interval.value:.{digits}f}"
    return f"{interval.value:.{digits}f} ({interval.lower:.{digits}f} – {interval.upper:.{digits}f})"


def _nesting_words(nested: Nesting) -> Label:
    if nested.share is None:
        return Label(
            "没有走访次数够多的村，看不出走访人是否跨村：走访人影响不可识别。",
            "No village has enough visits to tell whether visitors cross villages: "
            "the visitor effect is not identifiable.",
        )
    share = f"{100 * nested.share:.0f}"
    if nested.identifiable:
        return Label(
            f"{nested.villages}个村中有{share}%只有一名走访人：走访人与村可以区分。",
            f"{share} % of {nested.villages} villages see one visitor only: visitors and villages can be told apart.",
        )
    return Label(
        f"{nested.villages}个村中有{share}%只有一名走访人（上限{100 * nested.limit:.0f}%）：走访人影响不可识别，"
        "走访人的习惯与村里的需要分不开。",
        f"{share} % of {nested.villages} villages see one visitor only (at most {100 * nested.limit:.0f} % allowed): "
        "the visitor effect is not identifiable, a visitor's habit cannot be told from the village's need.",
    )


def _variance_words(effects: VisitorEffects) -> Label:
    share = f"{100 * effects.share:.0f}"
    lower, upper = f"{100 * latent_share(effects.lower):.0f}", f"{100 * latent_share(effects.upper):.0f}"
    return Label(
        f"扣除模型得分之后，发现与否的差异有{share}%（95%区间{lower}至{upper}%）来自{len(effects.visitors)}名走访人之间。",
        f"Beyond the model's score, {share} % (95 % interval {lower} to {upper} %) of what varies in finding a need "
        f"lies between the {len(effects.visitors)} visitors.",
    )


def _strata_words(strata: StrataFigures) -> Label | None:
    across, within = strata.auc_across, strata.auc_within
    if across.value is None or within.value is None:
        return None
    return Label(
        f"同样的走访，不分走访人的AUC为{across.value:.3f}，同一走访人之内为{within.value:.3f}。",
        f"On the same visits the AUC is {across.value:.3f} across visitors and {within.value:.3f} within one visitor.",
    )


def _predict_words(measured: VisitorMeasures) -> Label | None:
    auc, by_lot = measured.predictable.auc, measured.predictable.by_lot
    if auc.value is None or by_lot.value is None:
        return Label(
            "走访次数不够，看不出能否由特征猜出走访人。",
            "Too few visits to try to predict the visitor from the features.",
        )
    return Label(
        f"由特征猜走访人的平均AUC为{auc.value:.3f}（抽签分派为{by_lot.value:.3f}）；" + _in_village_words(measured).zh,
        f"The visitor is predicted from the features with a mean AUC of {auc.value:.3f} (dealt by lot: "
        f"{by_lot.value:.3f}); " + _in_village_words(measured).en,
    )


def _in_village_words(measured: VisitorMeasures) -> Label:
    inside = measured.predictable.in_village
    if inside.value is None or inside.lower is None:
        return Label("同村之内无从比较。", "within one village there is nothing to compare.")
    if inside.lower > 0.5:
        return Label(
            f"同村之内为{inside.value:.3f}：特征带有谁去走访的信息。",
            f"within one village it is {inside.value:.3f}: the features tell who went, and may carry a habit.",
        )
    return Label(
        f"同村之内为{inside.value:.3f}：特征只说出地方，说不出谁去走访。",
        f"within one village it is {inside.value:.3f}: the features tell the place, not who went.",
    )


def _history_words(history: Ablation) -> Label | None:
    gain = history.gain
    if gain.value is None or gain.lower is None or gain.upper is None:
        return None
    ends = f"{gain.lower:+.3f}", f"{gain.upper:+.3f}"
    return Label(
        f"用发现历史的{history.columns}列，前列查准率变化{gain.value:+.3f}（95%区间{ends[0]}至{ends[1]}）。",
        f"The {history.columns} columns made of earlier findings change the precision at k by {gain.value:+.3f} "
        f"(95 % interval {ends[0]} to {ends[1]}).",
    )


def _unknown_words(measured: VisitorMeasures) -> Label | None:
    if not measured.unknown_share:
        return None
    share = f"{100 * measured.unknown_share:.0f}"
    return Label(
        f"{share}%的走访没有登记走访人，不在以上分层之内。",
        f"{share} % of the visits do not say who went; they are in none of these strata.",
    )


def _training_words(adjusted: bool) -> Label:  # noqa: FBT001 - one yes or no, named by the caller
    if adjusted:
        return Label(
            "训练时已扣除走访人影响；打分不看走访人。",
            "Training took the visitor effect out; scores never know the visitor.",
        )
    return Label(
        "训练时没有扣除走访人影响（计划可打开 adjust_visitor）。",
        "Training did not take the visitor effect out (the plan's adjust_visitor turns it on).",
    )


def _measures_table(measured: VisitorMeasures, history: Ablation) -> Table:
    strata = measured.strata
    rows: list[tuple[Label | str, ...]] = [
        (
            Label("走访人之间的方差，不扣得分", "variance between visitors, score not taken out"),
            _variance(measured.plain),
        ),
        (
            Label("走访人之间的方差，扣除得分", "variance between visitors, score taken out"),
            _variance(measured.adjusted),
        ),
        (Label("AUC，不分走访人", "AUC across visitors"), figure(strata.auc_across)),
        (Label("AUC，同一走访人之内", "AUC within one visitor"), figure(strata.auc_within)),
        (Label("前列查准率，不分走访人", "precision at k across visitors"), figure(strata.precision_across)),
        (Label("前列查准率，同一走访人之内", "precision at k within one visitor"), figure(strata.precision_within)),
        (Label("抽签，同一走访人之内", "by lot within one visitor"), figure(strata.chance_within)),
        (Label("查准率之差", "difference in precision"), figure(strata.drop)),
        (Label("由特征猜走访人，AUC", "visitor predicted from features, AUC"), figure(measured.predictable.auc)),
        (Label("同上，同村之内", "the same within one village"), figure(measured.predictable.in_village)),
        (Label("同上，抽签分派", "the same, dealt by lot"), figure(measured.predictable.by_lot)),
        (Label("查准率，用发现历史", "precision at k with finding history"), figure(history.with_history)),
        (Label("查准率，不用发现历史", "precision at k without"), figure(history.without_history)),
    ]
    columns = Label("量", "Measure"), Label("数值（95%区间）", "Value (95 % interval)")
    return Table(Label("走访人影响的各项测量", "The visitor effect, measured"), columns, tuple(rows))


def _variance(effects: VisitorEffects | None) -> Label | str:
    return NO_FIGURE if effects is None else figure(Interval(effects.variance, effects.lower, effects.upper))


def _thirds_table(thirds: tuple[VisitorThird, ...]) -> Table:
    names = (Label("发现较少", "find less"), Label("居中", "in between"), Label("发现较多", "find more"))
    columns = (
        Label("走访人的三分之一", "Third of the visitors"),
        Label("走访人", "Visitors"),
        Label("行数", "Rows"),
        Label("平均概率", "Mean probability"),
        Label("实际比例", "Observed share"),
        Label("AUC，同一走访人之内", "AUC within one visitor"),
    )
    rows = tuple(
        (name, str(one.visitors), str(one.rows), f"{one.expected:.3f}", f"{one.rate:.3f}", _known(one.auc))
        for name, one in zip(names, thirds, strict=True)
    )
    return Table(Label("按走访人分三组，不点名", "Visitors in three groups, none named"), columns, rows)


def _known(value: float | None) -> Label | str:
    return NO_FIGURE if value is None else f"{value:.3f}"
