"""Read a screening plan from TOML and refuse, with the place and the wanted value, one that could not be honest."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from features.cli.console import UserError
from models.domains import LeastPositives, LikelyRule
from training.plan import (
    DEEPEST_TREE,
    BandRule,
    CapacityRule,
    CheckRule,
    CountedWindows,
    DomainRule,
    GivenWindows,
    LabelRule,
    LearningRule,
    ScreeningPlan,
    SearchRange,
    Span,
    TuningRule,
    WindowRule,
)

PLANS = Path(__file__).resolve().parent / "plans"
DEFAULT_PLAN = "default"

_SECTIONS = (
    "plan", "label", "windows", "households", "tuning", "learning", "capacity", "bands", "checks", "explain", "domains",
)  # fmt: skip
_SPANS = ("fit", "calibrate", "test")


class _Section:
    """One table of the plan: hands out its values and knows how to say what is wrong with them."""

    def __init__(self, raw: Mapping[str, Any], where: str) -> None:
        self._raw = raw
        self._left = set(raw)
        self.where = where

    def refuse(self, key: str, value: object, wanted: str) -> UserError:
        return UserError(f"{self.where} {key}: {value!r}", f"give {wanted}")

    def value(self, key: str, wanted: str) -> Any:  # noqa: ANN401 - TOML values have many types
        self._left.discard(key)
        if key not in self._raw:
            raise self.refuse(key, "missing", wanted)
        return self._raw[key]

    def whole(self, key: str, low: int, high: int | None = None) -> int:
        wanted = f"a whole number from {low}" + (f" to {high}" if high is not None else " up")
        value = self.value(key, wanted)
        if not isinstance(value, int) or isinstance(value, bool) or value < low or (high is not None and value > high):
            raise self.refuse(key, value, wanted)
        return value

    def share(self, key: str, low: float = 0.0, high: float = 1.0) -> float:
        wanted = f"a number above {low} and below {high}"
        value = self.value(key, wanted)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low < value < high:
            raise self.refuse(key, value, wanted)
        return float(value)

    def switch(self, key: str) -> bool:
        """True or false; off when left out."""
        value = self.value(key, "true or false") if key in self._raw else False
        if not isinstance(value, bool):
            raise self.refuse(key, value, "true or false")
        return value

    def table(self, key: str) -> Mapping[str, Any]:
        value = self.value(key, "a table")
        if not isinstance(value, Mapping):
            raise self.refuse(key, value, "a table")
        return value

    def has(self, key: str) -> bool:
        return key in self._raw

    def finish(self) -> None:
        if self._left:
            raise UserError(f"{self.where}: unknown key '{min(self._left)}'", "remove it, or correct its name")


def load_plan(name_or_file: str | Path = DEFAULT_PLAN) -> ScreeningPlan:
    """Load a plan by name (one that ships with the product) or by the path of its file.

    Raises:
        UserError: there is no such plan, it is not TOML, or a value cannot be used; says where and what is wanted.
    """
    path = Path(name_or_file)
    if not path.is_file():
        path = PLANS / f"{name_or_file}.toml"
    if not path.is_file():
        known = ", ".join(sorted(plan.stem for plan in PLANS.glob("*.toml")))
        raise UserError(f"no screening plan '{name_or_file}'", f"give a file, or one of: {known}")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: not valid TOML: {error}", "correct the file") from error
    return parse_plan(raw, str(path))


def parse_plan(raw: Mapping[str, Any], where: str) -> ScreeningPlan:
    """Make a plan of parsed TOML; ``where`` names it in errors.

    Raises:
        UserError: a section or value is missing, unknown, out of range, or the gap is shorter than the horizon.
    """
    foreign = [name for name in raw if name not in _SECTIONS]
    if foreign:
        raise UserError(f"{where}: unknown section [{foreign[0]}]", f"use: {', '.join(_SECTIONS)}")
    part = {name: _Section(raw.get(name, {}), f"{where} [{name}]") for name in _SECTIONS}
    label = _label(part["label"])
    plan = ScreeningPlan(
        name=str(part["plan"].value("name", "the plan's name")),
        label=label,
        windows=_windows(part["windows"], label.horizon_days),
        new_household_share=part["households"].share("new_household_share", high=0.5),
        seed=part["plan"].whole("seed", 0),
        tuning=_tuning(part["tuning"]),
        learning=_learning(part["learning"]),
        capacity=CapacityRule(part["capacity"].share("share"), part["capacity"].whole("random_draws", 1)),
        bands=_bands(part["bands"]),
        checks=_checks(part["checks"]),
        explained_rows=part["explain"].whole("rows", 1),
        by_domain=_by_domain(part["domains"]),
        hash=hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest(),
    )
    for section in part.values():
        section.finish()
    return plan


def _label(section: _Section) -> LabelRule:
    domains = section.value("domains", "a list of domains; empty for all") if section.has("domains") else []
    if not isinstance(domains, list):
        raise section.refuse("domains", domains, "a list of domains; empty for all")
    return LabelRule(section.whole("horizon_days", 1), section.whole("severity", 0), tuple(map(str, domains)))


def _windows(section: _Section, horizon_days: int) -> WindowRule:
    gap_days = section.whole("gap_days", 1)
    if gap_days < horizon_days:
        raise section.refuse("gap_days", gap_days, f"at least the label's horizon of {horizon_days} days")
    given = any(section.has(name) for name in _SPANS)
    cut = section.value("data_cut_off", "a date") if section.has("data_cut_off") else None
    return WindowRule(
        day=section.whole("day", 1, 28),
        every_months=section.whole("every_months", 1, 12),
        gap_days=gap_days,
        recording_lag_days=section.whole("recording_lag_days", 0),
        layout=_given(section, gap_days) if given else _counted(section),
        data_cut_off=None if cut is None else _date(section, "data_cut_off", cut),
    )


def _counted(section: _Section) -> CountedWindows:
    return CountedWindows(
        fit_dates=section.whole("fit_dates", 1),
        calibrate_dates=section.whole("calibrate_dates", 1),
        test_dates=section.whole("test_dates", 1),
        history_days=section.whole("history_days", 0),
    )


def _given(section: _Section, gap_days: int) -> GivenWindows:
    spans = {name: _span(section, name) for name in _SPANS}
    for before, after in pairwise(_SPANS):
        apart = (spans[after].first - spans[before].last).days
        if apart < gap_days:
            raise section.refuse(after, str(spans[after].first), f"a first date {gap_days} days after '{before}' ends")
    return GivenWindows(spans["fit"], spans["calibrate"], spans["test"])


def _span(section: _Section, name: str) -> Span:
    raw = section.table(name)
    first, last = (_date(section, f"{name}.{end}", raw.get(end)) for end in ("first", "last"))
    if last < first:
        raise section.refuse(f"{name}.last", str(last), f"a date from {first} on")
    return Span(first, last)


def _date(section: _Section, key: str, value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise section.refuse(key, value, "a date such as 2018-01-01")
    return value


def _tuning(section: _Section) -> TuningRule:
    return TuningRule(
        trials=section.whole("trials", 1),
        validation_share=section.share("validation_share"),
        household_share=section.share("household_share"),
        rows_at_most=section.whole("rows_at_most", 1),
        patience_rounds=section.whole("patience_rounds", 1),
        space={name: _range(section, name, raw) for name, raw in section.table("space").items()},
    )


def _range(section: _Section, name: str, raw: object) -> SearchRange:
    wanted = "a range such as { low = 0.1, high = 1.0 }, with log or whole when meant"
    if not isinstance(raw, Mapping) or not {"low", "high"} <= set(raw) <= {"low", "high", "log", "whole"}:
        raise section.refuse(f"space.{name}", raw, wanted)
    if not raw["low"] <= raw["high"]:
        raise section.refuse(f"space.{name}", raw, "a range whose low end is not above its high end")
    return SearchRange(raw["low"], raw["high"], raw.get("log", False), raw.get("whole", False))


def _learning(section: _Section) -> LearningRule:
    return LearningRule(
        rounds=section.whole("rounds", 1),
        depth=section.whole("depth", 1, DEEPEST_TREE),
        rows_at_most=section.whole("rows_at_most", 1),
        rows_per_thread=section.whole("rows_per_thread", 1),
        parameters=dict(section.table("parameters")),
        adjust_visitor=section.switch("adjust_visitor"),
    )


def _bands(section: _Section) -> BandRule:
    bands = BandRule(section.share("go_first_share"), section.share("soon_share"))
    if bands.go_first_share + bands.soon_share >= 1:
        raise section.refuse("soon_share", bands.soon_share, "shares that leave some of the cohort in turn")
    return bands


def _checks(section: _Section) -> CheckRule:
    return CheckRule(
        model_auc_at_most=section.share("model_auc_at_most", 0.5),
        feature_auc_at_most=section.share("feature_auc_at_most", 0.5),
        dealt_errors_at_most=section.share("dealt_errors_at_most", high=100.0),
        dealt_rounds=section.whole("dealt_rounds", 1),
        rows_at_most=section.whole("rows_at_most", 1),
    )


def _by_domain(section: _Section) -> DomainRule:
    return DomainRule(
        trees=section.whole("trees", 1),
        step_at_most=section.share("step_at_most"),
        rows_at_most=section.whole("rows_at_most", 1),
        least=LeastPositives(section.whole("least_fit_positives", 1), section.whole("least_calibrate_positives", 1)),
        least_test_positives=section.whole("least_test_positives", 1),
        likely=LikelyRule(section.share("likely_times_base_rate", 1.0, 100.0), section.whole("likely_at_most", 1)),
    )
