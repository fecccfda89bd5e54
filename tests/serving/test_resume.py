"""A run that ends before its time goes on where it was, and its result has the bytes of a run that did not."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from features.cli.console import UserError
from serving.batch.folder import ScoreFolder
from serving.batch.journal import JOURNAL
from serving.batch.run import ScoreRequest, score_region
from tests.serving.conftest import AS_OF


class CutOffError(Exception):
    """The run ends here."""


@pytest.fixture
def request_(ledger: Path, released_home: Path, tmp_path: Path) -> ScoreRequest:
    return ScoreRequest(ledger, "", AS_OF, tmp_path / "scores", released_home, workers=1)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _cut_off_after(request: ScoreRequest, counties: int) -> Path:
    """Run until so many counties are done; returns the folder left behind."""

    def stop(done: int, _total: int, _note: str = "") -> None:
        if done == counties:
            raise CutOffError

    with pytest.raises(CutOffError):
        score_region(request, stop)
    return request.out.with_name(".scores.unfinished")


def _finish(request: ScoreRequest) -> tuple[list[str], list[int]]:
    """Run to the end; returns what was told, and how many counties were done at each step."""
    words: list[str] = []
    steps: list[int] = []
    score_region(request, lambda done, _total, _note="": steps.append(done), tell=words.append)
    return words, steps


@pytest.mark.parametrize("counties", [1, 2, 3])
def test_the_same_run_goes_on_and_its_bytes_are_those_of_one_run(
    request_: ScoreRequest, scored: ScoreFolder, counties: int
) -> None:
    _cut_off_after(request_, counties)
    words, steps = _finish(request_)
    assert [f"going on: {counties} counties" in said for said in words] == [True]
    assert steps[0] == counties
    assert _bytes(request_.out) == _bytes(scored.folder)
    assert not request_.out.with_name(".scores.unfinished").exists()


def test_a_line_that_was_cut_off_and_a_file_that_changed_do_not_count(
    request_: ScoreRequest, scored: ScoreFolder
) -> None:
    left = _cut_off_after(request_, 2)
    lines = (left / JOURNAL).read_text(encoding="utf-8").splitlines()
    first, second = (json.loads(line)["county"] for line in lines[1:])
    with (left / f"{second}.arrow").open("ab") as file:
        file.write(b"half a page")
    (left / JOURNAL).write_text("\n".join(lines) + f'\n{{"county": "{first}", "fac', encoding="utf-8")
    _, steps = _finish(request_)
    assert steps[0] == 1
    assert _bytes(request_.out) == _bytes(scored.folder)


@pytest.mark.parametrize("kind", ["another day", "another region", "another policy", "a suspended county"])
def test_a_run_with_other_inputs_begins_anew_and_says_so(
    request_: ScoreRequest, scored: ScoreFolder, tmp_path: Path, kind: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(request_.home, home)
    left = _cut_off_after(replace(request_, home=home), 1)
    if kind == "a suspended county":
        _suspend(home, scored.counties()[0])
    other = {
        "another day": replace(request_, home=home, as_of=AS_OF - timedelta(days=1)),
        "another region": replace(request_, home=home, region="52"),
        "another policy": replace(request_, home=home, policy=_plain_policy()),
        "a suspended county": replace(request_, home=home),
    }[kind]
    words, steps = _finish(other)
    assert ["had other inputs" in said for said in words] == [True]
    assert steps[0] == 0
    assert not left.exists()


def _plain_policy() -> Path:
    from models.policy.policy import POLICIES

    return POLICIES / "plain.toml"


def _suspend(home: Path, county: str) -> None:
    from features.definition import Label
    from models.release.suspensions import Suspension, write_suspensions

    write_suspensions(home, {county: Suspension(county, AS_OF, "m", ("drift",), Label("试", "try"))})


def test_a_refused_run_leaves_nothing(request_: ScoreRequest) -> None:
    with pytest.raises(UserError, match="nothing was recorded"):
        score_region(replace(request_, as_of=AS_OF - timedelta(days=3000)))
    assert not request_.out.with_name(".scores.unfinished").exists()


def _start(ledger: Path, home: Path, out: Path, *first: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "features.cli.app", "score", "--all", "--ledger", str(ledger), "--home", str(home)]
    return subprocess.Popen(
        [*first, *command, "--as-of", AS_OF.isoformat(), "--out", str(out), "--workers", "2", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_to_the_same_bytes(
    ledger: Path, released_home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    out = tmp_path / "scores"
    unfinished = tmp_path / ".scores.unfinished"
    moments = random.Random(5)
    for _ in range(4):
        running = _start(ledger, released_home, out)
        while not unfinished.exists() and running.poll() is None:
            time.sleep(0.01)
        time.sleep(moments.uniform(0.0, 3.0))
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        if out.exists():
            assert _bytes(out) == _bytes(scored.folder)
    finished = _start(ledger, released_home, out)
    _, errors = finished.communicate(timeout=180)
    assert finished.returncode == 0, errors
    assert _bytes(out) == _bytes(scored.folder)
    assert not unfinished.exists()


@pytest.mark.slow
def test_a_full_disk_is_said_and_leaves_the_old_scores(
    ledger: Path, released_home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    out = tmp_path / "scores"
    shutil.copytree(scored.folder, out)
    # No file may grow beyond 20 kB: as on a full disk, a write ends in the middle.
    limited = _start(ledger, released_home, out, "prlimit", "--fsize=20000")
    _, errors = limited.communicate(timeout=180)
    assert limited.returncode == 1
    assert "cannot be written (File too large)" in errors
    assert "make room there" in errors
    assert _bytes(out) == _bytes(scored.folder)
    finished = _start(ledger, released_home, out)
    _, errors = finished.communicate(timeout=180)
    assert finished.returncode == 0, errors
    assert _bytes(out) == _bytes(scored.folder)


def _broken(ledger: Path, tmp_path: Path, counties: int) -> Path:
    """A copy of the ledger in which a file of some counties is damaged."""
    copy = tmp_path / "ledger"
    shutil.copytree(ledger, copy)
    for folder in sorted(copy.glob("county=*"))[:counties]:
        file = next(folder.rglob("children.parquet"))
        file.write_bytes(file.read_bytes()[:-100])
    return copy


def test_a_broken_county_does_not_stop_the_others(request_: ScoreRequest, scored: ScoreFolder, tmp_path: Path) -> None:
    manifest = score_region(replace(request_, ledger=_broken(request_.ledger, tmp_path, 1)))
    broken, *others = scored.counties()
    (missing,) = manifest.missing
    assert missing.county == broken
    assert "damaged" in missing.what
    assert missing.hint
    folder = ScoreFolder.open(request_.out)
    assert folder.counties() == tuple(others)
    assert folder.manifest.missing == manifest.missing
    assert [alarm.counties for alarm in manifest.alarms if alarm.kind == "county_missing"] == [(broken,)]
    places = {place for county in others for place in folder.read(county)["rank_region"]}
    assert places == set(range(1, len(places) + 1))


def test_if_every_county_is_broken_nothing_is_written(request_: ScoreRequest, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="damaged"):
        score_region(replace(request_, ledger=_broken(request_.ledger, tmp_path, 3)))
    assert not request_.out.exists()


@pytest.mark.slow
def test_the_command_names_a_broken_county_and_ends_with_3(
    ledger: Path, released_home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    command = _start(_broken(ledger, tmp_path, 1), released_home, tmp_path / "scores")
    said, errors = command.communicate(timeout=180)
    assert command.returncode == 3, errors
    (missing,) = json.loads(said)["missing"]
    assert missing["county"] == scored.counties()[0]
    assert "restore" in missing["hint"]
