"""Files: refused, replaced, kept apart."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.simulator.plan import SimulationPlan, SimulationSummary
from features.simulator.write import SUMMARY_FILE, prepare, write_county, write_summary


@pytest.fixture
def written(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    prepare(out, overwrite=False)
    rows = write_county(out, "520121", {"visits": pl.DataFrame({"a": [1, 2]}), "truth": pl.DataFrame({"b": [1]})})
    assert rows == {"visits": 2, "truth": 1}
    write_summary(out, SimulationSummary(SimulationPlan(), ("520121",), {"visits": 2}, 1, "0", "d 1"))
    return out


def test_truth_is_kept_apart(written: Path) -> None:
    files = sorted(str(path.relative_to(written)) for path in written.rglob("*") if path.is_file())
    assert files == ["520121/visits.parquet", "simulation.json", "truth/520121.parquet"]
    assert json.loads((written / SUMMARY_FILE).read_text("utf-8"))["true_needs"] == 1


def test_a_folder_in_use_is_refused(written: Path) -> None:
    with pytest.raises(UserError, match="is not empty") as caught:
        prepare(written, overwrite=False)
    assert "--overwrite" in caught.value.hint


def test_overwrite_removes_the_simulation_and_nothing_else(written: Path) -> None:
    (written / "520121" / "note.txt").write_text("mine", encoding="utf-8")
    prepare(written, overwrite=True)
    assert [path.name for path in written.rglob("*") if path.is_file()] == ["note.txt"]
    (written / "520121" / "note.txt").unlink()


def test_overwrite_of_a_whole_simulation_leaves_an_empty_folder(written: Path) -> None:
    (written / "truth" / "520121.parquet").unlink()
    prepare(written, overwrite=True)
    prepare(written, overwrite=False)
    assert list(written.iterdir()) == []


def test_overwrite_survives_a_folder_that_is_gone(written: Path) -> None:
    (written / "520121" / "visits.parquet").unlink()
    (written / "520121").rmdir()
    prepare(written, overwrite=True)
    assert list(written.iterdir()) == []


def test_what_no_simulation_wrote_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match="not a simulation"):
        prepare(tmp_path, overwrite=True)
    with pytest.raises(UserError, match="is a file"):
        prepare(tmp_path / "mine", overwrite=True)
