"""Groups on the list, label coverage by stratum, overrides: counted by hand, intervals against simulation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from features.definition import Definition
from features.ledger.contracts import table_schema
from features.membership import group_columns
from tests.builders import default_definition, make_tables
from tests.training.plans import small_plan
from training.labels import visit_outcomes
from training.monitor.lists import NOT_KNOWN, added, coverage, group_sums, overridden, selection

DEFINITION = default_definition()
PLAN = small_plan()
AS_OF = date(2018, 12, 31)
LISTED_ON = date(2018, 7, 1)
LOOKED_AT = ";education;guardianship;living;medical;rehabilitation;"
SEX = "group_sex"


def _children(sexes: list[str | None], houses: list[str] | None = None) -> pl.DataFrame:
    others = {name: pl.lit(None, dtype=pl.String).alias(name) for name in group_columns(DEFINITION) if name != SEX}
    number = [f"h{n}" for n in range(len(sexes))]
    rows = pl.DataFrame({"household_id": houses or number, SEX: pl.Series(sexes, dtype=pl.String)})
    return rows.with_columns(*others.values())


def _listed(*yes: int, of: int) -> np.ndarray:
    return np.isin(np.arange(of), yes)


def test_a_group_is_counted_against_all_others_and_the_unknown_are_a_group() -> None:
    sums = group_sums(_children(["boy", "boy", "girl", "girl", "girl", None]), _listed(0, 2, 3, of=6), DEFINITION)
    assert {value for column, value in sums if column == SEX} == {"boy", "girl", NOT_KNOWN}
    boys = selection(sums[SEX, "boy"], 0.95)
    assert (boys.children, boys.listed, boys.rate) == (2, 1, 0.5)
    assert boys.ratio == pytest.approx(0.5 / (2 / 4))
    assert selection(sums[SEX, NOT_KNOWN], 0.95).ratio is None


def test_nobody_gives_no_group() -> None:
    assert group_sums(_children([]), _listed(of=0), DEFINITION) == {}


def test_counties_add_up_even_where_one_has_no_child_of_a_group() -> None:
    first, second = ["boy", "girl", "girl", "boy"], ["girl", "girl", "girl"]
    together = group_sums(_children(first + second), _listed(0, 1, 4, of=7), DEFINITION)
    apart = added(
        [
            group_sums(_children(first), _listed(0, 1, of=4), DEFINITION),
            group_sums(_children(second), _listed(0, of=3), DEFINITION),
            {},
        ]
    )
    assert apart.keys() == together.keys()
    for key, sums in apart.items():
        assert selection(sums, 0.95) == selection(together[key], 0.95), key


def test_the_interval_of_the_ratio_holds_the_true_one_with_siblings_listed_together() -> None:
    random = np.random.default_rng(6)
    inside = 0
    for _ in range(100):
        boys = random.random(600) < 0.5
        chosen = random.random(600) < np.where(boys, 0.2, 0.1)
        sexes = ["boy" if boy else "girl" for boy in boys.repeat(2)]
        houses = [f"h{n // 2}" for n in range(1200)]
        found = selection(group_sums(_children(sexes, houses), chosen.repeat(2), DEFINITION)[SEX, "boy"], 0.95)
        assert found.lower is not None
        assert found.upper is not None
        inside += found.lower <= 2 <= found.upper
    assert 0.91 <= inside / 100 <= 0.99


def _tables() -> dict[str, pl.DataFrame]:
    homes = ("seen", "met", "missed", "late", "none")
    day = date(2018, 8, 1)
    return make_tables(
        children=[{"child_id": f"c-{name}", "household_id": name} for name in homes],
        visits=[
            {"visit_id": "v1", "household_id": "seen", "visited_on": day},
            {"visit_id": "v2", "household_id": "met", "visited_on": day},
            {"visit_id": "v3", "household_id": "missed", "visited_on": day, "met": False},
            {"visit_id": "v4", "household_id": "late", "visited_on": date(2018, 12, 1)},
            {"visit_id": "v5", "household_id": "late", "visited_on": date(2018, 6, 1)},
        ],
        assessments=[
            {"visit_id": "v1", "child_id": "c-seen", "domains_assessed": LOOKED_AT},
            {"visit_id": "v4", "child_id": "c-late", "domains_assessed": LOOKED_AT},
        ],
        assignments=[
            *({"household_id": name, "as_of": LISTED_ON, "stratum": "random"} for name in homes[:4]),
            {"household_id": "none", "as_of": LISTED_ON, "stratum": "score"},
            {"list_id": "not drawn", "household_id": "seen", "as_of": LISTED_ON, "drawn": False},
            {"list_id": "too new", "household_id": "seen", "as_of": date(2018, 12, 1)},
            {"list_id": "too old", "household_id": "seen", "as_of": date(2017, 1, 1)},
        ],
    )


def test_coverage_counts_households_drawn_met_and_assessed_within_the_horizon() -> None:
    tables = _tables()
    outcomes = visit_outcomes(tables, DEFINITION, PLAN, AS_OF)
    found = coverage(tables, DEFINITION, PLAN, outcomes, AS_OF)
    assert {name: (one.drawn, one.met, one.assessed) for name, one in found.items()} == {
        "random": (4, 2, 1),
        "score": (1, 0, 0),
    }
    assert (found["random"] + found["score"]).drawn == 5


def _without(table: str) -> Definition:
    return replace(DEFINITION, tables={name: one for name, one in DEFINITION.tables.items() if name != table})


def test_a_definition_without_lists_has_no_coverage_and_no_overrides() -> None:
    tables, without = _tables(), _without("assignments")
    outcomes = visit_outcomes(tables, DEFINITION, PLAN, AS_OF)
    assert coverage(tables, without, PLAN, outcomes, AS_OF) == {}
    assert overridden(tables, without, PLAN, AS_OF) is None


def test_overrides_are_not_recorded_unless_the_ledger_was_told_of_them() -> None:
    tables = _tables()
    assert overridden(tables, DEFINITION, PLAN, AS_OF) is None
    tables["overrides"] = _overrides(("o1", "seen", False), ("o2", "none", False), ("o3", "met", False))
    withdrawn = _overrides(("o3", "met", True)).with_columns(recorded_on=AS_OF, row_id=pl.lit("later"))
    tables["overrides"] = pl.concat([tables["overrides"], withdrawn])
    assert overridden(tables, DEFINITION, PLAN, AS_OF) == (2, 5)


def _overrides(*made: tuple[str, str, bool]) -> pl.DataFrame:
    """Overrides of places of the list that everybody of these tests is on: number, household, whether taken back."""
    rows = [
        {
            "override_id": number, "list_id": "l1", "household_id": household, "withdrawn": withdrawn,
            "valid_from": LISTED_ON, "recorded_on": LISTED_ON, "row_id": number,
        }
        for number, household, withdrawn in made
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=table_schema(DEFINITION, "overrides"))
