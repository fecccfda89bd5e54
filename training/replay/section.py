"""The section on the replay: how many days sooner an order finds the needs of the test window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from features.definition import Label
from features.definition.feature import feature_specs
from training.audit.context import AuditContext
from training.audit.known import RANKING_WORDS
from training.audit.section import Picture, Section, Table
from training.audit.svg import NOT_ESTIMABLE as NO_FIGURE
from training.audit.svg import Bar, bars
from training.evaluation import BASELINES, MODEL, RANDOM, rows_of
from training.replay.alone import alone_column, alone_scores, one_feature_orders
from training.replay.replay import BEST, Replay, Replayed, replay
from training.replay.settings import replay_rule
from training.replay.visits import days_of_visits, replay_visits
from training.single_features import FeatureOrder
from training.stability.resample import Interval

KEY = "replay"
TITLE = Label("回放：新需要能早几天发现", "Replay: how many days sooner needs are found")

_LIMITS = Label(
    "这是上限的说法：发现时已有的需要，早些时候未必已经存在；走访哪些家庭、每天走访多少户都照旧，只换先后。",
    "Read it as a limit: a need that a visit found may not have existed earlier; which households were visited, and "
    "how many on each day, stays as it was, and only the order changes.",
)


def section(context: AuditContext) -> Section:
    """Replay the visits of the test window by the model, the baselines, single features, chance and the answer."""
    rule, plan = replay_rule(), context.evidence.plan
    alone = one_feature_orders(context.dataset, plan, rule.one_features)
    scored = context.evidence.rows["test"].with_columns(alone_scores(list(context.dataset.parts("test")), alone))
    rows = rows_of("known", scored, context.evidence.seen)
    orders = [MODEL, *(name for name in BASELINES if name in rows.columns), *map(alone_column, alone)]
    visits = replay_visits(rows, days_of_visits(context.store, context.dataset.windows), orders)
    return describe(replay(visits, orders, rule.within, plan.seed), _words(context, alone))


def describe(found: Replay, words: Mapping[str, Label]) -> Section:
    """Say in words, a table and figures what a replay found.

    Args:
        found: the replay; it holds the orders of the model and of chance.
        words: what each order is called.
    """
    return Section(
        key=KEY,
        title=TITLE,
        findings=tuple(_findings(found)),
        tables=(_table(found, words),) if found.needs else (),
        pictures=(_picture(found, words),) if found.needs else (),
        figures=_figures(found),
        data={"visits": found.visits, "needs": found.needs, "dates": found.dates, "orders": _data(found)},
    )


def _words(context: AuditContext, alone: Sequence[FeatureOrder]) -> Mapping[str, Label]:
    labels = {spec.name: spec.label for spec in feature_specs(context.definition)}
    sources = context.dataset.contract.sources
    return {alone_column(one): _alone_words(labels[sources[one.column]], one) for one in alone}


def _alone_words(label: Label, one: FeatureOrder) -> Label:
    end = Label("高者先", "high first") if one.direction > 0 else Label("低者先", "low first")
    return Label(f"只看“{label.zh}”，{end.zh}", f"only {label.en}, {end.en}")


_OWN_WORDS = {BEST: Label("先去有需要的（事后才知道）", "needs first (known only afterwards)")}


def _named(name: str, words: Mapping[str, Label]) -> Label:
    return words.get(name) or RANKING_WORDS.get(name) or _OWN_WORDS.get(name) or Label(name, name)


def _findings(found: Replay) -> list[Label]:
    if not found.needs:
        return [
            Label("窗口内没有走访发现新需要，无法回放。", "No visit of the window found a new need: nothing to replay.")
        ]
    model, chance = found.order(MODEL), found.order(RANDOM)
    return [_model_words(found, model), _chance_words(chance), _LIMITS]


def _model_words(found: Replay, model: Replayed) -> Label:
    later = 100 * (model.later or 0.0)
    zh_way, en_way = _days_words(model.days)
    return Label(
        f"按模型排序，{found.needs}次发现新需要的走访平均{zh_way}；其中{later:.0f}%反而更晚。",
        f"In the model's order the {found.needs} visits that found a new need come {en_way} on average; "
        f"{later:.0f} % of them come later.",
    )


def _days_words(days: Interval) -> tuple[str, str]:
    value = days.value or 0.0
    zh, en = ("早", "sooner") if value >= 0 else ("晚", "later")
    if days.lower is None or days.upper is None:
        return f"{zh}{abs(value):.1f}天（区间无法估计）", f"{abs(value):.1f} days {en} (no interval)"
    ends = f"{days.lower:.1f}", f"{days.upper:.1f}"
    return (
        f"{zh}{abs(value):.1f}天（95%区间{ends[0]}至{ends[1]}天，正为更早）",
        f"{abs(value):.1f} days {en} (95 % interval {ends[0]} to {ends[1]}, positive is sooner)",
    )


def _chance_words(chance: Replayed) -> Label:
    if chance.days.lower is None or chance.days.upper is None:
        return Label("随机排序的区间无法估计。", "The interval of a random order is not estimable.")
    zh_way, en_way = _days_words(chance.days)
    if chance.days.lower <= 0 <= chance.days.upper:
        return Label(
            f"随机排序{zh_way}，与实际先后没有区别，应当如此。",
            f"A random order finds them {en_way}: no different from the real order, as it should be.",
        )
    if chance.days.upper < 0:
        return Label(
            f"随机排序{zh_way}：实际先后已经好过随机，看模型请同时看“超出随机”一栏。",
            f"A random order finds them {en_way}: the real order was better than chance already; "
            "see the column beyond chance.",
        )
    return Label(
        f"随机排序{zh_way}：实际先后比随机还差，看模型请同时看“超出随机”一栏。",
        f"A random order finds them {en_way}: the real order was worse than chance; see the column beyond chance.",
    )


def _table(found: Replay, words: Mapping[str, Label]) -> Table:
    columns = (
        Label("次序", "Order"),
        Label("平均早几天（95%区间）", "Days sooner, mean (95 % interval)"),
        Label("超出随机", "Beyond chance"),
        Label("更早", "Sooner"),
        Label("更晚", "Later"),
    )
    return Table(
        Label("同样的日子、同样的家庭，换一种先后", "The same days and households in another order"),
        columns,
        tuple(
            (
                _named(one.name, words),
                interval_text(one.days),
                interval_text(one.beyond_chance),
                _share(one.sooner),
                _share(one.later),
            )
            for one in found.orders
        ),
    )


def interval_text(interval: Interval, digits: int = 1) -> Label | str:
    """A figure with its interval, or the words that it is not estimable."""
    if interval.value is None:
        return NO_FIGURE
    if interval.lower is None or interval.upper is None:
        return f"{interval.value:.{digits}f}"
    return f"{interval.value:.{digits}f} ({interval.lower:.{digits}f} – {interval.upper:.{digits}f})"


def _share(value: float | None) -> Label | str:
    return NO_FIGURE if value is None else f"{100 * value:.0f} %"


def _picture(found: Replay, words: Mapping[str, Label]) -> Picture:
    alt = Label("各种次序平均早几天发现新需要", "Days sooner that each order finds new needs")
    return bars(
        alt,
        [
            Bar(_named(one.name, words), one.days.value, one.days.lower, one.days.upper, faint=one.name != MODEL)
            for one in found.orders
            if one.name != BEST
        ],
        digits=1,
    )


def _figures(found: Replay) -> dict[str, float | None]:
    model, chance = found.order(MODEL), found.order(RANDOM)
    return {
        "days_sooner": model.days.value,
        "days_sooner_lower": model.days.lower,
        "days_sooner_upper": model.days.upper,
        "later_share": model.later,
        "beyond_chance": model.beyond_chance.value,
        "beyond_chance_lower": model.beyond_chance.lower,
        "beyond_chance_upper": model.beyond_chance.upper,
        "random_days": chance.days.value,
        "random_days_lower": chance.days.lower,
        "random_days_upper": chance.days.upper,
    }


def _data(found: Replay) -> list[dict[str, object]]:
    return [
        {
            "name": one.name,
            "days": [one.days.value, one.days.lower, one.days.upper],
            "beyond_chance": [one.beyond_chance.value, one.beyond_chance.lower, one.beyond_chance.upper],
            "sooner": one.sooner,
            "later": one.later,
        }
        for one in found.orders
    ]
