"""What happens to families in a month: entries, guardians, parents, benefits, schooling, health, moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.simulator.draws import pick
from features.simulator.families import guardian_birth_years
from features.simulator.population import DAYS_PER_YEAR, Bits, Ints, People
from features.simulator.shapes import Settings
from features.simulator.words import Aid, Dwelling, FileStatus, Guardian, Illness, Income, Parent, Schooling

Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Month:
    """One simulated month: its number in the year and its days ``[first, until)``."""

    of_year: int
    first: int
    until: int

    @property
    def last(self) -> int:
        """The last day."""
        return self.until - 1


@dataclass(frozen=True, slots=True)
class Happening:
    """Draws who an event befalls in a month, and on which day."""

    rng: np.random.Generator
    month: Month

    def to(self, mask: Bits, chance: float) -> tuple[Index, Ints]:
        """Those in ``mask`` whom an event of a given chance befalls, with the day."""
        chosen = np.flatnonzero(mask)
        chosen = chosen[self.rng.random(len(chosen)) < chance]
        return chosen, self.days(len(chosen))

    def days(self, count: int) -> Ints:
        """Days of the month."""
        return self.rng.integers(self.month.first, self.month.until, count).astype(np.int32)


def live(people: People, settings: Settings, happening: Happening) -> None:
    """Let a month pass for every family. Who changed is marked in ``touched`` with the day of the last change."""
    _enter(people, happening.month)
    active = people.in_ledger()
    at_home = people.by_household(active).astype(bool) & ~_moving(people, happening.month)
    _guardians(people, settings, happening, at_home)
    _parents(people, settings, happening, at_home)
    _benefits(people, settings, happening, at_home)
    _schooling(people, settings, happening, active)
    _health_and_hukou(people, settings, happening, active)
    _files(people, settings, happening, at_home)
    _moves(people, happening.month)


def touch_households(people: People, who: Index, day: Ints, *, children: bool = True) -> None:
    """Mark households as changed, by default with their children."""
    homes = people.households
    homes.touched[who] = np.maximum(homes.touched[who], day)
    if children:
        of, members = members_of(people, who)
        touch_children(people, members, day[of])


def touch_children(people: People, who: Index, day: Ints) -> None:
    """Mark children on file as changed."""
    kids = people.children
    kids.touched[who] = np.where(kids.entered[who], np.maximum(kids.touched[who], day), kids.touched[who])


def members_of(people: People, who: Index) -> tuple[Index, Index]:
    """The children of some households: for each, its place in ``who`` and its own number."""
    sizes = people.households.children[who]
    of = np.repeat(np.arange(len(who)), sizes)
    within = np.arange(len(of)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return of, people.households.first_child[who][of] + within


def _enter(people: People, month: Month) -> None:
    kids, homes = people.children, people.households
    new = np.flatnonzero((kids.entry >= month.first) & (kids.entry < month.until))
    kids.entered[new] = True
    touch_children(people, new, kids.entry[new])
    households = np.flatnonzero((homes.entry >= month.first) & (homes.entry < month.until))
    touch_households(people, households, homes.entry[households], children=False)


def _guardians(people: People, settings: Settings, happening: Happening, at_home: Bits) -> None:
    homes, rates, rng = people.households, settings.changes, happening.rng
    lost, lost_day = happening.to(at_home & (homes.grandparents > 0), rates.grandparent_lost)
    homes.grandparents[lost] -= 1
    touch_households(people, lost, lost_day, children=False)
    follows = (rng.random(len(lost)) < rates.guardian_after_loss) & (homes.guardian[lost] == Guardian.GRANDPARENTS)
    plain, plain_day = happening.to(at_home & (homes.touched < happening.month.first), rates.guardian)
    who = np.concatenate([lost[follows], plain])
    day = np.concatenate([lost_day[follows], plain_day])
    homes.guardian[who] = pick(rng, rates.guardian_next, Guardian, len(who))
    year = 1970 + int(happening.month.first / DAYS_PER_YEAR)
    homes.guardian_birth_year[who] = guardian_birth_years(rng, settings, homes.guardian[who], year)
    homes.guardian_changed[who] = day
    incapable = who[homes.guardian[who] == Guardian.ONE_PARENT]
    homes.mother[incapable] = Parent.INCAPABLE
    back = who[(homes.guardian[who] != Guardian.ONE_PARENT) & (homes.mother[who] == Parent.INCAPABLE)]
    homes.mother[back] = pick(rng, rates.parent_next, Parent, len(back))
    touch_households(people, who, day)


def _parents(people: People, settings: Settings, happening: Happening, at_home: Bits) -> None:
    homes, rates = people.households, settings.changes
    for parent in (homes.father, homes.mother):
        free = at_home & (parent != Parent.DECEASED) & (parent != Parent.INCAPABLE)
        who, day = happening.to(free, rates.parent)
        parent[who] = pick(happening.rng, rates.parent_next, Parent, len(who))
        touch_households(people, who, day)


def _benefits(people: People, settings: Settings, happening: Happening, at_home: Bits) -> None:
    homes, rates = people.households, settings.changes
    need = at_home & ~homes.dibao & (homes.poor | (homes.income == Income.NONE) | (homes.dwelling != Dwelling.SOUND))
    gained, gained_day = happening.to(need, rates.dibao_gained)
    lost, lost_day = happening.to(at_home & homes.dibao, rates.dibao_lost)
    left, left_day = happening.to(at_home & homes.poor, rates.poor_left)
    mended, mended_day = happening.to(at_home & (homes.dwelling != Dwelling.SOUND), rates.dwelling_repaired)
    homes.dibao[gained], homes.dibao[lost] = True, False
    homes.aid[gained] |= np.uint8(1 << Aid.DIBAO)
    homes.aid[lost] &= np.uint8(255 - (1 << Aid.DIBAO))
    homes.poor[left] = False
    homes.dwelling[mended] = Dwelling.SOUND
    homes.aid[mended] |= np.uint8(1 << Aid.HOUSING)
    for who, day in ((gained, gained_day), (lost, lost_day), (left, left_day), (mended, mended_day)):
        touch_households(people, who, day, children=False)


def _schooling(people: People, settings: Settings, happening: Happening, active: Bits) -> None:
    kids, rates, rng = people.children, settings.changes, happening.rng
    out = kids.schooling == Schooling.DROPPED_OUT
    back, back_day = happening.to(active & out, rates.back_to_school)
    leaves = active & (kids.schooling >= Schooling.PRIMARY) & ~out
    left, left_day = happening.to(leaves, rates.drop_out)
    stage = np.searchsorted(people.stage_ages, people.age(happening.month.first) + kids.stage_lag, side="right")
    kids.schooling[back] = stage[back]
    kids.schooling[left] = Schooling.DROPPED_OUT
    kids.boarding[left] = False
    touch_children(people, back, back_day)
    touch_children(people, left, left_day)
    if happening.month.of_year != rates.school_year_month:
        return
    moved = np.flatnonzero(active & (kids.schooling != Schooling.DROPPED_OUT) & (stage > kids.schooling))
    kids.schooling[moved] = stage[moved]
    boards = np.array([settings.population.boarding[code] for code in Schooling.codes()])
    kids.boarding[moved] = rng.random(len(moved)) < boards[stage[moved]]
    touch_children(people, moved, happening.days(len(moved)))


def _health_and_hukou(people: People, settings: Settings, happening: Happening, active: Bits) -> None:
    kids, rates, rng = people.children, settings.changes, happening.rng
    ill, ill_day = happening.to(active & (kids.illness < 0), rates.illness)
    kids.illness[ill] = rng.integers(0, len(Illness), len(ill))
    made, made_day = happening.to(active & ~kids.hukou, rates.hukou_made)
    kids.hukou[made] = True
    refuses, refuse_day = happening.to(active & (kids.refused < 0), rates.refuse_model)
    kids.refused[refuses] = refuse_day
    for who, day in ((ill, ill_day), (made, made_day), (refuses, refuse_day)):
        touch_children(people, who, day)


def _files(people: People, settings: Settings, happening: Happening, at_home: Bits) -> None:
    homes, kids, rates = people.households, people.children, settings.changes
    back, back_day = happening.to(at_home, rates.parents_return)
    for parent in (homes.father, homes.mother):
        parent[back] = np.where(parent[back] == Parent.DECEASED, parent[back], np.int8(Parent.HOME))
    gone, gone_day = happening.to(at_home, rates.leave_province)
    for who, day, status in ((back, back_day, FileStatus.CLOSED_RETURNED), (gone, gone_day, FileStatus.MOVED)):
        of, members = members_of(people, who)
        _close(people, members, day[of], status)
    sixteen = (kids.birth + 16 * DAYS_PER_YEAR).astype(np.int32)
    old = np.flatnonzero(kids.entered & (sixteen < happening.month.until))
    _close(people, old, np.maximum(sixteen[old], kids.entry[old]), FileStatus.CLOSED_AGED_OUT)
    dead, dead_day = happening.to(people.in_ledger(), rates.death)
    _close(people, dead, dead_day, FileStatus.DECEASED)


def _close(people: People, who: Index, day: Ints, status: FileStatus) -> None:
    open_file = people.in_ledger()[who]
    who, day = who[open_file], day[open_file]
    people.children.status[who] = status
    touch_children(people, who, day)


def _moves(people: People, month: Month) -> None:
    homes = people.households
    who = np.flatnonzero(_moving(people, month))
    homes.village[who] = homes.move_village[who]
    touch_households(people, who, homes.move_day[who], children=False)


def _moving(people: People, month: Month) -> Bits:
    """Households that move this month; nothing else happens to them then, so the row of the move is of that day."""
    move_day = people.households.move_day
    return np.asarray((move_day >= month.first) & (move_day < month.until))
