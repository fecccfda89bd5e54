"""Settings of the simulator as frozen words, read from the data files of this package and changed by a scenario."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from features.cli.console import UserError

DATA = Path(__file__).resolve().parent / "data"
Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A log-normal distribution by its median and the standard deviation of its logarithm, cut at ``longest``."""

    median: float
    sd: float
    longest: float = 100.0


@dataclass(frozen=True, slots=True)
class Bounded:
    """A normal distribution cut at both ends, in years."""

    mean: float
    sd: float
    youngest: float
    oldest: float


@dataclass(frozen=True, slots=True)
class AgeBands:
    """Shares of children by age band, [from, to) in years."""

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    share: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ChildMargins:
    """Published shares of children, and the two that were not found."""

    boys: float
    disabled: float
    ill: float
    dibao: float
    registered_poor: float
    dropped_out: float
    hukou_missing: float


@dataclass(frozen=True, slots=True)
class Population:
    """Who lives where at the start."""

    children_per_household: tuple[float, ...]
    entering_later: float
    born_later: float
    children_per_village: int
    villages_per_township: int
    county_size_sd: float
    counties_per_prefecture: int
    prefectures_per_province: int
    provinces: tuple[str, ...]
    ethnicity: Shares
    dwelling: Shares
    water: Shares
    income: Shares
    school_km: LogNormal
    clinic_km: LogNormal
    guardian_age: Bounded
    other_guardian_age: Bounded
    parent_away: Shares
    away_years: float
    boarding: Shares
    refuses_model: float
    support_gap: float


@dataclass(frozen=True, slots=True)
class Changes:
    """Chances per month that a fact changes."""

    guardian: float
    guardian_after_loss: float
    guardian_next: Shares
    grandparent_lost: float
    parent: float
    parent_next: Shares
    dibao_gained: float
    dibao_lost: float
    poor_left: float
    dwelling_repaired: float
    drop_out: float
    back_to_school: float
    hukou_made: float
    illness: float
    parents_return: float
    leave_province: float
    death: float
    school_year_month: int
    refuse_model: float


@dataclass(frozen=True, slots=True)
class Moves:
    """Moves to another county of the province."""

    per_year: float
    within: int


@dataclass(frozen=True, slots=True)
class Levels:
    """How an assessor comes to an official level: points, half-open bounds, and when it is looked at again."""

    red: float
    yellow: float
    blue: float
    noise: float
    reassess_days: int
    after_change: float
    after_finding: float
    severe_forces_red: float
    alone_below_years: float
    points: Shares
    open_need: float


@dataclass(frozen=True, slots=True)
class Visiting:
    """Why and how often people visit, and whom they meet."""

    interval_days: Mapping[str, int]
    interval_done: float
    follow_up_done: float
    routine: float
    routine_distance: float
    routine_confounder: float
    diligence_sd: float
    not_met: float
    not_met_distance: float
    child_seen: float
    child_seen_boarding: float
    all_domains: float
    domain_looked_at: float
    reported: tuple[float, ...]
    visitors_per_township: int
    nested_visitors: bool


@dataclass(frozen=True, slots=True)
class Lists:
    """How visit lists are drawn."""

    every_months: int
    random_share: float
    score_cut: float
    prior_noise: float
    by_hand: float
    done_by_month: tuple[float, ...]
    model: str
    removed: Shares


@dataclass(frozen=True, slots=True)
class Finding:
    """What a visit finds of the needs that are there, and how findings end."""

    sensitivity: Shares
    severity_sensitivity: float
    after_report: float
    visitor_sd: float
    false_alarm: float
    severity_noise: float
    due_days: tuple[int, ...]
    closed_on_visit: float
    closed_on_paper: float
    again_due_days: int
    household_onset: Shares
    household_seen: float
    household_ends: float
    actions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Recording:
    """How late, wrong and incomplete the clerks are."""

    same_day: float
    visit_delay: LogNormal
    state_delay: LogNormal
    first_delay: LogNormal
    quality_sd: float
    wrong_state: float
    wrong_visit: float
    wrong_finding: float
    wrong_found: LogNormal
    wrong_household_columns: tuple[str, ...]
    wrong_child_columns: tuple[str, ...]
    wrong_visit_columns: tuple[str, ...]
    wrong_finding_columns: tuple[str, ...]
    completed_after_days: float
    missing: Shares


@dataclass(frozen=True, slots=True)
class Product:
    """Two drivers whose product makes need likelier, with its effect by domain."""

    of: tuple[str, ...]
    effect: Shares


@dataclass(frozen=True, slots=True)
class Needs:
    """How true needs begin, worsen and end. Effects are monthly log-odds of onset by domain."""

    recovery: float
    served_recovery: float
    worsening: float
    severity: tuple[float, ...]
    signal: float
    household_sd: float
    child_sd: float
    village_sd: float
    county_sd: float
    confounder: float
    memory: float
    memory_half_life: float
    base: Shares
    effects: Mapping[str, Shares]
    products: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that shapes a simulation, for one stretch of time."""

    guardian: Shares
    age: AgeBands
    children: ChildMargins
    schooling: Shares
    population: Population
    changes: Changes
    moves: Moves
    levels: Levels
    visiting: Visiting
    lists: Lists
    finding: Finding
    recording: Recording
    needs: Needs


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named world: its settings, and the settings from half way on (the same unless rules break)."""

    name: str
    zh: str
    en: str
    early: Settings
    later: Settings


@cache
def scenario_names() -> tuple[str, ...]:
    """The scenarios that ship with the product, in the order of their file."""
    return tuple(_read("scenarios.toml"))


@cache
def load_scenario(name: str) -> Scenario:
    """Read one scenario.

    Raises:
        UserError: there is no scenario of that name; the hint lists those there are.
    """
    known = _read("scenarios.toml")
    if name not in known:
        raise UserError(f"--scenario {name}: not known", f"choose one of: {', '.join(known)}")
    chosen = known[name]
    base: dict[str, Any] = {}
    for file in ("margins.toml", "behaviour.toml", "needs.toml"):
        base |= _read(file)
    early = merge(base, chosen.get("change", {}))
    later = merge(early, chosen.get("later", {}))
    return Scenario(name, chosen["zh"], chosen["en"], build(Settings, early, name), build(Settings, later, name))


def merge(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with the leaves of ``change`` put in; a key that ``base`` lacks is a mistake in the data.

    Raises:
        KeyError: ``change`` names something ``base`` does not hold.
    """
    merged = dict(base)
    for key, value in change.items():
        merged[key] = merge(base[key], value) if isinstance(base[key], Mapping) else value
    return merged


def build(kind: type[Any], raw: Mapping[str, Any], where: str) -> Any:  # noqa: ANN401 - builds any settings class
    """Make a frozen settings object from parsed TOML; every field must be there and nothing else.

    Raises:
        ValueError: a key is missing or unknown; the message says where.
    """
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    optional = {"longest"}
    if not set(names) - optional <= set(raw) <= set(names):
        raise ValueError(f"{where}: {kind.__name__} wants {', '.join(names)}; found {', '.join(raw)}")
    return kind(**{key: _value(hints[key], value, f"{where}.{key}") for key, value in raw.items()})


def _value(hint: Any, value: Any, where: str) -> Any:  # noqa: ANN401 - TOML values have many types
    if is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, where)
    if isinstance(value, list):
        inner = getattr(hint, "__args__", (object,))[0]
        return tuple(_value(inner, item, where) for item in value)
    return value


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((DATA / file).read_text(encoding="utf-8"))
