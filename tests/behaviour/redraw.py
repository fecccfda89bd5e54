"""A simulated province whose lists, visits and findings can be drawn again and again over the same true needs.

Simulated once: people, needs, official levels, findings open at each list, routine and reported visits, each list's
frame with strata and chances. Drawn anew in each repetition: the lot of the random places with its logged chance; on
which day of the list's months a listed household is visited or not at all; whether anybody is met (less far from the
clinic); which children are seen (boarders less) and whether every domain is looked at; each visitor's skill; what the
visitor records of the needs that are there that day, false alarms and wrong grades included. A report that comes
before the list's visit cancels it, as in the simulator. Rules and numbers are the simulator's own settings.

Every child of a frame gets one potential outcome, the label of the look it would have had; the truth of a repetition
is counted over all of them. Left out: needs of the household itself, for which the simulator keeps no truth, and that
a need seen to ends sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from scipy.special import expit

from features.definition import load_definition
from features.definition import structure as s
from features.known import known_rows, latest_rows
from features.ledger.store import LedgerStore
from features.simulator.plan import SimulationPlan
from features.simulator.settings import load_scenario
from features.simulator.shapes import Settings
from features.simulator.words import Domain
from tests.behaviour.provinces import imported
from training.design.assignments import CHANCE, DRAWN, listed_children
from training.labels import LABEL
from training.plan_loader import load_plan

FAR = 2_000_000_000
HORIZON = 90


@dataclass(frozen=True, slots=True)
class Events:
    """Things with a first and a last day, of a row (child on a list) and a domain: true needs, or open findings."""

    row: np.ndarray
    domain: np.ndarray
    first: np.ndarray
    last: np.ndarray
    grade: np.ndarray


@dataclass(frozen=True, slots=True)
class World:
    """What stays the same over repetitions; arrays run over ``rows`` (children on lists) unless said otherwise.

    ``house`` numbers a household on a list; ``routine`` and ``report`` are days (FAR: none). ``answered``: a routine
    visit gave the child a label in the ledger.
    """

    rows: pl.DataFrame
    settings: Settings
    as_of: np.ndarray
    house: np.ndarray
    chance: np.ndarray
    routine: np.ndarray
    report: np.ndarray
    answered: np.ndarray
    missed: np.ndarray
    seen: np.ndarray
    visitor_first: np.ndarray
    visitor_count: np.ndarray
    visitors: np.ndarray
    needs: Events
    open: Events


@dataclass(frozen=True, slots=True)
class Drawn:
    """One repetition, over the world's rows: who was drawn, labels (NaN: nobody looked), who visited, and the truth.

    ``outcome``: every child's potential outcome.
    """

    drawn: np.ndarray
    label: np.ndarray
    visitor: np.ndarray
    outcome: np.ndarray

    def rows(self, world: World) -> pl.DataFrame:
        """The rows as the product would read them from the ledger."""
        shown = pl.Series(~np.isnan(self.label))
        return world.rows.with_columns(
            pl.Series(DRAWN, self.drawn),
            pl.when(shown).then(pl.Series(self.label == 1)).alias(LABEL),
            pl.when(shown).then(pl.Series(self.visitor)).alias(s.VISITOR),
        )


def make_world(folder: Path, simulation: SimulationPlan) -> World:
    """Simulate and import a province, and take from it what repetitions need."""
    ledger = imported(folder, simulation)
    store, definition, plan = LedgerStore.open(ledger), load_definition(), load_plan()
    tables = _joined(store)
    rows = listed_children(store, definition, plan, simulation.last_day).with_row_index("row")
    keyed = rows.select("row", s.CHILD, s.HOUSEHOLD, s.REGION, "as_of")
    visits = _latest(tables[s.VISITS], [s.VISIT], simulation.last_day)
    routine = _first_day(keyed, visits.filter(pl.col(s.MET) & ~pl.col(s.PURPOSE).is_in(["report", "listed", "random"])))
    report = _first_day(keyed, visits.filter(pl.col(s.PURPOSE) == "report"))
    first, count, visitors = _visitors(keyed, visits, tables)
    settings = load_scenario(simulation.scenario).early
    homes = _latest(tables[s.HOUSEHOLDS], [s.HOUSEHOLD], simulation.last_day).select(s.HOUSEHOLD, "distance_clinic_km")
    kids = _latest(tables[s.CHILDREN], [s.CHILD], simulation.last_day).select(s.CHILD, "boarding")
    facts = keyed.join(homes, on=s.HOUSEHOLD, how="left", maintain_order="left")
    facts = facts.join(kids, on=s.CHILD, how="left", maintain_order="left")
    km = facts["distance_clinic_km"].fill_null(settings.population.clinic_km.median).to_numpy()
    rules = settings.visiting
    boards = facts["boarding"].fill_null(value=False).to_numpy()
    as_of = rows["as_of"].cast(pl.Int32).to_numpy()
    by_routine = (rows[LABEL].is_not_null() & ~rows[DRAWN]).to_numpy()
    return World(
        rows=rows,
        settings=settings,
        as_of=as_of,
        house=rows.select(pl.struct(s.HOUSEHOLD, "list_id").rank("dense").cast(pl.Int64) - 1).to_series().to_numpy(),
        chance=rows[CHANCE].to_numpy(),
        routine=routine,
        report=report,
        answered=by_routine & (routine < FAR),
        missed=rules.not_met * (1 + rules.not_met_distance * km),
        seen=np.where(boards, rules.child_seen_boarding, rules.child_seen) * rules.all_domains,
        visitor_first=first,
        visitor_count=count,
        visitors=visitors,
        needs=_needs(keyed, folder / "province" / "truth"),
        open=_open(keyed, tables, visits, simulation.last_day),
    )


def redraw(world: World, rng: np.random.Generator, *, by_chance: bool = False) -> Drawn:
    """Draw the lists' lot, the visits and what they find once more.

    ``by_chance``: every drawn household is reached and every child seen with the same chance, as the estimates assume;
    otherwise distance, boarding, routine visits and reports decide, as in the simulator.
    """
    houses = int(world.house.max()) + 1
    chance = np.zeros(houses)
    chance[world.house] = world.chance
    drawn = (rng.random(houses) < chance)[world.house]
    looks = _looks(world, rng, houses, by_chance=by_chance)
    luck = _Luck.of(world, rng, houses)
    outcome = luck.recorded(world, looks.day)
    by_routine = luck.recorded(world, np.where(world.routine < FAR, world.routine, looks.day))
    label = np.where(drawn, outcome, by_routine).astype(np.float64)
    label[~np.where(drawn, looks.known, world.answered)] = np.nan
    return Drawn(drawn, label, world.visitors[luck.visitor], outcome)


@dataclass(frozen=True, slots=True)
class _Looks:
    """The day each child is looked at, or would have been, and whether it is when its household is drawn."""

    day: np.ndarray
    known: np.ndarray


def _looks(world: World, rng: np.random.Generator, houses: int, *, by_chance: bool) -> _Looks:
    done, listed = _list_days(world, rng, houses)
    met, seen = rng.random(houses)[world.house], rng.random(len(listed))
    if by_chance:
        return _Looks(listed, done & (met >= world.missed.mean()) & (seen < world.seen.mean()))
    reached = done & (listed <= world.report) & (met >= world.missed)
    first = np.where(reached, np.minimum(listed, world.routine), world.routine)
    visited = first < FAR
    return _Looks(np.where(visited, first, listed), visited & (seen < world.seen))


@dataclass(frozen=True, slots=True)
class _Luck:
    """What chance decides about looks, so that the same look on two days meets the same visitor and the same eye."""

    visitor: np.ndarray
    skill: np.ndarray
    eye: np.ndarray
    slip: np.ndarray
    alarm: np.ndarray

    @classmethod
    def of(cls, world: World, rng: np.random.Generator, houses: int) -> _Luck:
        visitor = world.visitor_first + (rng.random(houses)[world.house] * world.visitor_count).astype(np.int64)
        finding, needs = world.settings.finding, len(world.needs.row)
        slip = np.where(rng.random(needs) < finding.severity_noise, rng.choice(np.array([-1, 1]), needs), 0)
        skill = rng.normal(0.0, finding.visitor_sd, (len(world.visitors), len(Domain)))
        return cls(visitor, skill, rng.random(needs), slip, rng.random(len(world.rows)))

    def recorded(self, world: World, day: np.ndarray) -> np.ndarray:
        """Whether a look at each row on its day records a new need."""
        finding, needs, held = world.settings.finding, world.needs, world.open
        opened = np.zeros((len(day), len(Domain)), np.int8)
        on = (held.first < day[held.row]) & (held.last >= day[held.row])
        np.maximum.at(opened, (held.row[on], held.domain[on]), held.grade[on])
        there = (needs.first <= day[needs.row]) & (needs.last >= day[needs.row])
        base = np.array([finding.sensitivity[code] for code in Domain.codes()])[needs.domain]
        odds = base + self.skill[self.visitor[needs.row], needs.domain]
        odds = odds + finding.severity_sensitivity * (needs.grade - 1)
        written = np.clip(needs.grade + self.slip, 1, 3)
        found = there & (self.eye < expit(odds)) & (written > opened[needs.row, needs.domain])
        outcome = np.zeros(len(day), bool)
        outcome[needs.row[found]] = True
        free = (opened == 0).sum(axis=1)
        return outcome | (self.alarm < finding.false_alarm * free)


def _list_days(world: World, rng: np.random.Generator, houses: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether the list gets to each household, and the day it does or would have."""
    reached = 1.0 - np.cumprod(1.0 - np.array(world.settings.lists.done_by_month))
    luck = rng.random(houses) * reached[-1]
    day = 30 * np.searchsorted(reached, luck) + rng.integers(0, 30, houses)
    done = rng.random(houses) < reached[-1]
    return done[world.house], world.as_of + 1 + np.minimum(day, HORIZON - 1)[world.house]


def _joined(store: LedgerStore) -> dict[str, pl.DataFrame]:
    parts = [store.read(county).tables for county in store.counties()]
    return {name: pl.concat([part[name] for part in parts]) for name in parts[0]}


def _latest(table: pl.DataFrame, key: list[str], cut: date) -> pl.DataFrame:
    return pl.DataFrame(latest_rows(known_rows(table, cut), key).to_native()).unique(key, maintain_order=True)


def _first_day(keyed: pl.DataFrame, visits: pl.DataFrame) -> np.ndarray:
    days = (
        keyed.select("row", s.HOUSEHOLD, "as_of")
        .join(visits.select(s.HOUSEHOLD, s.VISITED_ON), on=s.HOUSEHOLD)
        .filter(pl.col(s.VISITED_ON) > pl.col("as_of"))
        .filter(pl.col(s.VISITED_ON) <= pl.col("as_of").dt.offset_by(f"{HORIZON}d"))
        .group_by("row")
        .agg(pl.col(s.VISITED_ON).min().cast(pl.Int32))
    )
    joined = keyed.select("row").join(days, on="row", how="left", maintain_order="left")
    return joined[s.VISITED_ON].cast(pl.Int64).fill_null(FAR).to_numpy()


def _visitors(
    keyed: pl.DataFrame, visits: pl.DataFrame, tables: dict[str, pl.DataFrame]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The visitors of each row's village, as a run of a list of visitor numbers."""
    villages = tables[s.HOUSEHOLDS].filter(pl.col(s.REGION).is_not_null()).unique(s.HOUSEHOLD, maintain_order=True)
    pairs = visits.join(villages.select(s.HOUSEHOLD, s.REGION), on=s.HOUSEHOLD).group_by(s.REGION, s.VISITOR).len()
    # A wrong visitor written down now and then is no visitor of the village.
    pairs = pairs.filter(pl.col("len") >= 0.05 * pl.col("len").sum().over(s.REGION)).sort(s.REGION, s.VISITOR)
    runs = pairs.with_row_index("place").group_by(s.REGION).agg(pl.col("place").min().alias("first"), pl.len())
    found = keyed.join(runs, on=s.REGION, how="left", maintain_order="left").with_columns(
        pl.col("first").fill_null(0), pl.col("len").fill_null(1)
    )
    return found["first"].cast(pl.Int64).to_numpy(), found["len"].to_numpy(), pairs[s.VISITOR].to_numpy()


def _needs(keyed: pl.DataFrame, truth: Path) -> Events:
    needs = pl.concat([pl.read_parquet(path) for path in sorted(truth.glob("*.parquet"))])
    ends = pl.col("end").cast(pl.Int32).fill_null(FAR)
    return _events(keyed, needs.select(s.CHILD, s.DOMAIN, s.SEVERITY, first="start", last=ends))


def _open(keyed: pl.DataFrame, tables: dict[str, pl.DataFrame], visits: pl.DataFrame, cut: date) -> Events:
    """Findings open on the list's day, and those that a report opened later."""
    rows = pl.DataFrame(known_rows(tables[s.FINDINGS], cut).to_native()).filter(pl.col(s.CHILD).is_not_null())
    closed = rows.filter(pl.col(s.STATUS) == "closed").group_by(s.FINDING).agg(pl.col(s.VALID_FROM).min().alias("last"))
    opened = rows.filter(pl.col(s.STATUS) == "open").unique(s.FINDING, keep="last", maintain_order=True)
    purposes = visits.select(s.VISIT, s.PURPOSE)
    found = (
        opened.join(closed, on=s.FINDING, how="left")
        .join(purposes, on=s.VISIT, how="left")
        .select(
            s.CHILD, s.DOMAIN, s.SEVERITY, s.PURPOSE, first=s.OPENS, last=pl.col("last").cast(pl.Int32).fill_null(FAR)
        )
    )
    before = (pl.col("first") <= pl.col("as_of")) | (pl.col(s.PURPOSE) == "report")
    return _events(keyed, found, before)


def _events(keyed: pl.DataFrame, events: pl.DataFrame, keep: pl.Expr | None = None) -> Events:
    days = keyed.select("row", s.CHILD, "as_of").join(events, on=s.CHILD)
    days = days.filter(pl.lit(value=True) if keep is None else keep).with_columns(pl.col("first").cast(pl.Int32))
    start = pl.col("as_of").cast(pl.Int32)
    days = days.filter((pl.col("first") <= start + HORIZON) & (pl.col("last") > start))
    codes = {code: number for number, code in enumerate(Domain.codes())}
    return Events(
        row=days["row"].to_numpy().astype(np.int64),
        domain=days[s.DOMAIN].replace_strict(codes, return_dtype=pl.Int64).to_numpy(),
        first=days["first"].to_numpy(),
        last=days["last"].to_numpy(),
        grade=days[s.SEVERITY].to_numpy().astype(np.int8),
    )
