"""All features of a definition as one program: measures over the same rows are gathered in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import narwhals as nw

from features.cohort import Cohort
from features.definition.condition import Conditions
from features.definition.feature import FeatureSpec, feature_specs
from features.definition.loader import DefinitionError
from features.definition.model import Definition
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, REGION
from features.known import Frame
from features.operators.formulas import AreaRest
from features.operators.options import FactDate, fact_date
from features.operators.plan import Measure, Plan
from features.operators.registry import plan_of
from features.operators.rows import AGO, CHANGED

NEWEST = "_newest_"


@dataclass(frozen=True, slots=True)
class Pass:
    """Measures over the same rows for the same key, gathered together; ``columns`` names each in the result."""

    source: str
    table: str
    key: str
    measures: tuple[Measure, ...]
    columns: tuple[str, ...]

    @property
    def oldest(self) -> int:
        """Days beyond which no row takes part."""
        return max((measure.before or 0 for measure in self.measures), default=0)

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The columns of the rows that the measures read."""
        read = [name for each in self.measures for name in (each.column, *each.where.columns, *each.changed)]
        return tuple(dict.fromkeys(name for name in read if name and name != AGO))

    def gather(self, rows: Frame) -> Frame:
        """One row per key with the value of every measure; a key without rows is not in it.

        Masks are columns first and the aggregates are plain sums, maxima and minima: filtered aggregates inside a
        group-by do not work on every engine.
        """
        wheres = tuple(dict.fromkeys(measure.where for measure in self.measures if measure.where.parts))
        masks = {where: f"_where_{place}" for place, where in enumerate(wheres)}
        masked = rows.with_columns(*(where.expr().alias(name) for where, name in masks.items())) if masks else rows
        values = masked.select(self.key, *(_value(*named, masks) for named in self._named()))
        return values.group_by(self.key).agg(*(_aggregate(*named) for named in self._named()))

    def _named(self) -> Iterable[tuple[Measure, str]]:
        return zip(self.measures, self.columns, strict=True)


def _value(measure: Measure, name: str, masks: Mapping[Conditions, str]) -> nw.Expr:
    """What one row adds to a measure, as a column."""
    mask = _mask(measure, masks)
    if measure.how in ("count", "any"):
        return (nw.lit(1) if mask is None else mask).cast(nw.Int32).alias(name)
    column = nw.col(measure.column).cast(nw.Float64)
    if mask is None:
        return column.alias(name)
    return nw.when(mask).then(column).alias(name)


def _mask(measure: Measure, masks: Mapping[Conditions, str]) -> nw.Expr | None:
    parts = [nw.col(masks[measure.where])] if measure.where.parts else []
    if measure.changed:
        parts.append(nw.any_horizontal(*(nw.col(CHANGED + name) for name in measure.changed), ignore_nulls=False))
    if measure.before is not None:
        parts.append(nw.col(AGO) < measure.before)
    if measure.after:
        parts.append(nw.col(AGO) >= measure.after)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else nw.all_horizontal(*parts, ignore_nulls=False)


def _aggregate(measure: Measure, name: str) -> nw.Expr:
    column = nw.col(name)
    if measure.how in ("count", "sum"):
        return column.sum()
    return column.min() if measure.how == "min" else column.max()


@dataclass(frozen=True, slots=True)
class Program:
    """What has to be read and gathered for all features of a definition, and the formulas that follow.

    ``state_columns`` by table: what the cohort, the audit and the formulas read of children and households.
    ``passes`` gather events, histories, and (over the cohort's state) what a household adds to its area; ``late`` ones
    read other features. ``dated`` gives the pass column that holds the days to the newest fact of a table.
    """

    specs: tuple[FeatureSpec, ...]
    plans: tuple[Plan, ...]
    cohort: Cohort
    audit: tuple[str, ...]
    state_columns: Mapping[str, tuple[str, ...]]
    fact_dates: Mapping[str, FactDate]
    passes: tuple[Pass, ...]
    late: tuple[Pass, ...]
    names: Mapping[Measure, str]
    dated: Mapping[str, str]

    @property
    def area_facts(self) -> tuple[AreaRest, ...]:
        """The formulas that need the area table."""
        return tuple(made for plan in self.plans for made in plan.formulas if isinstance(made, AreaRest))

    def of(self, measure: Measure) -> nw.Expr:
        """The column of a measure."""
        return nw.col(self.names[measure])

    def columns(self, *, late: bool) -> list[nw.Expr]:
        """The feature columns that read no other feature, or those that do (``late``)."""
        return [
            formula.expr(self.of).alias(column)
            for spec, plan in zip(self.specs, self.plans, strict=True)
            if plan.members == late
            for column, formula in zip(spec.columns, plan.formulas, strict=True)
        ]


_KEPT = 16
_programs: dict[int, tuple[Definition, Program]] = {}


def program_of(definition: Definition) -> Program:
    """The program of a definition; the last few are kept, since every county and date needs the same one.

    Raises:
        DefinitionError: a feature cannot be computed as declared.
    """
    kept = _programs.get(id(definition))
    if kept is None or kept[0] is not definition:
        if len(_programs) >= _KEPT:
            _programs.clear()
        kept = (definition, _build(definition))
        _programs[id(definition)] = kept
    return kept[1]


def _build(definition: Definition) -> Program:
    specs = feature_specs(definition)
    plans = tuple(plan_of(spec, definition) for spec in specs)
    _check_members(specs, plans)
    early = _measures(plan for plan in plans if not plan.members)
    late = _measures(plan for plan in plans if plan.members)
    names = {measure: f"_m{place}" for place, measure in enumerate((*early, *late))}
    passes = _passes(early, names)
    events = {each.table: each for each in passes if each.source == "events"}
    newest = {
        table: Measure("events", table, each.key, "min", AGO, before=each.oldest) for table, each in events.items()
    }
    names = {measure: NEWEST + table for table, measure in newest.items()} | names
    cohort = Cohort.of(definition)
    return Program(
        specs=specs,
        plans=plans,
        cohort=cohort,
        audit=tuple(column for table, column in definition.protected_columns if table in (CHILDREN, HOUSEHOLDS)),
        state_columns=_state_columns(definition, plans, cohort),
        fact_dates={table: fact_date(definition, table) for table in events},
        passes=_passes(dict.fromkeys((*early, *newest.values())), names),
        late=_passes(late, names),
        names=names,
        dated={table: names[measure] for table, measure in newest.items()},
    )


def _measures(plans: Iterable[Plan]) -> tuple[Measure, ...]:
    found = (measure for plan in plans for formula in plan.formulas for measure in formula.measures)
    return tuple(dict.fromkeys(found))


def _passes(measures: Iterable[Measure], names: Mapping[Measure, str]) -> tuple[Pass, ...]:
    groups: dict[tuple[str, str, str], list[Measure]] = {}
    for measure in measures:
        table = CHILDREN if measure.source == "cohort" else measure.table
        groups.setdefault((measure.source, table, measure.key), []).append(measure)
    return tuple(
        Pass(source, table, key, tuple(found), tuple(names[measure] for measure in found))
        for (source, table, key), found in groups.items()
    )


def _state_columns(definition: Definition, plans: Iterable[Plan], cohort: Cohort) -> Mapping[str, tuple[str, ...]]:
    wanted = {(table, column) for plan in plans for table, column in plan.reads}
    wanted |= set(definition.protected_columns) | {(HOUSEHOLDS, REGION)}
    wanted |= {(table, column) for table in (CHILDREN, HOUSEHOLDS) for column in cohort.columns}
    keys = {CHILDREN: (CHILD, HOUSEHOLD), HOUSEHOLDS: (HOUSEHOLD,)}
    return {
        table: (
            *keys[table],
            *(c for c in definition.tables[table].columns if (table, c) in wanted and c not in keys[table]),
        )
        for table in keys
    }


def _check_members(specs: Iterable[FeatureSpec], plans: Iterable[Plan]) -> None:
    paired = list(zip(specs, plans, strict=True))
    plain = {spec.name for spec, plan in paired if not plan.members and len(spec.columns) == 1 and not spec.codes}
    for spec, plan in paired:
        of = spec.options.get("of")
        if plan.members and of is not None and of not in plain:
            raise DefinitionError(
                f"{spec.where} of: no feature '{of}' of one column that itself reads no other feature"
            )
