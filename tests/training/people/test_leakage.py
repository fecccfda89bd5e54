"""What people decided, even if it told the label, changes no feature and no label."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from features.contract import feature_contract
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from tests.builders import COUNTY, write_source
from tests.training.people.made import DEFINITION, SEEN_ON, decisions, facts, import_all
from tests.training.plans import small_plan
from training.labels import visit_outcomes


def test_features_and_labels_are_the_same_with_ratings_that_tell_the_label(tmp_path: Path) -> None:
    with_them = import_all(tmp_path / "told", facts())
    without = Path(shutil.copytree(with_them, tmp_path / "without"))
    needy = pl.col("household_id").is_in([row["household_id"] for row in facts()["findings"].to_dicts()])
    telling = decisions()["ratings"].with_columns(
        rating=pl.when(needy).then(pl.lit("go_first")).otherwise(pl.lit("in_turn"))
    )
    source = write_source({**decisions(), "ratings": telling}, tmp_path / "later")
    assert import_folder(source, with_them, DEFINITION, workers=1).faults.is_empty()
    one, other = (LedgerStore.open(folder) for folder in (with_them, without))
    assert one.read_decisions(COUNTY, DEFINITION)["ratings"].height == telling.height
    assert one.read(COUNTY).tables.keys() == other.read(COUNTY).tables.keys() == DEFINITION.tables.keys()
    assert one.content_hash() == other.content_hash()
    # Even where a caller hands them over, nothing reads them.
    handed = {**one.read(COUNTY).tables, **one.read_decisions(COUNTY, DEFINITION)}
    tables = [
        build_feature_table(rows, DEFINITION, SEEN_ON, county=COUNTY) for rows in (handed, other.read(COUNTY).tables)
    ]
    assert_frame_equal(tables[0].frame, tables[1].frame)
    found = [visit_outcomes(rows, DEFINITION, small_plan(), date(2018, 12, 31)) for rows in (handed, facts())]
    assert_frame_equal(found[0].children, found[1].children)


def test_no_input_of_a_model_comes_from_them() -> None:
    inputs = feature_contract(DEFINITION)
    decided = {column for table in DEFINITION.decisions.values() for column in table.columns}
    facts_too = {column for table in DEFINITION.tables.values() for column in table.columns}
    assert not (decided - facts_too) & {*inputs.names, *inputs.sources}
    assert not any(table in name for name in inputs.names for table in DEFINITION.decisions)
