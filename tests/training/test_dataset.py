"""Rows of a simulated province: cohort, labels and features side by side, in processes or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from tests.builders import COUNTY, make_tables, write_source
from tests.real.conftest import CHICAGO
from tests.training.plans import small_plan
from training.dataset import Dataset, build_dataset
from training.plan import GivenWindows, Span
from training.plan_loader import load_plan


@pytest.fixture(scope="module")
def dataset(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return build_dataset(ledger, small_plan(), load_definition(), tmp_path_factory.mktemp("rows"), workers=1)


def test_matrix_and_rows_fit_each_other_and_the_feature_table(ledger: Path, dataset: Dataset) -> None:
    county, as_of = dataset.counties[0], dataset.windows.test[-1]
    tables = LedgerStore.open(ledger).read(county).tables
    table = build_feature_table(tables, load_definition(), as_of, county=county)
    part = next(dataset.parts("test"))
    here = part.where((part.rows["as_of"] == as_of).to_numpy())
    frame = pl.DataFrame(table.frame)
    places = frame["child_id"].is_in(here.rows["child_id"].implode()).to_numpy()
    assert here.rows["child_id"].to_list() == frame.filter(places)["child_id"].to_list()
    assert np.array_equal(here.matrix, table.matrix()[places], equal_nan=True)


def test_only_learnable_rows_of_the_fit_window_are_kept(dataset: Dataset) -> None:
    for part in dataset.parts("fit"):
        assert part.rows.select(pl.any_horizontal(pl.col("^label.*$").is_not_null())).to_series().all()
        assert not part.rows["held_out"].any()
    assert any(part.rows["label"].null_count() for part in dataset.parts("test"))
    assert any(part.rows["held_out"].any() for part in dataset.parts("test"))


def test_rows_to_learn_from_have_the_label_that_is_asked_for(dataset: Dataset) -> None:
    whole = dataset.learning_part("fit", 10**6, seed=1)
    medical = dataset.learning_part("fit", 10**6, seed=1, labels=("label_medical",))
    either = dataset.learning_part("fit", 10**6, seed=1, labels=("label_living", "label_medical"))
    assert whole.rows["label"].null_count() == medical.rows["label_medical"].null_count() == 0
    assert whole.rows.height < medical.rows.height < either.rows.height
    assert len(medical.matrix) == medical.rows.height


def test_a_visit_labels_rows_of_one_window_only(dataset: Dataset) -> None:
    seen: set[str] = set()
    for window in ("fit", "calibrate", "test"):
        visits = {visit for part in dataset.parts(window) for visit in part.rows["visit_id"].drop_nulls()}
        assert visits
        assert not visits & seen
        seen |= visits


def test_the_visit_lies_after_the_as_of_date_and_within_the_horizon(ledger: Path, dataset: Dataset) -> None:
    store = LedgerStore.open(ledger)
    for part in dataset.parts("test"):
        county = part.rows["county"][0]
        visits = store.read(county, ["visits"]).tables["visits"].select("visit_id", "visited_on").unique("visit_id")
        found = part.rows.filter(pl.col("label").is_not_null()).join(visits, on="visit_id")
        waited = found["visited_on"] - found["as_of"]
        assert waited.min() > timedelta(0)
        assert waited.max() <= timedelta(days=small_plan().label.horizon_days)


def test_siblings_and_dates_stay_on_one_side(dataset: Dataset) -> None:
    rows = pl.concat([part.rows for part in dataset.parts("test")])
    assert rows.group_by("household_id").agg(pl.col("held_out").n_unique())["held_out"].max() == 1
    assert rows["held_out"].mean() == pytest.approx(small_plan().new_household_share, abs=0.06)


def test_counts_add_up_to_the_cohort(dataset: Dataset) -> None:
    rows = sum(part.rows.height for part in dataset.parts("test"))
    test = dataset.counts.filter(pl.col("window") == "test")
    assert test["children"].sum() == rows
    labelled = test.filter(pl.col("outcome") == "labelled")
    known = sum(part.rows["label"].is_not_null().sum() for part in dataset.parts("test"))
    positive = sum(part.rows["label"].sum() for part in dataset.parts("test"))
    assert (labelled["children"].sum(), labelled["new_needs"].sum()) == (known, positive)


def test_no_feature_moves_when_later_rows_are_taken_away(dataset: Dataset) -> None:
    assert dataset.moved == ()


def test_children_whose_guardian_refused_the_model_are_left_out(ledger: Path, dataset: Dataset) -> None:
    store = LedgerStore.open(ledger)
    children = pl.concat([store.read(county, ["children"]).tables["children"] for county in store.counties()])
    refused = children.sort("valid_from", "recorded_on", "row_id").unique("child_id", keep="last")
    refused = refused.filter(pl.col("model_refused_on").is_not_null())["child_id"]
    rows = pl.concat([part.rows for part in dataset.parts("test")])
    assert refused.len() > 0
    assert not rows["child_id"].is_in(refused.implode()).any()


def test_processes_give_the_same_rows(ledger: Path, dataset: Dataset, tmp_path: Path) -> None:
    again = build_dataset(ledger, small_plan(), load_definition(), tmp_path, workers=2)
    for here, there in zip(dataset.parts("test"), again.parts("test"), strict=True):
        assert np.array_equal(here.matrix, there.matrix, equal_nan=True)
        assert here.rows.equals(there.rows)
    assert again.counts.sort(pl.all()).equals(dataset.counts.sort(pl.all()))


def test_a_ledger_without_visits_is_refused(tmp_path: Path) -> None:
    source = write_source(make_tables(children=[{}]), tmp_path / "source")
    import_folder(source, tmp_path / "ledger", load_definition())
    with pytest.raises(UserError, match="the ledger holds no visit"):
        build_dataset(tmp_path / "ledger", small_plan(), load_definition(), tmp_path / "rows")


def test_a_definition_that_knows_no_refusal_builds_all_the_same(tmp_path: Path) -> None:
    chicago = load_definition(CHICAGO)
    days = {"recorded_on": date(2011, 1, 1), "valid_from": date(2011, 1, 1)}
    region = {"region_code": COUNTY + "001001"}
    visits = [{"visit_id": f"v{month}", "visited_on": date(2012, month, 10)} for month in (1, 3, 5)]
    tables = make_tables(chicago, households=[days | region], children=[days], visits=visits)
    import_folder(write_source(tables, tmp_path / "source"), tmp_path / "ledger", chicago)
    plan = load_plan(CHICAGO / "plan.toml")
    spans = [Span(date(2012, month, 1), date(2012, month, 1)) for month in (1, 3, 5)]
    plan = replace(plan, windows=replace(plan.windows, layout=GivenWindows(*spans), data_cut_off=date(2012, 7, 1)))
    dataset = build_dataset(tmp_path / "ledger", plan, chicago, tmp_path / "rows", workers=1)
    assert [part.rows["visit_id"].to_list() for part in dataset.parts("test")] == [["v5"]]
