"""The section of an audit on counties where nobody went yet: what the model is worth without any event."""

from __future__ import annotations

from features.contract import feature_contract
from features.definition import Label
from training.audit.context import AuditContext
from training.audit.known import RANKING_WORDS
from training.audit.section import Section, Table
from training.audit.svg import NOT_ESTIMABLE, Bar, bars
from training.cold.history import history_columns
from training.cold.measure import COLD, OUTSIDE, OrderSeen, Simple, cold_rows, see_orders, simple_orders
from training.evaluation import MODEL, RANDOM
from training.stability.resample import Interval

KEY = COLD
TITLE = Label("新摸排的县：没有任何走访记录时", "A newly investigated county: without any visit on record")
_WORDS = {
    COLD: Label("模型，没有走访记录", "model, no visit on record"),
    MODEL: Label("模型，全部输入", "model, all inputs"),
}


def section(context: AuditContext) -> Section:
    """Rank the known test rows as if no event had been recorded, and measure that against the same labels."""
    evidence, definition = context.evidence, context.definition
    rows = cold_rows(evidence, context.store, context.bundle, definition)
    simple = simple_orders(evidence, definition)
    outside = rows[OUTSIDE].cast(float).mean() if rows.height else None
    inputs = len(history_columns(definition)), len(feature_contract(definition).names)
    share = float(outside) if isinstance(outside, float) else None
    return describe(see_orders(rows, simple, evidence.plan), simple, inputs, share)


def describe(seen: tuple[OrderSeen, ...], simple: Simple, inputs: tuple[int, int], outside: float | None) -> Section:
    """Say in words, a table, a picture and figures what was measured.

    Args:
        seen: the orders, that without events first.
        simple: which of them are the simple ones.
        inputs: how many inputs are made of events, and how many there are.
        outside: the share of rows outside the model's support without events; None without rows.
    """
    by_name = {one.name: one for one in seen}
    cold, full = by_name[COLD], by_name[MODEL]
    rival = by_name[simple.without_events or RANDOM]
    picture = bars(
        Label("名单内发现新需要的比例（95% 区间）", "Share with a new need on the list (95 % interval)"),
        [
            Bar(
                _order_words(one.name, simple),
                one.precision.value,
                one.precision.lower,
                one.precision.upper,
                faint=one is not cold,
            )
            for one in seen
        ],
    )
    return Section(
        key=KEY,
        title=TITLE,
        findings=(_found_words(cold, full, by_name[RANDOM]), _rival_words(rival), _what(inputs, outside), _LIMITS),
        tables=(_table(seen, simple),),
        pictures=(picture,),
        figures={
            **_figures("auc", cold.auc),
            "full_auc": full.auc.value,
            **_figures("precision_at_k", cold.precision),
            "full_precision_at_k": full.precision.value,
            "random_precision_at_k": by_name[RANDOM].precision.value,
            **_figures("gain_over_simple", rival.gain),
            "outside_share": outside,
        },
        data={
            "history_inputs": inputs[0],
            "inputs": inputs[1],
            "simple": rival.name,
            "best_simple": simple.best,
            "gain": _ends(rival.gain),
            "orders": {one.name: {"auc": _ends(one.auc), "precision": _ends(one.precision)} for one in seen},
        },
    )


_LIMITS = Label(
    "量的是同一批县的儿童，只是当作没有走访记录；别的县还可能在其他方面不同，由 mopai region check 检查。"
    "儿童和家庭的变更记录保留不变。",
    "Measured on children of the same counties as if no visit had been recorded; a new county may differ in other "
    "ways, which mopai region check looks at. Recorded changes of children and households were kept.",
)


def _what(inputs: tuple[int, int], outside: float | None) -> Label:
    share = "?" if outside is None else f"{100 * outside:.1f}"
    return Label(
        f"{inputs[1]} 项输入中有 {inputs[0]} 项来自走访、查看和发现，这里都按尚无记录计算；"
        f"这样有 {share}% 的儿童超出模型见过的范围。",
        f"{inputs[0]} of {inputs[1]} inputs are made of visits, assessments and findings; here they are what they are "
        f"before any is recorded. {share}% of the children then lie outside what the model has seen.",
    )


def _found_words(cold: OrderSeen, full: OrderSeen, random: OrderSeen) -> Label:
    return Label(
        f"没有走访记录时 AUC {_spread(cold.auc, 1, 3)}（全部输入 {_plain(full.auc, 1, 3)}）；"
        f"名单内每百名儿童发现新需要 {_spread(cold.precision, 100, 1)}，全部输入 {_plain(full.precision, 100, 1)}，"
        f"随机次序 {_plain(random.precision, 100, 1)}。",
        f"Without any visit on record AUC {_spread(cold.auc, 1, 3)} (all inputs {_plain(full.auc, 1, 3)}); of a "
        f"hundred listed children {_spread(cold.precision, 100, 1)} had a new need, with all inputs "
        f"{_plain(full.precision, 100, 1)}, in random order {_plain(random.precision, 100, 1)}.",
    )


def _rival_words(rival: OrderSeen) -> Label:
    words, gain = _words(rival.name), rival.gain
    more = gain.lower is not None and gain.lower > 0
    return Label(
        f"不靠走访记录的最好简单次序是“{words.zh}”；每百名多发现 {_spread(gain, 100, 1)}"
        + ("。" if more else "；可能并无增加。"),
        f"The best simple order that needs no visit is '{words.en}'; per hundred the model finds "
        f"{_spread(gain, 100, 1)} more" + ("." if more else "; it may add nothing."),
    )


def _table(seen: tuple[OrderSeen, ...], simple: Simple) -> Table:
    columns = (
        Label("次序", "Order"),
        Label("AUC（95% 区间）", "AUC (95 % interval)"),
        Label("查准率（95% 区间）", "Precision (95 % interval)"),
        Label("没有走访记录的模型多出", "The model without visits adds"),
    )
    rows = tuple(
        (
            _order_words(one.name, simple),
            _cell(one.auc),
            _cell(one.precision),
            "–" if one.name == COLD else _cell(one.gain),
        )
        for one in seen
    )
    return Table(Label("同样的儿童、标签和名额", "The same children, labels and places"), columns, rows)


def _order_words(name: str, simple: Simple) -> Label:
    """An order's name; of the best simple one also that it reads visits, if it does."""
    words = _words(name)
    if name in (RANDOM, simple.without_events) or name != simple.best:
        return words
    return Label(f"{words.zh}（含走访记录）", f"{words.en} (visits on record)")


def _words(name: str) -> Label:
    return _WORDS.get(name) or RANKING_WORDS.get(name, Label(name, name))


def _cell(one: Interval) -> Label | str:
    return NOT_ESTIMABLE if one.value is None else _spread(one, 1, 3)


def _plain(one: Interval, scale: float, digits: int) -> str:
    return "?" if one.value is None else f"{scale * one.value:.{digits}f}"


def _spread(one: Interval, scale: float, digits: int) -> str:
    if one.lower is None or one.upper is None:
        return _plain(one, scale, digits)
    return f"{_plain(one, scale, digits)} ({scale * one.lower:.{digits}f} – {scale * one.upper:.{digits}f})"


def _figures(name: str, one: Interval) -> dict[str, float | None]:
    return {name: one.value, f"{name}_lower": one.lower, f"{name}_upper": one.upper}


def _ends(one: Interval) -> dict[str, float | None]:
    return {"value": one.value, "lower": one.lower, "upper": one.upper}
