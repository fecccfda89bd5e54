"""State rows: a picture of each household and child that changed, as the clerk would write it down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.simulator.log import RowLog
from features.simulator.population import Codes, People
from features.simulator.shapes import Population
from features.simulator.words import Domain, Guardian, Guardianship, Parent, Schooling, Support


@dataclass(frozen=True, slots=True)
class StateLogs:
    """Rows of the two state tables."""

    households: RowLog
    children: RowLog

    @classmethod
    def empty(cls) -> StateLogs:
        """No row was written yet."""
        return cls(RowLog(), RowLog())


def picture(people: People, logs: StateLogs, year: int, rules: Population) -> None:
    """Write down every household and child that was touched since the last picture, then forget the touch."""
    _households(people, logs.households)
    _children(people, logs.children, year, rules)


def _households(people: People, log: RowLog) -> None:
    homes = people.households
    who = np.flatnonzero(homes.touched >= 0)
    log.add(
        household=who.astype(np.int32),
        day=homes.touched[who],
        village=homes.village[who],
        dwelling=homes.dwelling[who],
        water=homes.water[who],
        income_source=homes.income[who],
        distance_school_km=homes.school_km[who],
        distance_clinic_km=homes.clinic_km[who],
        grandparents_at_home=homes.grandparents[who],
        dibao=homes.dibao[who],
        registered_poor=homes.poor[who],
        aid_received=homes.aid[who],
    )
    homes.touched[who] = -1


def _children(people: People, log: RowLog, year: int, rules: Population) -> None:
    kids, homes = people.children, people.households
    who = np.flatnonzero(kids.touched >= 0)
    home = kids.household[who]
    support = support_states(people, who, rules.support_gap)
    log.add(
        child=who.astype(np.int32),
        household=home,
        day=kids.touched[who],
        hukou_registered=kids.hukou[who],
        disability_kind=kids.disability[who],
        disability_grade=kids.disability_grade[who],
        illness=kids.illness[who],
        schooling=kids.schooling[who],
        boarding=kids.boarding[who],
        guardian_type=homes.guardian[home],
        guardian_birth_year=homes.guardian_birth_year[home],
        guardianship_state=guardianship(homes.guardian[home], year - homes.guardian_birth_year[home], rules),
        father_state=homes.father[home],
        mother_state=homes.mother[home],
        parents_away_since=homes.away_since[home],
        official_level=kids.level[who],
        official_level_on=kids.level_day[who],
        official_level_by=kids.level_by[who],
        model_refused_on=kids.refused[who],
        file_status=kids.status[who],
        **{f"support_{code}": support[:, domain] for domain, code in enumerate(Domain.codes())},
    )
    kids.touched[who] = -1


def guardianship(guardian: Codes, age: npt.NDArray[np.int32], rules: Population) -> Codes:
    """The state of guardianship the form asks for, from who looks after the child and how old that person is."""
    steps = np.array([rules.entrusted_fair_from, rules.entrusted_insufficient_from])
    entrusted = Guardianship.GOOD - np.searchsorted(steps, age, side="right")
    distant = (guardian == Guardian.FRIENDS) & (entrusted == Guardianship.GOOD)
    state = np.where(distant, Guardianship.FAIR, entrusted)
    state = np.where(guardian == Guardian.ONE_PARENT, Guardianship.PARENT_INCAPABLE, state)
    return np.where(guardian == Guardian.NONE, Guardianship.NONE, state).astype(np.int8)


def support_states(people: People, who: npt.NDArray[np.int64], gap: float) -> Codes:
    """Support states, child x domain: who is entitled, and of those a share ``gap`` not covered or only in part."""
    kids, homes = people.children, people.households
    home = kids.household[who]
    ill, disabled = kids.illness[who] >= 0, kids.disability[who] >= 0
    lost = (homes.father[home] >= Parent.DECEASED) | (homes.mother[home] >= Parent.DECEASED)
    entitled = np.stack(
        [
            homes.dibao[home] | homes.poor[home],
            (kids.schooling[who] == Schooling.DROPPED_OUT) | homes.poor[home],
            ill | homes.dibao[home],
            disabled,
            (homes.guardian[home] >= Guardian.ONE_PARENT) | lost,
        ],
        axis=1,
    )
    luck = kids.support_luck[who]
    state = np.where(
        luck < gap / 2, Support.ELIGIBLE_NOT_COVERED, np.where(luck < gap, Support.PARTLY_COVERED, Support.COVERED)
    )
    state[:, Domain.LIVING] = np.where(homes.dibao[home], Support.COVERED, state[:, Domain.LIVING])
    return np.where(entitled, state, Support.NOT_ELIGIBLE).astype(np.int8)
