"""The feature table: one row per child of a county's cohort on an as-of date.

Training, batch scoring and one case all come through here, so there is no second path to drift.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from narwhals.typing import IntoFrame

from features.area import by_area, with_own
from features.contract import FeatureContract, feature_contract
from features.definition.model import Definition
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, REGION, VALID_FROM
from features.frames import computed, days_to_dates, settle, with_all
from features.known import Frame
from features.operators.program import Program, program_of
from features.operators.rows import AS_OF
from features.operators.run import County
from features.state import HOUSEHOLD_VALID_FROM

IDENTITY = (CHILD, HOUSEHOLD, REGION)
DATE = "date_"


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """The features of a county's cohort on a day. All frames are native, of the tables' engine, sorted by child.

    ``frame``: child_id, household_id, region_code, then the contract's columns in order (float32, NaN: not known).
    ``dates``: child_id and ``date_TABLE`` per ledger table: the day of its newest known fact about the child.
    ``audit``: child_id and the protected columns as known on the day; never inputs of a model.
    ``area``: the area table the features were made with; None where no feature needs one.
    """

    county: str
    as_of: date
    contract: FeatureContract
    frame: Any
    dates: Any
    audit: Any
    area: Any

    def matrix(self) -> npt.NDArray[np.float32]:
        """The feature values, shape (children, columns), in the order of the contract."""
        return self.contract.matrix(self.frame)


def build_feature_table(
    tables: Mapping[str, IntoFrame], definition: Definition, as_of: date, *, county: str, area: IntoFrame | None = None
) -> FeatureTable:
    """The feature table of a county's cohort from what was known on ``as_of``.

    Args:
        tables: ledger tables of the county (or of one household), all of one engine.
        definition: the ledger definition with its features.
        as_of: the day the rows speak for.
        county: the county's code; "" takes every household of the tables.
        area: the stored area table of that day; None makes it from the tables.

    Raises:
        DefinitionError: a feature cannot be computed as declared.
        UserError: a table lacks a column of the definition.
    """
    program = program_of(definition)
    read = County.read(tables, definition, program, as_of, county)
    own = settle(with_own(read, program))
    around = _area(own, program, area)
    gathered = read.gather([each for each in program.passes if each.source != "cohort"], own)
    joined = gathered if around is None else gathered.join(around, on=REGION, how="left")  # type: ignore[arg-type]
    facts = settle(with_all(joined, partial(program.values, late=False)))
    whole = computed(with_all(read.gather(program.late, facts), partial(program.values, late=True)).sort(CHILD))
    return FeatureTable(
        county=county,
        as_of=as_of,
        contract=feature_contract(definition),
        frame=_values(whole, program),
        dates=_dates(whole, program),
        audit=whole.select(CHILD, *program.audit).to_native(),
        area=None if around is None else computed(around).to_native(),
    )


def _area(own: Frame, program: Program, area: IntoFrame | None) -> Frame | None:
    if not program.area_facts:
        return None
    if area is None:
        return settle(by_area(own, program))
    stored: Frame = nw.from_native(area, pass_through=False)
    return stored.lazy() if isinstance(own, nw.LazyFrame) else stored


def _values(whole: Frame, program: Program) -> Any:  # noqa: ANN401 - a native frame of any engine
    names = [name for spec in program.specs for name in spec.columns]
    return whole.select(*IDENTITY, nw.col(*names).cast(nw.Float32).fill_null(float("nan"))).to_native()


def _dates(whole: Frame, program: Program) -> Any:  # noqa: ANN401 - a native frame of any engine
    days = {CHILDREN: nw.col(VALID_FROM), HOUSEHOLDS: nw.col(HOUSEHOLD_VALID_FROM)}
    days |= {table: nw.col(AS_OF) - nw.col(column) for table, column in program.dated.items()}
    named = {DATE + table: day for table, day in days.items()}
    numbers = whole.select(CHILD, *(day.alias(name) for name, day in named.items()))
    return days_to_dates(numbers.to_native(), tuple(named))
