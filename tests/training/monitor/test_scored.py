"""Scores of a day: those of the model, without the children it was refused for; or those of a folder, checked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.manifest import sha256_of
from features.ledger.store import LedgerStore
from features.state import child_state
from features.table import build_feature_table
from models.release.bundle import load_bundle
from models.release.current import ReleaseStore
from tests.builders import default_definition, make_tables
from tests.training.monitor.conftest import AS_OF
from training.monitor.scored import ScoreRun, refused_children, score_day, score_earlier

DAY = date(2026, 1, 1)


def test_the_cohort_is_scored_by_the_model_but_for_the_refused(ledger: Path, released: Path) -> None:
    definition, store = load_definition(), LedgerStore.open(ledger)
    model = load_bundle(ReleaseStore(released).current(), definition).model
    county = store.counties()[0]
    tables = store.read(county).tables
    table = build_feature_table(tables, definition, AS_OF, county=county)
    day = score_day(table, tables, model, definition)
    state = pl.DataFrame(child_state(tables, definition, AS_OF, county=county))
    refused = set(state.filter(pl.col("model_refused_on") <= AS_OF)["child_id"])
    assert refused
    assert not refused & set(day.rows["child_id"])
    whole = dict(zip(table.frame["child_id"], model.score(table.matrix()), strict=True))
    assert day.rows["score"].to_list() == [whole[child] for child in day.rows["child_id"]]
    np.testing.assert_array_equal(day.rows["probability"], model.probability(day.rows["score"].to_numpy()))
    assert score_earlier(tables, county, model, definition, AS_OF).rows.equals(day.rows)


def test_a_definition_without_refusals_scores_everyone() -> None:
    definition = default_definition()
    children = definition.tables["children"]
    columns = {name: column for name, column in children.columns.items() if name != "model_refused_on"}
    shorter = replace(definition, tables={**definition.tables, "children": replace(children, columns=columns)})
    tables = make_tables(children=[{"child_id": "c1"}])
    tables["children"] = tables["children"].drop("model_refused_on")
    assert refused_children(tables, shorter, DAY, "").is_empty()


def _folder(folder: Path) -> Path:
    folder.mkdir()
    rows = {"child_id": ["b", "a", "c"], "household_id": ["h"] * 3, "score": [1.0, 2.0, None], "probability": 0.5}
    pl.DataFrame({**rows, "band": "soon"}).write_parquet(folder / "520001.parquet")
    files = {"520001.parquet": sha256_of(folder / "520001.parquet")}
    content = {"as_of": DAY.isoformat(), "model_id": "m1", "files": files}
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_a_folder_gives_its_scored_children_in_order(tmp_path: Path) -> None:
    run = ScoreRun.open(_folder(tmp_path / "scores"))
    day = run.county("520001")
    assert day is not None
    assert (run.as_of, run.model_id, day.as_of) == (DAY, "m1", DAY)
    assert day.rows.columns == ["child_id", "household_id", "score", "probability"]
    assert day.rows["child_id"].to_list() == ["a", "b"]
    assert run.county("520002") is None


def test_a_file_that_was_changed_or_lost_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "scores")
    run = ScoreRun.open(folder)
    path = folder / "520001.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(UserError, match="missing or changed"):
        run.county("520001")
    path.unlink()
    with pytest.raises(UserError, match="missing or changed"):
        run.county("520001")


@pytest.mark.parametrize("content", ["{", "{}", '{"as_of": "soon", "model_id": "m", "files": {}}'])
def test_what_is_no_folder_of_scores_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="no folder of scores"):
        ScoreRun.open(tmp_path)
