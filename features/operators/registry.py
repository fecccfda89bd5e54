"""The operators by name, and the plan of each feature a definition declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from features.definition.feature import FeatureSpec
from features.definition.loader import DefinitionError
from features.definition.model import Definition
from features.definition.structure import ASSIGNMENTS, VISITOR
from features.operators import of_events, of_history, of_state, of_unit
from features.operators.plan import Plan

Operator = Callable[[FeatureSpec, Definition], Plan]

OPERATORS: Mapping[str, Operator] = {
    "latest": of_state.latest,
    "level": of_state.level,
    "one_hot": of_state.one_hot,
    "days_since": of_state.days_since,
    "age": of_state.age,
    "changed_within": of_history.changed_within,
    "changes_in_window": of_history.changes_in_window,
    "time_since_change": of_history.time_since_change,
    "count_in_window": of_events.count_in_window,
    "trend": of_events.trend,
    "time_since_last": of_events.time_since_last,
    "share_in_window": of_events.share_in_window,
    "max_in_window": of_events.max_in_window,
    "open_count": of_events.open_count,
    "found_at_last": of_events.found_at_last,
    "members": of_unit.members,
    "area": of_unit.area,
}


def plan_of(spec: FeatureSpec, definition: Definition) -> Plan:
    """The plan of one feature.

    Raises:
        DefinitionError: no such operator, options it cannot use, or a column that may not be an input: who visited
            never, what a list assigned never, a protected column only with a ``protected_reason``.
    """
    if spec.operator not in OPERATORS:
        raise DefinitionError(f"{spec.where} operator: no '{spec.operator}', wanted one of {', '.join(OPERATORS)}")
    plan = OPERATORS[spec.operator](spec, definition)
    for table, column in sorted(plan.reads):
        if column == VISITOR or table == ASSIGNMENTS:
            raise DefinitionError(f"{spec.where}: {table}.{column} is never an input of the model")
        described = definition.tables[table].columns.get(column)
        if described is not None and described.protected and not spec.protected_reason:
            raise DefinitionError(
                f"{spec.where}: {table}.{column} is protected; give protected_reason if it must be an input"
            )
    return plan
