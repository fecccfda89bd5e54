"""The section of an audit on the first k places: how firm they are, what nobody looked at, and who stands on them."""

from __future__ import annotations

from features.definition import Label
from training.audit.context import AuditContext
from training.audit.section import Section
from training.dataset import HELD_OUT
from training.evaluation import MODEL, RANDOM, baselines_of, ranking
from training.material import material
from training.refit import Recipe
from training.regret import regret_record
from training.single_features import choose_orders
from training.stability.gain import best_baseline
from training.stability.over_time import regret_over_time
from training.stability.overlap import TopStability, top_stability
from training.stability.resample import Interval
from training.stability.settings import stability_rule
from training.stability.views import Seen, see, views
from training.stability.words import (
    features_table,
    null_words,
    ranking_words,
    regret_table,
    regret_words,
    stability_words,
    ties_table,
    view_table,
    view_words,
)

KEY = "at_k"
TITLE = Label(
    "名单前列：稳不稳，有多少没人查看，都是谁", "The first places: how firm, how many nobody looked at, and who"
)
_NO_BASELINE = Label(
    "校准期没有标签，没有可比的简单次序，以下与随机相比。",
    "The calibration window has no label, so no simple order could be chosen: chance stands in its place.",
)


def section(context: AuditContext) -> Section:
    """Stability, NULL share and bounds, ties, and the list per household, by size and without served children."""
    evidence, rule, plan = context.evidence, stability_rule(), context.evidence.plan
    known = evidence.estimate_rows("known")
    names = baselines_of(known)
    rankings = [ranking(known, name, plan) for name in (MODEL, *names)]
    chosen = best_baseline(evidence.rows["calibrate"].remove(HELD_OUT), plan)
    baseline = chosen or RANDOM
    columns = [MODEL, *(name for name in names if name != RANDOM)]
    seen = [one for view in views(known, columns, rule) if (one := see(view, baseline, plan)) is not None]
    stability, regret = _stability(context), regret_over_time(evidence.rows, plan)
    return Section(
        key=KEY,
        title=TITLE,
        findings=(
            *stability_words(stability),
            null_words(rankings[0]),
            *(() if chosen else (_NO_BASELINE,)),
            view_words(seen, baseline),
            regret_words(regret),
        ),
        tables=(
            view_table(seen, baseline),
            ties_table(rankings),
            regret_table(regret),
            features_table(choose_orders(context.dataset, plan), context.definition, rule.features_shown),
        ),
        figures=_figures(stability, rankings[0].at_k.null_share, seen),
        data={
            "baseline": ranking_words(baseline).en,
            "stability": {
                "seeds": list(stability.seeds),
                "a_month_less": stability.less_data,
                "by_lot": stability.chance,
                "thinned": stability.thinned,
            },
            "regret": regret_record(regret),
            "views": {one.view.key: _data(one) for one in seen},
        },
    )


def _stability(context: AuditContext) -> TopStability:
    plan, rule = context.evidence.plan, stability_rule().top
    recipe = Recipe.of(context.bundle.model.booster_text, context.dataset.contract, plan)
    made_of = material(context.dataset, rule.fit_rows_at_most, rule.test_rows_at_most, plan.seed)
    return top_stability(made_of, recipe, rule, context.threads)


def _figures(stability: TopStability, null_share: float, seen: list[Seen]) -> dict[str, float | None]:
    found: dict[str, float | None] = {
        "stability": stability.mean,
        "stability_least": stability.least,
        "stability_month_less": stability.less_data,
        "null_share": null_share,
    }
    for one in seen:
        name = one.view.key
        found |= {f"{name}_precision": one.precision.value, f"{name}_recall": one.recall.value}
        found |= {f"{name}_gain": one.gain.value}
        found |= {f"{name}_gain_lower": one.gain.lower, f"{name}_gain_upper": one.gain.upper}
    return found


def _data(one: Seen) -> dict[str, object]:
    intervals = {"precision": one.precision, "recall": one.recall, "baseline": one.baseline, "gain": one.gain}
    plain = {"of_list": one.of_list, "null_share": one.null_share, "least": one.least, "most": one.most}
    return {**plain, **{name: _ends(interval) for name, interval in intervals.items()}}


def _ends(one: Interval) -> dict[str, float | None]:
    return {"value": one.value, "lower": one.lower, "upper": one.upper}
