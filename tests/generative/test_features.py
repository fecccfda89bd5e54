"""Properties of the feature table that hold for every ledger, as of every day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from features.area import area_table
from features.table import FeatureTable, build_feature_table
from tests.builders import COUNTY, Tables, as_pandas, default_definition, make_tables
from tests.generative.ledgers import AS_OF, Rows, generative, ledger_rows, ledgers, recorded_by


def built(tables: Tables, area: pl.DataFrame | None = None) -> FeatureTable:
    return build_feature_table(tables, default_definition(), AS_OF, county=COUNTY, area=area)


def same(one: FeatureTable, other: FeatureTable) -> None:
    assert one.frame["child_id"].to_list() == other.frame["child_id"].to_list()
    different = ~_equal(one.matrix(), other.matrix()).all(axis=0)
    assert not different.any(), [one.contract.names[column] for column in np.flatnonzero(different)]


def _equal(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    same: npt.NDArray[np.bool_] = (one == other) | (np.isnan(one) & np.isnan(other))
    return same


@given(ledgers())
@generative
def test_pandas_and_polars_give_the_same_values(tables: Tables) -> None:
    theirs = build_feature_table(as_pandas(tables), default_definition(), AS_OF, county=COUNTY)
    ours = built(tables)
    same(ours, theirs)
    assert ours.dates.equals(pl.from_pandas(theirs.dates).cast(dict(ours.dates.schema)))


@given(ledgers(), st.integers(0, 2**32 - 1))
@generative
def test_the_order_of_rows_moves_nothing(tables: Tables, seed: int) -> None:
    same(
        built(tables),
        built({name: frame.sample(fraction=1.0, shuffle=True, seed=seed) for name, frame in tables.items()}),
    )


@given(ledger_rows(), st.integers(0, 40), st.integers(1, 500))
@generative
def test_what_is_recorded_later_moves_nothing(rows: Rows, which: int, later: int) -> None:
    """Whether a later row is missing, there, or there with another date, and whether it is a fact or a retraction."""
    tables = make_tables(None, **rows)
    known = built(recorded_by(tables, AS_OF))
    same(known, built(tables))
    shifted = {name: [dict(row) for row in found] for name, found in rows.items()}
    late = [row for found in shifted.values() for row in found if row["recorded_on"] > AS_OF]
    if late:
        late[which % len(late)]["recorded_on"] += timedelta(days=later)
        late[which % len(late)]["valid_from"] = AS_OF - timedelta(days=later)
    same(known, built(make_tables(None, **shifted)))


@given(ledger_rows(), st.integers(0, 40))
@generative
def test_a_fact_moved_behind_the_as_of_date_is_as_if_it_were_not_there(rows: Rows, which: int) -> None:
    places = [(name, place) for name, found in rows.items() for place in range(len(found))]
    if not places:
        return
    table, place = places[which % len(places)]
    without = {
        name: [row for at, row in enumerate(found) if (name, at) != (table, place)] for name, found in rows.items()
    }
    moved = {name: [dict(row) for row in found] for name, found in rows.items()}
    moved[table][place]["recorded_on"] = AS_OF + timedelta(days=1)
    same(built(make_tables(None, **without)), built(make_tables(None, **moved)))


@given(ledger_rows(), st.integers(0, 40), st.dates(date(2016, 7, 2), date(2017, 7, 1)))
@generative
def test_a_retraction_recorded_later_moves_nothing(rows: Rows, which: int, day: date) -> None:
    places = [(name, row) for name, found in rows.items() for row in found if "retracts" not in row]
    if not places:
        return
    table, row = places[which % len(places)]
    back = {"row_id": "back", "retracts": row["row_id"], "recorded_on": day, "valid_from": AS_OF}
    later = {**rows, table: [*rows[table], back]}
    same(built(make_tables(None, **rows)), built(make_tables(None, **later)))


@given(ledgers())
@generative
def test_one_child_alone_has_the_values_it_has_in_its_county(tables: Tables) -> None:
    whole = built(tables)
    area = area_table(tables, default_definition(), AS_OF, county=COUNTY)
    for place, child in enumerate(whole.frame["child_id"]):
        alone = built(of_household(tables, whole.frame["household_id"][place]), area)
        row = alone.frame["child_id"].to_list().index(child)
        assert _equal(alone.matrix()[row], whole.matrix()[place]).all()


def of_household(tables: Tables, household: str) -> Tables:
    """The rows of one household: of the children that ever belonged to it, and of the households they came from."""
    children = tables["children"].filter(pl.col("household_id") == household)["child_id"].unique()
    mine = tables["children"].filter(pl.col("child_id").is_in(children.implode()))
    households = pl.concat([mine["household_id"], pl.Series("household_id", [household])]).unique()
    of_mine = pl.col("household_id").is_in(households.implode())
    visits = tables["visits"].filter(of_mine)
    seen = pl.col("child_id").is_in(children.implode())
    chosen = {
        "households": tables["households"].filter(of_mine),
        "children": mine,
        "visits": tables["visits"].filter(pl.col("visit_id").is_in(_visits(tables, children, visits).implode())),
        "assessments": tables["assessments"].filter(seen),
        "findings": _whole(tables["findings"], "finding_id", of_mine | seen),
    }
    backs = {name: frame.filter(pl.col("retracts").is_not_null()) for name, frame in tables.items()}
    return {name: pl.concat([chosen.get(name, frame.clear()), backs[name]]).unique() for name, frame in tables.items()}


def _whole(frame: pl.DataFrame, key: str, chosen: pl.Expr) -> pl.DataFrame:
    """All rows of whatever has a chosen one: a later row may say that it belongs elsewhere."""
    return frame.filter(pl.col(key).is_in(frame.filter(chosen)[key].implode()))


def _visits(tables: Tables, children: pl.Series, visits: pl.DataFrame) -> pl.Series:
    """The visits of the household, and those a child of it was looked at on."""
    seen = tables["assessments"].filter(pl.col("child_id").is_in(children.implode()))["visit_id"]
    return pl.concat([visits["visit_id"], seen]).unique()


@given(ledgers(), st.integers(1, 5))
@generative
def test_protected_columns_move_no_input(tables: Tables, turn: int) -> None:
    """Sex, ethnicity, health and disability given to other children: the audit sees it, the model does not."""
    protected = [column for table, column in default_definition().protected_columns if table == "children"]
    children = tables["children"]
    facts = children.filter(pl.col("retracts").is_null())
    turned = facts.with_columns(pl.concat([facts[name].tail(turn), facts[name].head(-turn)]) for name in protected)
    backs = children.filter(pl.col("retracts").is_not_null())
    same(built(tables), built({**tables, "children": pl.concat([turned, backs])}))
