"""Operators that look around a child: the others of its household, and the area without the household."""

from __future__ import annotations

from features.definition.condition import ALWAYS, Condition, Conditions
from features.definition.feature import FeatureSpec
from features.definition.model import Definition
from features.definition.structure import CHILDREN, HOUSEHOLD, HOUSEHOLDS
from features.operators.formulas import AreaRest, Extreme, Others
from features.operators.of_state import SHARE_RANGE
from features.operators.options import Options
from features.operators.plan import How, Measure, Plan


def members(spec: FeatureSpec, definition: Definition) -> Plan:
    """The children of the cohort in the same household, by ``what``.

    ``count``: how many others; ``sum``: the total of the feature ``of`` over the others; ``max`` and ``min``: its
    greatest and smallest value over all of them, the child included.
    """
    options = Options(spec, definition)
    options.only("what", "of")
    what = options.need("what")
    if what == "count":
        unit = Measure("cohort", CHILDREN, HOUSEHOLD, "count")
        return Plan((Others(unit),), frozenset(), options.range(), members=True)
    ways: dict[str, How] = {"sum": "sum", "max": "max", "min": "min"}
    if what not in ways:
        raise options.error(f"what: {what!r}, wanted count, sum, max or min")
    of = str(options.need("of"))
    unit = Measure("cohort", CHILDREN, HOUSEHOLD, ways[what], column=of)
    formula = Others(unit, own=of) if what == "sum" else Extreme(unit)
    return Plan((formula,), frozenset(), options.range(), members=True)


def area(spec: FeatureSpec, definition: Definition) -> Plan:
    """A fact of the area from the area table, the household taken out.

    Over the children, or the households, of the cohort (the ``table``): the mean of ``column`` or the share that meets
    ``where``, among those known; with neither, their number. Fewer than ``minimum`` known others is unknown.
    """
    options = Options(spec, definition)
    options.only("column", "where", "minimum")
    if spec.table not in (CHILDREN, HOUSEHOLDS):
        raise options.error(f"table: area counts {CHILDREN} or {HOUSEHOLDS}")
    if "column" in spec.options and "where" in spec.options:
        raise options.error("'column' averages and 'where' makes a share: wanted one of them")
    where = options.conditions()
    if "column" in spec.options:
        name, column = options.state_column("number", "integer", "boolean")
        part = _own(spec, "sum" if spec.table == CHILDREN else "max", column=column)
        whole = _own(spec, _counted(spec), where=_known((column,)))
        formula = AreaRest(spec.name, int(options.need("minimum")), True, part, whole)
        return Plan((formula,), frozenset({(spec.table, name)}), options.range())
    if where.parts:
        part = _own(spec, _counted(spec), where=where)
        whole = _own(spec, _counted(spec), where=_known(where.columns))
        formula = AreaRest(spec.name, int(options.need("minimum")), False, part, whole)
        return Plan((formula,), options.reads(where), options.range(SHARE_RANGE))
    formula = AreaRest(spec.name, 0, False, _own(spec, _counted(spec)))
    return Plan((formula,), frozenset(), options.range())


def _counted(spec: FeatureSpec) -> How:
    """Children are counted one by one; a household counts once, however many children it has."""
    return "count" if spec.table == CHILDREN else "any"


def _own(spec: FeatureSpec, how: How, *, column: str = "", where: Conditions = ALWAYS) -> Measure:
    return Measure("cohort", spec.table, HOUSEHOLD, how, column=column, where=where)


def _known(columns: tuple[str, ...]) -> Conditions:
    return Conditions(tuple(Condition(name, "is_null", False) for name in columns))
