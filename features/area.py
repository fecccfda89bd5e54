"""The area table: sums and counts by area, made once per as-of date from a whole county.

Training, batch and the service read the same table, and every household takes itself out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrame

from features.definition.model import Definition
from features.definition.structure import HOUSEHOLD, REGION
from features.frames import computed
from features.known import Frame
from features.operators.formulas import area_part, area_whole, own_part, own_whole
from features.operators.program import Program, program_of
from features.operators.run import County


def area_table(tables: Mapping[str, IntoFrame], definition: Definition, as_of: date, *, county: str = "") -> Any:  # noqa: ANN401 - a native frame of any engine
    """The sums and counts of a county by area, from what was known on ``as_of``.

    Args:
        tables: ledger tables of the whole county, of one engine.
        definition: the ledger definition; its features say what is summed.
        as_of: the day whose knowledge counts.
        county: the county's code; "" takes all households of the tables.

    Returns:
        A native frame: ``region_code`` (sorted), and ``area__NAME_part`` and ``area__NAME_whole`` per area feature.
        Parts of averages are whole thousandths, so that neither the order of rows nor the engine changes a digit.
    """
    program = program_of(definition)
    read = County.read(tables, definition, program, as_of, county)
    return computed(by_area(with_own(read, program), program)).to_native()


def with_own(read: County, program: Program) -> Frame:
    """The cohort with what its own household adds to its area, as measures."""
    own = [each for each in program.passes if each.source == "cohort"]
    return read.gather(own, read.cohort)


def by_area(cohort: Frame, program: Program) -> Frame:
    """Sums over households by area, from a cohort that carries its households' own measures."""
    added = [
        made.alias(name)
        for fact in program.area_facts
        for name, made in (
            (area_part(fact.name), own_part(fact, program.of)),
            (area_whole(fact.name), own_whole(fact, program.of)),
        )
    ]
    names = [name for fact in program.area_facts for name in (area_part(fact.name), area_whole(fact.name))]
    placed = cohort.filter(~nw.col(REGION).is_null())
    households = placed.select(HOUSEHOLD, REGION, *added).unique([HOUSEHOLD], keep="any")
    return households.group_by(REGION).agg(*(nw.col(name).sum() for name in names)).sort(REGION)
