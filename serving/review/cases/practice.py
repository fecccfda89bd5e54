"""The invented families of the training mode as a source of facts and of names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from features.definition import DEFAULT_DEFINITION, Definition, load_definition
from features.definition.structure import DEFINITION_VERSION, RECORDED_ON, RETRACTS, ROW_ID, SOURCE, VALID_FROM
from features.record.rows import Row
from serving.review.cases.about import About
from serving.review.cases.persons import Persons
from serving.review.desk import Desk
from serving.review.practice.families import practice_families
from serving.review.practice.region import is_practice
from serving.review.settings import settings


@dataclass(frozen=True, slots=True)
class PracticeSource:
    """The families of a practice village, as ``Source``; their days are counted back from ``newest``."""

    definition: Definition
    village: str
    newest: date

    def rows(self, about: About, tables: Sequence[str]) -> Mapping[str, Sequence[Row]]:
        """See ``Source``."""
        for family in practice_families():
            if family.household_id(self.village) == about.household_id:
                held = family.rows(self.village, self.newest)
                return {
                    name: [self._row(name, row, at) for at, row in enumerate(held.get(name, ()))] for name in tables
                }
        return dict.fromkeys(tables, ())

    def _row(self, table: str, facts: Row, at: int) -> Row:
        columns = self.definition.tables[table].columns
        return {
            **{name: facts.get(name) for name in columns},
            VALID_FROM: facts[VALID_FROM],
            RECORDED_ON: facts[VALID_FROM],
            ROW_ID: f"practice-{table}-{at}",
            RETRACTS: None,
            SOURCE: "practice",
            DEFINITION_VERSION: self.definition.version,
        }


def practice_source(_: Desk, region_code: str) -> PracticeSource | None:
    """The families of a practice village; None for any other region."""
    if not is_practice(region_code):
        return None
    return PracticeSource(_definition(), region_code, settings().day_of(datetime.now(UTC)))


@lru_cache(maxsize=1)
def _definition() -> Definition:
    """The definition that the families' facts are written in."""
    return load_definition(DEFAULT_DEFINITION)


def practice_persons(village: str) -> dict[str, Persons]:
    """Who lives in the households of a practice village."""
    return {
        family.household_id(village): Persons(
            children={family.child_id(village, at): name for at, name in enumerate(family.names, start=1)},
            guardian=family.guardian,
            phone=family.phone,
            address=family.address,
        )
        for family in practice_families()
    }
