"""The real visits of Chicago become a ledger by definition and mapping alone, and nothing is known too early."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from features.definition import Definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from tests.real.conftest import CHICAGO

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tables(chicago_ledger: Path) -> dict[str, pl.DataFrame]:
    store = LedgerStore.open(chicago_ledger)
    parts = [store.read(county).tables for county in store.counties()]
    return {name: pl.concat(part[name] for part in parts) for name in parts[0]}


@pytest.fixture(scope="module")
def visits(chicago_visits: Path) -> pl.DataFrame:
    return pl.read_parquet(chicago_visits).with_columns(pl.col("visit_date").cast(pl.Date))


def test_every_visit_place_and_critical_violation_is_there(
    tables: dict[str, pl.DataFrame], visits: pl.DataFrame
) -> None:
    assert tables["visits"].height == visits.height == tables["assessments"].height
    assert tables["children"]["child_id"].n_unique() == visits["entity_id"].n_unique()
    critical = tables["findings"].filter(domain="critical")
    assert critical["finding_id"].n_unique() == visits["critical_found"].sum()
    assert critical["severity"].min() == 2


def test_a_place_stays_in_one_county(tables: dict[str, pl.DataFrame]) -> None:
    homes = tables["households"].group_by("household_id").agg(pl.col("region_code").n_unique().alias("regions"))
    assert homes["regions"].max() == 1


def test_every_place_is_known_before_its_first_visit(tables: dict[str, pl.DataFrame]) -> None:
    known = tables["households"].group_by("household_id").agg(pl.col("recorded_on").min().alias("known"))
    first = tables["visits"].group_by("household_id").agg(pl.col("visited_on").min().alias("first"))
    ahead = known.join(first, on="household_id").select((pl.col("first") - pl.col("known")).dt.total_days())
    assert ahead.height == known.height
    assert ahead.to_series().min() == 30


def test_nothing_a_visit_found_or_measured_is_known_before_it(tables: dict[str, pl.DataFrame]) -> None:
    findings = tables["findings"].join(tables["visits"].select("visit_id", "visited_on"), on="visit_id")
    assert findings.filter(pl.col("recorded_on") < pl.col("visited_on")).is_empty()
    before = tables["households"].filter(pl.col("source") == "chicago licence register")
    assert before.select("heat_burglary", "heat_garbage", "heat_sanitation").null_count().row(0) == (before.height,) * 3


def test_violations_are_open_for_a_day_so_that_the_next_visit_finds_anew(tables: dict[str, pl.DataFrame]) -> None:
    closed = tables["findings"].filter(status="closed")
    assert closed.height * 2 == tables["findings"].height
    assert ((closed["closes"] - closed["opens"]).dt.total_days() == 1).all()


def test_weather_lags_and_results_are_no_columns(chicago_definition: Definition) -> None:
    never = ("weather", "past_", "result", "pass_flag", "fail_flag", "first_visit", "years_since", "inspector")
    for table in chicago_definition.tables.values():
        assert not [column for column in table.columns if column.startswith(never)]


def test_the_visitor_is_the_group_of_inspectors_and_stands_only_there(
    tables: dict[str, pl.DataFrame], visits: pl.DataFrame
) -> None:
    assert tables["visits"]["visitor_id"].null_count() == visits["inspector_group"].null_count()
    groups = set(visits["inspector_group"].drop_nulls().unique())
    for name, frame in tables.items():
        for column in frame.columns:
            if frame[column].dtype == pl.String and (name, column) != ("visits", "visitor_id"):
                assert not groups & set(frame[column].drop_nulls().unique())


def test_importing_again_changes_nothing(
    chicago_source: Path, chicago_ledger: Path, chicago_definition: Definition
) -> None:
    before = json.loads((chicago_ledger / "manifest.json").read_text(encoding="utf-8"))
    report = import_folder(chicago_source, chicago_ledger, chicago_definition)
    assert report.total.accepted == report.total.rejected == 0
    assert json.loads((chicago_ledger / "manifest.json").read_text(encoding="utf-8")) == before


def test_the_mapping_never_reads_what_could_not_be_known() -> None:
    text = (CHICAGO / "mapping.toml").read_text(encoding="utf-8")
    rules = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for column in ("weather_", "past_", "years_since_last_visit", "first_visit", "pass_flag", '"result"'):
        assert column not in rules
