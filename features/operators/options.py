"""Reading an operator's own options from a feature's declaration, with errors that name the feature and the option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.definition.condition import Conditions
from features.definition.feature import FeatureSpec
from features.definition.loader import DefinitionError
from features.definition.model import Definition, Table
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, VALID_FROM
from features.operators.rows import OF_HOUSEHOLD
from features.state import HOUSEHOLD_VALID_FROM


@dataclass(frozen=True, slots=True)
class FactDate:
    """The column a row of an event table is dated by, its own or that of the table it belongs to (``via``)."""

    column: str
    via: str | None = None


def fact_date(definition: Definition, table: str) -> FactDate:
    """The date of a table's rows as ``[dates]`` of ``features.toml`` declares it.

    Raises:
        DefinitionError: nothing is declared, or a table or column that does not exist.
    """
    where = f"{definition.name} features.toml [dates] {table}"
    declared = definition.feature_settings.get("dates", {}).get(table)
    if isinstance(declared, str):
        found = FactDate(declared)
    elif isinstance(declared, Mapping) and set(declared) == {"via", "column"}:
        found = FactDate(declared["column"], declared["via"])
    else:
        raise DefinitionError(f"{where}: wanted the column of its date, or {{via = TABLE, column = COLUMN}}")
    dated = found.via or table
    if dated not in definition.tables or found.column not in definition.tables[dated].columns:
        raise DefinitionError(f"{where}: no column '{found.column}' in {dated}")
    return found


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one feature beside its table; every reader raises DefinitionError."""

    spec: FeatureSpec
    definition: Definition

    @property
    def table(self) -> Table:
        """The table the feature speaks of."""
        return self.definition.tables[self.spec.table]

    def only(self, *names: str) -> None:
        """Refuse every option but these."""
        if unknown := set(self.spec.options) - set(names):
            wanted = ", ".join(names)
            raise self.error(f"unknown key {', '.join(sorted(unknown))}; {self.spec.operator} takes: {wanted}")

    def error(self, message: str) -> DefinitionError:
        """An error about this feature."""
        return DefinitionError(f"{self.spec.where}: {message}")

    def need(self, name: str) -> Any:  # noqa: ANN401 - TOML values have many types
        """An option that must be there."""
        if name not in self.spec.options:
            raise self.error(f"'{name}' is missing")
        return self.spec.options[name]

    def days(self) -> int:
        """The length of the window, checked when the feature was read."""
        self.need("days")
        return self.spec.expires_days or 0

    def state_column(self, *types: str) -> tuple[str, str]:
        """The column of the state the feature reads, as (its name in the table, its name in the state)."""
        name = str(self.need("column"))
        if self.table.name not in (CHILDREN, HOUSEHOLDS):
            raise self.error(f"table: {self.spec.operator} reads {CHILDREN} or {HOUSEHOLDS}")
        kind = "date" if name == VALID_FROM else self.table.columns[name].type
        if types and kind not in types:
            raise self.error(f"column: '{name}' is a {kind}; {self.spec.operator} reads {' or '.join(types)}")
        if name == VALID_FROM and self.table.name == HOUSEHOLDS:
            return name, HOUSEHOLD_VALID_FROM
        return name, name

    def conditions(self, name: str = "where", *, table: str | None = None) -> Conditions:
        """Conditions on rows of an event table, or of the table it is dated by."""
        parsed = Conditions.parse(self.spec.options.get(name, {}), f"{self.spec.where} {name}")
        for column in parsed.columns:
            self.read_of(column, table or self.spec.table, name)
        return parsed

    def read_of(self, column: str, table: str, name: str) -> tuple[str, str]:
        """The (table, column) a row's column comes from."""
        if column in self.definition.tables[table].columns or column == OF_HOUSEHOLD:
            return table, column
        if self.definition.tables[table].kind == "event":
            via = fact_date(self.definition, table).via
            if via is not None and column in self.definition.tables[via].columns:
                return via, column
        raise self.error(f"{name}: no column '{column}' in {table}")

    def reads(self, *conditions: Conditions, table: str | None = None) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs that conditions read."""
        named = table or self.spec.table
        return frozenset(self.read_of(column, named, "where") for each in conditions for column in each.columns)

    def key(self, table: str | None = None) -> str:
        """Per whom events are gathered: the child where the table names one, unless ``by = "household"``."""
        columns = self.definition.tables[table or self.spec.table].columns
        chosen = self.spec.options.get("by", "child" if CHILD in columns else "household")
        keys = {"child": CHILD, "household": HOUSEHOLD}
        if chosen not in keys or keys[chosen] not in columns:
            raise self.error(f"by: {chosen!r}, wanted 'child' or 'household', as the table names them")
        return keys[chosen]

    def range(self, natural: tuple[float, float] | None = None) -> tuple[float, float]:
        """Where values usually lie: as declared, else by nature."""
        found = self.spec.range or natural
        if found is None:
            raise self.error("'range' is missing: where values usually lie, as [low, high]")
        return found
