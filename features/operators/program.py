"""All features of a definition as one program: measures over the same rows are gathered in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from features.cohort import Cohort
from features.definition.feature import FeatureSpec, feature_specs
from features.definition.loader import DefinitionError
from features.definition.model import Definition
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, REGION, VALID_FROM
from features.operators.formulas import AreaRest, StateCode
from features.operators.options import FactDate, fact_date
from features.operators.passes import Pass
from features.operators.plan import Formula, Measure, Plan, Value
from features.operators.registry import plan_of
from features.operators.rows import AGO
from features.state import HOUSEHOLD_VALID_FROM

NEWEST = "_newest_"
_STATES = (CHILDREN, HOUSEHOLDS)


@dataclass(frozen=True, slots=True)
class FrameValues:
    """What formulas are written in, as columns of a frame; ``names`` says which column holds a measure.

    ``words`` is the module the columns are written in.
    """

    names: Mapping[Measure, str]
    words: Any = nw

    def __call__(self, measure: Measure) -> Value:
        """The column of a measure."""
        return self.words.col(self.names[measure])

    def col(self, name: str) -> Value:
        """A column of the state."""
        return self.words.col(name)

    def lit(self, value: float) -> Value:
        """One value for every row."""
        return self.words.lit(value)

    def when(self, condition: Value) -> Value:
        """The beginning of a choice."""
        return self.words.when(condition)


@dataclass(frozen=True, slots=True)
class Program:
    """What has to be read and gathered for all features of a definition, and the formulas that follow.

    ``columns`` by table: what is read of it, beside its bookkeeping.
    ``passes`` gather events, histories, and (over the cohort's state) what a household adds to its area; ``late`` ones
    read other features. ``dated`` gives the pass column that holds the days to the newest fact of a table.
    """

    specs: tuple[FeatureSpec, ...]
    plans: tuple[Plan, ...]
    cohort: Cohort
    audit: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    fact_dates: Mapping[str, FactDate]
    passes: tuple[Pass, ...]
    late: tuple[Pass, ...]
    names: Mapping[Measure, str]
    dated: Mapping[str, str]

    @property
    def area_facts(self) -> tuple[AreaRest, ...]:
        """The formulas that need the area table."""
        return tuple(made for plan in self.plans for made in plan.formulas if isinstance(made, AreaRest))

    @property
    def coded(self) -> tuple[str, ...]:
        """The columns of the state whose codes become features."""
        formulas = (formula for plan in self.plans for formula in plan.formulas)
        return tuple(dict.fromkeys(formula.column for formula in formulas if isinstance(formula, StateCode)))

    @property
    def of(self) -> FrameValues:
        """The columns of a frame that has gathered the passes."""
        return FrameValues(self.names)

    def values(self, words: Any, *, late: bool) -> list[Value]:  # noqa: ANN401 - a module
        """The feature columns that read no other feature, or those that do (``late``), in the words of a module."""
        of = FrameValues(self.names, words)
        return [formula.expr(of).alias(column) for column, formula in self.formulas(late=late)]

    def formulas(self, *, late: bool) -> list[tuple[str, Formula]]:
        """The columns with their formulas: those that read no other feature, or those that do (``late``).

        A feature that is just a measure is not among them: its column has its name already.
        """
        return [
            (column, formula)
            for spec, plan in zip(self.specs, self.plans, strict=True)
            if plan.members == late
            for column, formula in zip(spec.columns, plan.formulas, strict=True)
            if formula.plain_measure is None or self.names[formula.plain_measure] != column
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
    audit = tuple(column for table, column in definition.protected_columns if table in _STATES)
    _check_names(specs, {CHILD, HOUSEHOLD, REGION, VALID_FROM, HOUSEHOLD_VALID_FROM, *audit})
    _check_members(specs, plans)
    early = _measures(plan for plan in plans if not plan.members)
    late = _measures(plan for plan in plans if plan.members)
    names = {measure: f"_m{place}" for place, measure in enumerate((*early, *late))}
    names |= _feature_measures(
        specs, plans, taken={name for table in _STATES for name in definition.tables[table].columns}
    )
    passes = _passes(early, names)
    events = {each.table: each for each in passes if each.source == "events"}
    newest = {
        table: Measure("events", table, each.key, "min", AGO, before=each.oldest) for table, each in events.items()
    }
    names = {measure: NEWEST + table for table, measure in newest.items()} | names
    cohort = Cohort.of(definition)
    fact_dates = {table: fact_date(definition, table) for table in events}
    return Program(
        specs=specs,
        plans=plans,
        cohort=cohort,
        audit=audit,
        columns=_columns(definition, plans, cohort, passes, fact_dates),
        fact_dates=fact_dates,
        passes=_passes(dict.fromkeys((*early, *newest.values())), names),
        late=_passes(late, names),
        names=names,
        dated={table: names[measure] for table, measure in newest.items()},
    )


def _feature_measures(specs: Iterable[FeatureSpec], plans: Iterable[Plan], taken: set[str]) -> dict[Measure, str]:
    """Measures that are a feature as they are take its name, unless the state has it: nothing is left to compute."""
    named: dict[Measure, str] = {}
    for spec, plan in zip(specs, plans, strict=True):
        for column, formula in zip(spec.columns, plan.formulas, strict=True):
            if formula.plain_measure is not None and column not in taken:
                named.setdefault(formula.plain_measure, column)
    return named


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


def _columns(
    definition: Definition,
    plans: Iterable[Plan],
    cohort: Cohort,
    passes: Iterable[Pass],
    fact_dates: Mapping[str, FactDate],
) -> Mapping[str, tuple[str, ...]]:
    """What is read of each table: its key, the keys it is gathered by, what features, cohort and audit look at."""
    states = {CHILDREN: {CHILD, HOUSEHOLD}, HOUSEHOLDS: {HOUSEHOLD, REGION}}
    wanted = {table: states[table] | set(cohort.columns) for table in states}
    for table, column in (*definition.protected_columns, *(read for plan in plans for read in plan.reads)):
        wanted.setdefault(table, set()).add(column)
    for each in passes:
        spread = {HOUSEHOLD} if each.key == CHILD else set()
        wanted.setdefault(each.table, set()).update({each.key}, spread)
    for table, dated in fact_dates.items():
        wanted.setdefault(dated.via or table, set()).add(dated.column)
    return {
        name: tuple(column for column in table.columns if column in wanted[name] or column in table.key)
        for name, table in definition.tables.items()
        if name in wanted
    }


def _check_names(specs: Iterable[FeatureSpec], reserved: set[str]) -> None:
    for spec in specs:
        for column in spec.columns:
            if column in reserved or column.startswith("_"):
                raise DefinitionError(
                    f"{spec.where}: a feature cannot be called '{column}', which names something else"
                )


def _check_members(specs: Iterable[FeatureSpec], plans: Iterable[Plan]) -> None:
    paired = list(zip(specs, plans, strict=True))
    plain = {spec.name for spec, plan in paired if not plan.members and len(spec.columns) == 1 and not spec.codes}
    for spec, plan in paired:
        of = spec.options.get("of")
        if plan.members and of is not None and of not in plain:
            raise DefinitionError(
                f"{spec.where} of: no feature '{of}' of one column that itself reads no other feature"
            )
