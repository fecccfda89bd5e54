"""Operators over the state of a child and its household: the latest value, codes, ages."""

from __future__ import annotations

from features.definition.feature import FeatureSpec
from features.definition.model import Definition
from features.operators.formulas import StateCode, StateDays, StateLevel, StateNumber, StateYears, StateYearsOfYear
from features.operators.options import Options
from features.operators.plan import Formula, Plan

SHARE_RANGE = (0.0, 1.0)


def latest(spec: FeatureSpec, definition: Definition) -> Plan:
    """The number or yes/no last known."""
    options = Options(spec, definition)
    options.only("column")
    name, column = options.state_column("number", "integer", "boolean")
    described = options.table.columns[name]
    natural = SHARE_RANGE if described.type == "boolean" else None
    if described.minimum is not None and described.maximum is not None:
        natural = (described.minimum, described.maximum)
    return _plan(options, name, StateNumber(column), natural)


def level(spec: FeatureSpec, definition: Definition) -> Plan:
    """An ordered category as the number declared for it in ``levels``; one without a number is not known."""
    options = Options(spec, definition)
    options.only("column", "levels")
    name, column = options.state_column("category")
    levels = {str(code): float(value) for code, value in dict(options.need("levels")).items()}
    for code in levels:
        if code not in definition.code_values(options.table.columns[name]):
            raise options.error(f"levels: '{code}' is not a code of '{name}'")
    formula = StateLevel(column, tuple(levels.items()))
    return _plan(options, name, formula, (min(levels.values()), max(levels.values())))


def one_hot(spec: FeatureSpec, definition: Definition) -> Plan:
    """One column per code; all 0 for a category not in the definition, all unknown when the value is not known."""
    options = Options(spec, definition)
    options.only("column", "codes")
    name, column = options.state_column("category", "categories")
    listed = options.table.columns[name].type == "categories"
    formulas = tuple(StateCode(column, code, listed) for code in spec.codes)
    return Plan(formulas, frozenset({(spec.table, name)}), SHARE_RANGE)


def days_since(spec: FeatureSpec, definition: Definition) -> Plan:
    """Days since a date of the state, not counted beyond ``at_most``; unknown when the date lies ahead."""
    options = Options(spec, definition)
    options.only("column", "at_most")
    name, column = options.state_column("date")
    at_most = int(options.need("at_most"))
    return _plan(options, name, StateDays(column, at_most), (0.0, float(at_most)))


def age(spec: FeatureSpec, definition: Definition) -> Plan:
    """Years since a date of birth, or reached in the year when only the year of birth is recorded."""
    options = Options(spec, definition)
    options.only("column")
    name, column = options.state_column("date", "integer")
    born_in_year = options.table.columns[name].type == "integer"
    return _plan(options, name, StateYearsOfYear(column) if born_in_year else StateYears(column), None)


def _plan(options: Options, name: str, formula: Formula, natural: tuple[float, float] | None) -> Plan:
    return Plan((formula,), frozenset({(options.spec.table, name)}), options.range(natural))
