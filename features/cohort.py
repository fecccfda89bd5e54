"""Who is scored on a day: the cohort the definition's ``[cohort]`` section declares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrame

from features.definition.condition import Conditions
from features.definition.loader import DefinitionError
from features.definition.model import Definition
from features.definition.structure import CHILDREN, HOUSEHOLDS
from features.known import Frame, day_literal

_KEYS = {"conditions", "birth_column", "age_below"}


@dataclass(frozen=True, slots=True)
class Cohort:
    """Conditions on the state of a child, and the age it has not reached yet (with the column it is born in)."""

    conditions: Conditions
    birth_column: str | None = None
    age_below: int | None = None

    @staticmethod
    def of(definition: Definition) -> Cohort:
        """Read the ``[cohort]`` section; a definition without one scores every child of the state.

        Raises:
            DefinitionError: an unknown key or column, or an age without the column of the birth date.
        """
        where = f"{definition.name} ledger.toml [cohort]"
        raw = definition.cohort
        if unknown := set(raw) - _KEYS:
            raise DefinitionError(
                f"{where}: unknown key {', '.join(sorted(unknown))}, wanted {', '.join(sorted(_KEYS))}"
            )
        if ("birth_column" in raw) != ("age_below" in raw):
            raise DefinitionError(f"{where}: birth_column and age_below belong together")
        conditions = Conditions.parse(raw.get("conditions", {}), where)
        columns = set(definition.tables[CHILDREN].columns) | set(definition.tables[HOUSEHOLDS].columns)
        for column in (*conditions.columns, *([raw["birth_column"]] if "birth_column" in raw else [])):
            if column not in columns:
                raise DefinitionError(f"{where}: no column '{column}' in {CHILDREN} or {HOUSEHOLDS}")
        return Cohort(conditions, raw.get("birth_column"), raw.get("age_below"))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the state the cohort is decided by."""
        return (*self.conditions.columns, *([self.birth_column] if self.birth_column else []))

    def members(self, state: Frame, as_of: date) -> Frame:
        """The rows of the state that belong to the cohort; a child whose birth date is not known stays in."""
        chosen = state.filter(self.conditions.expr()) if self.conditions.parts else state
        if self.birth_column is None or self.age_below is None:
            return chosen
        born = nw.col(self.birth_column)
        limit = day_literal(state, self.birth_column, years_before(as_of, self.age_below))
        return chosen.filter((born > limit) | born.is_null())


def cohort(state: IntoFrame, definition: Definition, as_of: date) -> Any:  # noqa: ANN401 - a native frame of any engine
    """The children scored on ``as_of`` out of a child state, as a native frame of the same engine."""
    return Cohort.of(definition).members(nw.from_native(state, pass_through=False), as_of).to_native()


def years_before(day: date, years: int) -> date:
    """The same day of the year some years earlier; the last of February where that year has no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
