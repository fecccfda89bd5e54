"""The people: households and children as arrays, one entry each, as they stand on the current simulated day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.simulator.words import (
    FileStatus,
)

Array = npt.NDArray[Any]
Bits = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]

NEVER = np.int32(2**31 - 1)
UNSET = np.int8(-1)
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Households:
    """Households, one entry each. Arrays are changed in place as time goes by; days count from 1970-01-01."""

    village: Ints
    first_child: Ints
    children: Ints
    entry: Ints
    move_day: Ints
    move_village: Ints
    strain: Floats
    confounder: Floats
    dwelling: Codes
    water: Codes
    income: Codes
    school_km: Floats
    clinic_km: Floats
    grandparents: Codes
    dibao: Bits
    poor: Bits
    aid: npt.NDArray[np.uint8]
    guardian: Codes
    guardian_birth_year: Ints
    guardian_changed: Ints
    father: Codes
    mother: Codes
    away_since: Ints
    last_visit: Ints
    touched: Ints

    def __len__(self) -> int:
        return len(self.village)


@dataclass(frozen=True, slots=True)
class Children:
    """Children, one entry each, those of a household side by side. Matrices are child x support domain."""

    household: Ints
    entry: Ints
    birth: Ints
    sex: Codes
    ethnicity: Codes
    hukou: Bits
    disability: Codes
    disability_grade: Codes
    illness: Codes
    stage_lag: Floats
    schooling: Codes
    boarding: Bits
    level: Codes
    level_day: Ints
    level_by: Ints
    support_luck: npt.NDArray[np.float32]
    refused: Ints
    status: Codes
    entered: Bits
    strain: Floats
    recent_needs: Floats
    recent_findings: Floats
    touched: Ints

    def __len__(self) -> int:
        return len(self.household)


@dataclass(frozen=True, slots=True)
class People:
    """Households with their children, and the ages at which a school stage begins (years, by stage)."""

    households: Households
    children: Children
    stage_ages: Floats

    def of_household(self, values: Array) -> Array:
        """Household values spread to their children."""
        return values[self.children.household]

    def by_household(self, values: Array) -> Array:
        """The largest value among a household's children."""
        return np.maximum.reduceat(values, self.households.first_child)

    def in_ledger(self) -> Bits:
        """Children whose file is active now."""
        return np.asarray(self.children.entered & (self.children.status == FileStatus.ACTIVE))

    def age(self, day: int) -> Floats:
        """Age in years on a day."""
        return (day - self.children.birth) / DAYS_PER_YEAR

    def age_of(self, who: npt.NDArray[np.int64], day: Ints) -> Floats:
        """Age in years of some children, each on a day of its own."""
        return (day - self.children.birth[who]) / DAYS_PER_YEAR
