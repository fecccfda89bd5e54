"""Operators over the history of a state: what changed, how often, how long ago.

A change is a state that differs from the state before it in one of ``columns``, both known. It happens on the day its
row is valid from. Learning a value for the first time, or losing it, is no change; nor is a correction of the same day.
"""

from __future__ import annotations

from dataclasses import replace

from features.definition.feature import FeatureSpec
from features.definition.model import Definition
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD
from features.operators.formulas import Extreme, Total
from features.operators.of_state import SHARE_RANGE
from features.operators.options import Options
from features.operators.plan import Formula, Measure, Plan
from features.operators.rows import AGO


def changed_within(spec: FeatureSpec, definition: Definition) -> Plan:
    """Whether anything changed in the window: 1 or 0."""
    rows, reads = _changes(Options(spec, definition))
    return _plan(Total(replace(rows, how="any")), reads, SHARE_RANGE)


def changes_in_window(spec: FeatureSpec, definition: Definition) -> Plan:
    """How many changes lie in the window; none is 0."""
    options = Options(spec, definition)
    rows, reads = _changes(options)
    return _plan(Total(rows), reads, options.range())


def time_since_change(spec: FeatureSpec, definition: Definition) -> Plan:
    """Days since the last change; unknown when there was none within ``days``."""
    options = Options(spec, definition)
    rows, reads = _changes(options)
    return _plan(Extreme(replace(rows, how="min", column=AGO)), reads, (0.0, float(options.days())))


def _changes(options: Options) -> tuple[Measure, frozenset[tuple[str, str]]]:
    options.only("days", "columns", "where")
    if options.table.kind != "state":
        raise options.error(f"table: {options.spec.operator} reads a state table")
    columns = tuple(str(name) for name in options.need("columns"))
    for name in columns:
        options.read_of(name, options.spec.table, "columns")
    key = CHILD if options.spec.table == CHILDREN else HOUSEHOLD
    where = options.conditions()
    measure = Measure("history", options.spec.table, key, "count", where=where, changed=columns, before=options.days())
    return measure, options.reads(where) | {(options.spec.table, name) for name in columns}


def _plan(formula: Formula, reads: frozenset[tuple[str, str]], usual: tuple[float, float]) -> Plan:
    return Plan((formula,), reads, usual)
