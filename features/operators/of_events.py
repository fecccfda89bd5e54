"""Operators over event tables: counts, shares, extremes and times in windows that end on the as-of date.

A window of ``days`` is open on the left and closed on the right: as-of date - days < date of the event <= as-of date.
"""

from __future__ import annotations

from dataclasses import replace

from features.definition.condition import Condition, Conditions
from features.definition.feature import FeatureSpec
from features.definition.model import Definition
from features.operators.formulas import Difference, Extreme, NotBefore, Share, Total
from features.operators.of_state import SHARE_RANGE
from features.operators.options import Options
from features.operators.plan import Formula, Measure, Plan
from features.operators.rows import AGO, PASSED


def count_in_window(spec: FeatureSpec, definition: Definition) -> Plan:
    """How many events lie in the window; none is 0."""
    options = Options(spec, definition)
    options.only("days", "where", "by")
    return _plan(options, Total(_events(options)), options.range())


def trend(spec: FeatureSpec, definition: Definition) -> Plan:
    """Events in the last ``days`` less those in the ``days`` before."""
    options = Options(spec, definition)
    options.only("days", "where", "by")
    recent = _events(options)
    days = options.days()
    longest = definition.feature_settings.get("longest_days", 2 * days)
    if 2 * days > longest:
        raise options.error(f"days: {days}, but two windows reach back beyond longest_days = {longest}")
    return _plan(options, Difference(recent, replace(recent, after=days, before=2 * days)), options.range())


def time_since_last(spec: FeatureSpec, definition: Definition) -> Plan:
    """Days since the last event; unknown when there was none within ``days``."""
    options = Options(spec, definition)
    options.only("days", "where", "by")
    return _plan(options, Extreme(_nearest(_events(options))), (0.0, float(options.days())))


def share_in_window(spec: FeatureSpec, definition: Definition) -> Plan:
    """The share of events in the window that meet ``of``; unknown when there was none."""
    options = Options(spec, definition)
    options.only("days", "where", "by", "of")
    options.need("of")
    whole = _events(options)
    of = options.conditions("of")
    part = replace(whole, where=whole.where.and_also(of))
    plan = _plan(options, Share(part, whole), SHARE_RANGE)
    return replace(plan, reads=plan.reads | options.reads(of))


def max_in_window(spec: FeatureSpec, definition: Definition) -> Plan:
    """The greatest value of a column in the window; ``when_none`` (or unknown) when there was no event."""
    options = Options(spec, definition)
    options.only("days", "where", "by", "column", "when_none")
    column = str(options.need("column"))
    described = options.table.columns.get(column)
    if described is None or described.type not in ("integer", "number"):
        raise options.error(f"column: '{column}' is not a number of {spec.table}")
    natural = None
    if described.minimum is not None and described.maximum is not None:
        natural = (described.minimum, described.maximum)
    rows = replace(_events(options), how="max", column=column)
    none = options.spec.options.get("when_none")
    formula = Extreme(rows, None if none is None else float(none))
    plan = _plan(options, formula, options.range(natural))
    return replace(plan, reads=plan.reads | {(spec.table, column)})


def open_count(spec: FeatureSpec, definition: Definition) -> Plan:
    """Events of the last ``days`` still open: they meet ``where`` and the day in ``closes`` is not reached.

    With ``overdue`` only those count whose day in that column is reached.
    """
    options = Options(spec, definition)
    options.only("days", "where", "by", "closes", "overdue")
    rows = _events(options)
    ends = {str(options.need("closes")): False}
    if "overdue" in spec.options:
        ends[str(options.need("overdue"))] = True
    for column in ends:
        if column not in options.table.columns or options.table.columns[column].type != "date":
            raise options.error(f"'{column}' is not a date of {spec.table}")
    reached = Conditions(tuple(Condition(PASSED + column, "equals", wanted) for column, wanted in ends.items()))
    plan = _plan(options, Total(replace(rows, where=rows.where.and_also(reached))), options.range())
    return replace(plan, reads=plan.reads | {(spec.table, column) for column in ends})


def found_at_last(spec: FeatureSpec, definition: Definition) -> Plan:
    """Whether the last event brought a row of ``of_table`` that meets ``of``; unknown without one in the window."""
    options = Options(spec, definition)
    options.only("days", "where", "by", "of_table", "of")
    of_table = str(options.need("of_table"))
    if of_table not in definition.tables:
        raise options.error(f"of_table: no table '{of_table}'")
    event = _nearest(_events(options))
    of = options.conditions("of", table=of_table)
    found = replace(event, table=of_table, key=options.key(of_table), where=of)
    plan = _plan(options, NotBefore(found, event), SHARE_RANGE)
    return replace(plan, reads=plan.reads | options.reads(of, table=of_table))


def _events(options: Options) -> Measure:
    if options.table.kind != "event":
        raise options.error(f"table: {options.spec.operator} reads an event table")
    return Measure(
        "events", options.spec.table, options.key(), "count", where=options.conditions(), before=options.days()
    )


def _nearest(events: Measure) -> Measure:
    return replace(events, how="min", column=AGO)


def _plan(options: Options, formula: Formula, usual: tuple[float, float]) -> Plan:
    return Plan((formula,), options.reads(options.conditions()), usual)
