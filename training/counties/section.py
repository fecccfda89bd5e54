"""The sections of an audit on new counties and on new households."""

from __future__ import annotations

from features.definition import Label
from training.audit.context import AuditContext
from training.audit.section import Section
from training.counties.folds import HoldOut
from training.counties.price import Price, Prices, price_of
from training.counties.settings import hold_out_rule
from training.counties.words import folds_words, notes, price_table, price_words
from training.material import material
from training.refit import Recipe
from training.stability.resample import Interval

KEY = "new_county"
HOUSEHOLD_KEY = "new_household"
TITLE = Label("没有学过的县和地市", "Counties and prefectures the model has not learned from")
HOUSEHOLD_TITLE = Label("没有学过的家庭", "Households the model has not learned from")


def section(context: AuditContext) -> Section:
    """What the model finds in counties and prefectures left out of learning, and the price of being new."""
    found = _prices(context, ("county", "prefecture"))
    county, prefecture = found.of("county"), found.of("prefecture")
    figures = _figures(county, "") | _figures(prefecture, "prefecture_")
    return _section(KEY, TITLE, found, figures)


def household_section(context: AuditContext) -> Section:
    """What the model finds in households left out of learning, and the price of being new."""
    found = _prices(context, ("household",))
    return _section(HOUSEHOLD_KEY, HOUSEHOLD_TITLE, found, _figures(found.of("household"), ""))


def _prices(context: AuditContext, hold_outs: tuple[HoldOut, ...]) -> Prices:
    plan, rule = context.evidence.plan, hold_out_rule()
    recipe = Recipe.of(context.bundle.model.booster_text, context.dataset.contract, plan)
    made_of = material(context.dataset, rule.fit_rows_at_most, rule.test_rows_at_most, plan.seed)
    return price_of(made_of, hold_outs, recipe, rule, context.threads)


def _section(key: str, title: Label, found: Prices, figures: dict[str, float | None]) -> Section:
    return Section(
        key=key,
        title=title,
        findings=(*(price_words(one) for one in found.prices), *notes(found)),
        tables=(price_table(found),),
        figures=figures,
        data={one.folds.hold_out: _data(one) for one in found.prices}
        | {"random": _ends(found.random), "overdue_first": _ends(found.overdue), "thinned": found.thinned},
    )


def _figures(one: Price, before: str) -> dict[str, float | None]:
    return {
        f"{before}price": one.price.value,
        f"{before}price_lower": one.price.lower,
        f"{before}price_upper": one.price.upper,
        f"{before}precision_at_k": one.new.value,
        f"{before}known_precision_at_k": one.known.value if one.estimable else None,
    }


def _data(one: Price) -> dict[str, object]:
    return {
        "groups": one.folds.groups,
        "folds": one.folds.count,
        "left_out": folds_words(one.folds).en,
        "known": _ends(one.known),
        "new": _ends(one.new),
        "price": _ends(one.price),
    }


def _ends(one: Interval) -> dict[str, float | None]:
    return {"value": one.value, "lower": one.lower, "upper": one.upper}
