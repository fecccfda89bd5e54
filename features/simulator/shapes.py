"""Shapes of the settings: what the data files of the simulator must hold, as frozen words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    away_years_longest: float
    boarding: Shares
    refuses_model: float
    support_gap: float
    dwelling_poor_if_poor: float
    second_grandparent: float
    grandparent_with_other_guardian: float
    guardian_years: float
    school_lag_sd: float
    entrusted_fair_from: float
    entrusted_insufficient_from: float


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
    reassess_done: float
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
    carried_on: float
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
    memory_at_most: float
    base: Shares
    effects: Mapping[str, Shares]
    products: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Drivers:
    """Where a fact begins to matter: years, days and kilometres that turn facts into drivers of need."""

    guardian_ages_from: float
    guardian_decades_at_most: float
    guardian_old: float
    guardian_very_old: float
    guardian_changed_days: int
    school_far_km: float
    clinic_far_km: float
    small_below: float
    older_from: float
    away_years_at_most: float


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
    drivers: Drivers
    needs: Needs
