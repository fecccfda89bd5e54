"""The margins of the published counts, within sampling error.

Siblings share a guardian and an income, so the error of a household's fact is that of the number of households.
"""

from __future__ import annotations

import numpy as np
import pytest

from features.simulator.families import guardian_birth_years, make_people, stage_ages_of
from features.simulator.population import DAYS_PER_YEAR, People
from features.simulator.regions import Places
from features.simulator.shapes import Settings
from features.simulator.words import Guardian, Schooling

CHILDREN = 40_000
START = 19_723


@pytest.fixture(scope="module")
def province(settings: Settings, places: Places) -> People:
    return make_people(np.random.default_rng(1), settings, places, CHILDREN, (START, START + 800))


def _near(share: float, margin: float, count: int) -> bool:
    """Within four standard errors, with room for children of one household being alike."""
    return abs(share - margin) < 4.0 * np.sqrt(1.7 * margin * (1.0 - margin) / count)


def test_as_many_children_as_asked_for_in_households_of_one_to_four(province: People) -> None:
    assert len(province.children) == CHILDREN
    assert set(province.households.children) == {1, 2, 3, 4}
    assert np.bincount(province.children.household).tolist() == province.households.children.tolist()


@pytest.mark.parametrize("guardian", Guardian)
def test_guardians(province: People, settings: Settings, guardian: Guardian) -> None:
    share = np.mean(province.of_household(province.households.guardian) == guardian)
    assert _near(float(share), settings.guardian[guardian.name.lower()], CHILDREN)


def test_ages_at_entry(province: People, settings: Settings) -> None:
    kids = province.children
    age = (kids.entry - kids.birth) / DAYS_PER_YEAR
    start = kids.entry == START
    for lower, upper, share in zip(settings.age.lower, settings.age.upper, settings.age.share, strict=True):
        assert _near(float(np.mean((age >= lower) & (age < upper) & start) / start.mean()), share, CHILDREN)
    assert age.max() < 16


@pytest.mark.parametrize("stage", [stage for stage in Schooling if stage is not Schooling.DROPPED_OUT])
def test_schooling_at_the_start(province: People, settings: Settings, stage: Schooling) -> None:
    at_start = province.children.schooling[province.children.entry == START]
    share = float(np.mean(at_start == stage))
    assert _near(share, settings.schooling[stage.name.lower()], len(at_start)) or stage >= Schooling.PRIMARY
    assert share == pytest.approx(settings.schooling[stage.name.lower()], abs=0.012)


def test_children(province: People, settings: Settings) -> None:
    kids, homes, margin = province.children, province.households, settings.children
    shares = {
        "boys": kids.sex == 1,
        "disabled": kids.disability >= 0,
        "ill": kids.illness >= 0,
        "dibao": homes.dibao[kids.household],
        "registered_poor": homes.poor[kids.household],
        "dropped_out": kids.schooling == Schooling.DROPPED_OUT,
        "hukou_missing": ~kids.hukou,
    }
    for name, marks in shares.items():
        assert _near(float(np.mean(marks)), getattr(margin, name), CHILDREN), name


def test_some_enter_later_and_younger_siblings_are_born(province: People, settings: Settings) -> None:
    homes, kids = province.households, province.children
    assert _near(float(np.mean(homes.entry > START)), settings.population.entering_later, len(homes))
    born = kids.entry > homes.entry[kids.household]
    assert 0 < born.sum() < CHILDREN * 0.05
    assert ((kids.entry - kids.birth)[born] < DAYS_PER_YEAR).all()
    assert kids.entry.max() <= START + 800


def test_no_guardian_has_no_year_of_birth(settings: Settings) -> None:
    kinds = np.array([Guardian.NONE, Guardian.GRANDPARENTS], np.int8)
    none, kin = guardian_birth_years(np.random.default_rng(0), settings, kinds, 2024)
    assert none == 0
    assert 1930 < kin < 1985


def test_school_stages_begin_at_growing_ages(settings: Settings) -> None:
    ages = stage_ages_of(settings)
    assert np.all(np.diff(ages) > 0)
    assert ages[1] == pytest.approx(5.6, abs=0.6)
