"""The same region on the same day, ordered by two models."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from tests.models import making
from training.challenger.listing import ListRequest, both_lists

DAY = date(2018, 6, 30)


@pytest.fixture(scope="module")
def request_of(ledger: Path) -> ListRequest:
    first, second = (making.defined_model(num_leaves=leaves) for leaves in (4, 9))
    county = LedgerStore.open(ledger).counties()[0]
    return ListRequest(ledger, county, last_day(ledger), load_definition(), first, second, seed=3)


def last_day(ledger: Path) -> date:
    store = LedgerStore.open(ledger)
    found = store.read(store.counties()[0]).tables["visits"]["visited_on"].max()
    assert isinstance(found, date)
    return found


def test_every_child_of_the_region_has_a_place_from_each(request_of: ListRequest) -> None:
    rows = both_lists(request_of, workers=1)
    assert set(rows["county"]) == {request_of.region}
    assert rows["child_id"].is_unique().all()
    for name in ("place_challenger", "place_release"):
        assert sorted(rows[name]) == list(range(1, rows.height + 1))
    assert {"group_sex", "group_age_band"} <= set(rows.columns)
    assert rows.equals(both_lists(request_of, workers=1))


def test_a_model_beside_itself_gives_the_same_places_even_where_scores_are_equal(request_of: ListRequest) -> None:
    rows = both_lists(replace(request_of, release=request_of.challenger), workers=1)
    assert rows["place_challenger"].equals(rows["place_release"], check_names=False)


def test_a_child_whose_guardian_refused_is_put_to_neither(
    province: Path, request_of: ListRequest, tmp_path: Path
) -> None:
    folder = tmp_path / "sent" / request_of.region
    folder.mkdir(parents=True)
    for table in (province / request_of.region).glob("*.parquet"):
        frame = pl.read_parquet(table)
        if table.stem == "children":
            chosen = both_lists(request_of, workers=1)["child_id"][0]
            refused = pl.when(pl.col("child_id") == chosen).then(pl.col("valid_from")).otherwise("model_refused_on")
            frame = frame.with_columns(refused.alias("model_refused_on"))
        frame.write_parquet(folder / table.name)
    import_folder(tmp_path / "sent", tmp_path / "ledger", load_definition())
    rows = both_lists(replace(request_of, ledger=tmp_path / "ledger"), workers=1)
    assert chosen not in set(rows["child_id"])
    assert rows.height == both_lists(request_of, workers=1).height - 1


def test_a_region_or_day_with_nobody_is_an_error(request_of: ListRequest) -> None:
    with pytest.raises(UserError, match="no child of region '99'"):
        both_lists(replace(request_of, region="99"), workers=1)
    with pytest.raises(UserError, match="was known by 1990-01-01"):
        both_lists(replace(request_of, as_of=date(1990, 1, 1)), workers=1)
