"""Scores made on a cluster are the files that one machine makes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.store import LedgerStore
from models.release.regions import UNCHECKED
from serving.batch.county import Scoring
from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, policies_of, policy_in_force, released, score_region
from serving.batch.tasks import AREA, CountyTask
from serving.spark.bootstrap import on_executor, use_packages
from serving.spark.engine import SparkEngine
from serving.spark.jobs import said
from serving.spark.parcel import send_parcel
from tests.serving.conftest import AS_OF
from tests.spark.conftest import MASTER

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


def test_the_command_scores_around_a_broken_county_and_ends_with_3(
    ledger: Path, released_home: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "ledger"
    shutil.copytree(ledger, broken)
    county = LedgerStore.open(broken).counties()[1]
    file = next((broken / f"county={county}").rglob("children.parquet"))
    file.write_bytes(file.read_bytes()[:-9])
    shared = ["--ledger", str(broken), "--home", str(released_home), "--as-of", AS_OF.isoformat(), "--json"]
    ends = {}
    for engine in (("local", "--workers", "1"), ("spark", "--master", MASTER)):
        words = ["score", "--engine", *engine, "--out", str(tmp_path / engine[0]), *shared]
        command = [sys.executable, "-m", "features.cli.app", *words]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        ends[engine[0]] = (ran.returncode, json.loads(ran.stdout) | {"out": ""}, ran.stderr)
    assert ends["spark"] == ends["local"]
    code, printed, _ = ends["spark"]
    assert code == 3
    assert [one["county"] for one in printed["missing"]] == [county]
    assert _bytes(tmp_path / "spark") == _bytes(tmp_path / "local")


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
    unlike = (("polars", "0.1"), ("nothing", "1"))
    task = on_executor(parcel.packages, parcel.content, unlike, "score_counties", b"")
    with pytest.raises(UserError, match=r"has polars .* \(wanted 0.1\), nothing missing \(wanted 1\)"), said():
        engine.context.parallelize([1], 1).mapPartitions(task).collect()


def test_the_cluster_has_two_worker_processes(engine: SparkEngine) -> None:
    def place(_: Iterable[int]) -> Iterator[tuple[str, int, int]]:
        import os

        from pyspark import BarrierTaskContext

        BarrierTaskContext.get().barrier()
        yield str(Path.cwd()), os.getppid(), os.getpid()

    found = engine.context.parallelize(range(2), 2).barrier().mapPartitions(place).collect()
    executors, parents, workers = (set(names) for names in zip(*found, strict=True))
    assert [len(executors), len(parents), len(workers)] == [2, 2, 2]
    assert os.getpid() not in workers


def test_packages_that_came_with_the_session_run_where_others_are_installed(
    engine: SparkEngine, released_home: Path
) -> None:
    # Only its name: the parcel itself would bring the installed packages in before the function runs.
    sent = send_parcel(engine.context, released(released_home, None, load_definition()).path, engine.folder).packages

    def found(_: Iterable[int]) -> Iterator[str]:
        from pyspark import SparkFiles

        use_packages("of another version", SparkFiles.get(sent))
        import serving.spark.worker

        yield serving.spark.worker.__file__

    # With a variable of its own a task gets a Python process that has imported nothing yet.
    engine.context.environment["MOPAI_TEST"] = "fresh"
    try:
        places = engine.context.parallelize([1], 1).mapPartitions(found).collect()
    finally:
        del engine.context.environment["MOPAI_TEST"]
    assert f"{sent}/serving/spark/worker.py" in places[0]
