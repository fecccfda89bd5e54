"""The section on ablations: what protected facts would add, what each domain adds, and what the inputs give away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from features.definition import Definition, Label
from features.definition.groups import AuditGroup
from training.audit.context import AuditContext
from training.audit.section import Picture, Section, Table
from training.audit.svg import Bar, bars
from training.evaluation import rows_of
from training.fairness.ablations import Ablation, compare_variants
from training.fairness.predictable import Predicted, latest_rows, predict_groups
from training.fairness.refits import AS_IT_IS, Variant, protected_groups, refitted
from training.fairness.settings import fairness_rule
from training.fairness.words import capital, interval_words
from training.refit import Recipe

KEY = "ablations"
TITLE = Label("去掉与加入：什么在起作用", "With and without: what the order rests on")


def section(context: AuditContext) -> Section:
    """Grow the model's trees again with each protected fact and without each domain, and predict protected facts."""
    rule, plan, definition = fairness_rule(), context.evidence.plan, context.definition
    recipe = Recipe.of(context.bundle.model.booster_text, context.dataset.contract, plan)
    variants, scored = refitted(context.dataset, recipe, definition, rule.ablations, threads=context.threads)
    known = rows_of("known", scored, context.evidence.seen)
    groups = protected_groups(definition)
    compared = compare_variants(known, variants, groups, plan, rule)
    part = latest_rows(context.dataset, rule.ablations, plan.seed)
    predicted = predict_groups(part, groups, rule.ablations, plan.seed)
    return describe(compared, predicted, definition)


def describe(compared: tuple[Ablation, ...], predicted: tuple[Predicted, ...], definition: Definition) -> Section:
    """Say in words, tables, pictures and figures what was measured."""
    kinds = {group.name: group for group in protected_groups(definition)}
    return Section(
        key=KEY,
        title=TITLE,
        findings=tuple(_findings(compared, predicted, kinds, definition)),
        tables=(_table(compared, kinds, definition), _predicted_table(predicted, kinds)),
        pictures=_picture(predicted, kinds),
        figures=_figures(compared, predicted),
        data={
            "variants": {one.variant.name: _data(one) for one in compared},
            "predicted": {
                f"{one.kind} {one.group}": [one.auc.value, one.auc.lower, one.auc.upper] for one in predicted
            },
        },
    )


def _figures(compared: tuple[Ablation, ...], predicted: tuple[Predicted, ...]) -> dict[str, float | None]:
    added = [one.change.value for one in compared if one.variant.kind == "with" and one.change.value is not None]
    left = [one.change.value for one in compared if one.variant.kind == "without" and one.change.value is not None]
    areas = [one.auc.value for one in predicted if one.auc.value is not None]
    return {
        "largest_gain_of_protected": max(added, default=None),
        "largest_loss_without_domain": min(left, default=None),
        "most_predictable_auc": max(areas, default=None),
    }


def _findings(
    compared: tuple[Ablation, ...],
    predicted: tuple[Predicted, ...],
    kinds: Mapping[str, AuditGroup],
    definition: Definition,
) -> Iterable[Label]:
    changed = [one for one in compared if one.variant.kind == "with" and _clear(one)]
    if changed:
        names = [kinds[one.variant.about].label for one in changed]
        yield Label(
            f"加入这些受保护信息会明显改变查准率：{'、'.join(name.zh for name in names)}。",
            f"Adding these protected facts clearly changes precision: {', '.join(name.en for name in names)}.",
        )
    else:
        yield Label(
            "加入任何一项受保护信息都不会明显改变查准率：不用它们并无可见损失。",
            "Adding any one protected fact does not clearly change precision: leaving them out costs nothing visible.",
        )
    without = [one for one in compared if one.variant.kind == "without" and one.change.value is not None]
    if without:
        worst = min(without, key=lambda one: one.change.value or 0.0)
        words, change = definition.domains[worst.variant.about], interval_words(worst.change)
        yield Label(
            f"各领域中，去掉“{words.zh}”的特征使查准率变化最大：{change}。",
            f"Of the domains, leaving out the features of {words.en} changes precision most: {change}.",
        )
    for county in (False, True):
        of_kind = [one for one in predicted if (kinds[one.kind].kind == "county") == county]
        told = max(of_kind, key=lambda one: one.auc.value or 0.0, default=None)
        if told is not None:
            yield _told_words(told, kinds)


def _told_words(told: Predicted, kinds: Mapping[str, AuditGroup]) -> Label:
    words, area = _group_words(told, kinds), interval_words(told.auc, 2)
    if kinds[told.kind].kind == "county":
        return Label(
            f"县本身可由输入推出（{words.zh}：AUC {area}），因为村的情况也是输入。",
            f"The county can be told from the inputs ({words.en}: AUC {area}), since facts of the village are inputs.",
        )
    return Label(
        f"从输入最能推出的个人受保护信息是{words.zh}：AUC {area}（0.5 为推不出）。",
        f"The protected fact of a child best told from the inputs is {words.en}: AUC {area} (0.5 tells nothing).",
    )


def _clear(one: Ablation) -> bool:
    lower, upper = one.change.lower, one.change.upper
    return lower is not None and upper is not None and (lower > 0 or upper < 0)


def _table(compared: tuple[Ablation, ...], kinds: Mapping[str, AuditGroup], definition: Definition) -> Table:
    return Table(
        Label("同样的树，不同的输入，同样的名额", "The same trees, other inputs, the same places"),
        (
            Label("输入", "Inputs"),
            Label("列数", "Columns"),
            Label("查准率", "Precision"),
            Label("变化", "Change"),
            Label("名单相同", "Same list"),
            Label("最低查全率之比：前 → 后", "Least recall ratio: before → after"),
        ),
        tuple(_row(one, kinds, definition) for one in compared),
    )


def _row(one: Ablation, kinds: Mapping[str, AuditGroup], definition: Definition) -> tuple[Label | str, ...]:
    before, after = one.least_recall_ratio_before, one.least_recall_ratio
    ratio = "–" if before is None or after is None else f"{before:.2f} → {after:.2f}"
    first = one.variant.kind == AS_IT_IS
    return (
        variant_words(one.variant, kinds, definition),
        "–" if first else f"{one.variant.columns:+d}" if one.variant.kind == "with" else f"−{one.variant.columns}",
        interval_words(one.precision),
        "–" if first else interval_words(one.change),
        f"{100 * one.same_list:.0f} %",
        ratio,
    )


def variant_words(variant: Variant, kinds: Mapping[str, AuditGroup], definition: Definition) -> Label:
    """What a variant is called."""
    if variant.kind == AS_IT_IS:
        return Label("不变", "as it is")
    if variant.kind == "with":
        words = kinds[variant.about].label
        return Label(f"加入{words.zh}", f"with {words.en}")
    words = definition.domains[variant.about]
    return Label(f"去掉{words.zh}", f"without {words.en}")


def _predicted_table(predicted: tuple[Predicted, ...], kinds: Mapping[str, AuditGroup]) -> Table:
    return Table(
        Label("从输入推断受保护信息", "Protected facts told from the inputs"),
        (Label("组", "Group"), Label("儿童", "Children"), Label("AUC", "AUC")),
        tuple((_group_words(one, kinds), f"{one.members:,}", interval_words(one.auc, 2)) for one in predicted),
    )


def _picture(predicted: tuple[Predicted, ...], kinds: Mapping[str, AuditGroup]) -> tuple[Picture, ...]:
    if not predicted:
        return ()
    items = [Bar(_group_words(one, kinds), one.auc.value, one.auc.lower, one.auc.upper) for one in predicted]
    alt = Label(
        "从输入推断受保护信息的 AUC（虚线 0.5 为推不出）",
        "Protected facts told from the inputs: AUC (the dashed line, 0.5, tells nothing)",
    )
    return (bars(alt, items, mark=0.5),)


def _group_words(one: Predicted, kinds: Mapping[str, AuditGroup]) -> Label:
    kind = kinds[one.kind]
    words = kind.names.get(one.group, Label(one.group, one.group))
    return Label(f"{kind.label.zh}·{words.zh}", f"{capital(kind.label.en)}: {words.en}")


def _data(one: Ablation) -> dict[str, object]:
    return {
        "columns": one.variant.columns,
        "precision": [one.precision.value, one.precision.lower, one.precision.upper],
        "change": [one.change.value, one.change.lower, one.change.upper],
        "same_list": one.same_list,
        "least_recall_ratio": [one.least_recall_ratio_before, one.least_recall_ratio],
    }
