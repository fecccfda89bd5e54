"""Scores made on a cluster are the files that one machine makes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from features.cli.console import UserError, silent
from features.definition import load_definition
from features.ledger.store import LedgerStore
from models.release.regions import UNCHECKED
from serving.batch.county import Scoring
from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, policies_of, policy_in_force, released, score_region
from serving.batch.tasks import AREA, CountyTask
from serving.spark.bootstrap import on_executor
from serving.spark.engine import SparkEngine
from serving.spark.jobs import said
from serving.spark.parcel import send_parcel
from tests.serving.conftest import AS_OF

pytestmark = pytest.mark.slow


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_two_worker_processes_write_the_bytes_of_one_machine(
    engine: SparkEngine, ledger: Path, released_home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    request = ScoreRequest(ledger, "", AS_OF, tmp_path / "scores", released_home)
    manifest = score_region(request, lambda done, total, _note="": told.append((done, total)), engine)
    assert _bytes(request.out) == _bytes(scored.folder)
    assert manifest == scored.manifest
    assert told[-1] == (3, 3)


def test_a_broken_county_stops_no_other(engine: SparkEngine, ledger: Path, released_home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "ledger"
    shutil.copytree(ledger, broken)
    county = LedgerStore.open(broken).counties()[1]
    file = next((broken / f"county={county}").rglob("children.parquet"))
    file.write_bytes(file.read_bytes()[:-9])
    local = ScoreRequest(broken, "", AS_OF, tmp_path / "local", released_home, workers=1)
    spark = replace(local, out=tmp_path / "spark")
    score_region(local)
    manifest = score_region(spark, silent, engine)
    assert [one.county for one in manifest.missing] == [county]
    assert _bytes(spark.out) == _bytes(local.out)


def test_an_executor_that_sees_no_ledger_says_so(
    engine: SparkEngine, ledger: Path, released_home: Path, tmp_path: Path
) -> None:
    definition = load_definition()
    bundle = released(released_home, None, definition)
    store = LedgerStore.open(ledger)
    county = store.counties()[0]
    policy = policy_in_force(policies_of(None), definition, county, AS_OF)
    scoring = Scoring.of(bundle, definition, policy, AS_OF, suspended=False, region=UNCHECKED)
    (tmp_path / AREA).mkdir()
    task = CountyTask(replace(store, folder=Path("/only/on/the/driver")), county, "", scoring, tmp_path)
    with pytest.raises(UserError, match="cannot read the ledger /only/on/the/driver") as caught:
        engine.score([task], bundle)
    assert "every machine of the cluster" in caught.value.hint


def test_an_executor_with_another_library_says_so(engine: SparkEngine, released_home: Path) -> None:
    parcel = send_parcel(engine.context, released(released_home, None, load_definition()).path, engine.folder)
    task = on_executor(parcel.packages, (("polars", "0.1"), ("nothing", "1")), "score_counties", b"")
    with pytest.raises(UserError, match=r"has polars .* \(wanted 0.1\), nothing missing \(wanted 1\)"), said():
        engine.context.parallelize([1], 1).mapPartitions(task).collect()


def test_executors_are_two_processes_and_run_the_packages_that_were_sent(engine: SparkEngine) -> None:
    def place(_: int) -> tuple[int, str]:
        import os
        import sys

        return os.getppid(), next((path for path in sys.path if "mopai-packages" in path), "")

    found = set(engine.context.parallelize(range(8), 8).map(place).collect())
    assert len({parent for parent, _ in found}) == 2
