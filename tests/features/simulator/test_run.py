"""A whole province: the same bytes, the labels, the contract of the ledger."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.check import check_folder
from features.simulator.plan import SimulationPlan
from features.simulator.run import simulate

PLAN = SimulationPlan(children=240, counties=3, seed=5, months=8)


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "out"
    simulate(PLAN, out)
    return out


@pytest.mark.parametrize("workers", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_the_same_seed_gives_the_same_bytes_whatever_the_processes(made: Path, tmp_path: Path, workers: int) -> None:
    simulate(PLAN, tmp_path / "again", workers=workers)
    assert _hashes(tmp_path / "again") == _hashes(made)


def test_another_seed_gives_other_bytes(made: Path, tmp_path: Path) -> None:
    simulate(SimulationPlan(children=240, counties=3, seed=6, months=8), tmp_path / "other")
    assert _hashes(tmp_path / "other").keys() == _hashes(made).keys()
    assert not set(_hashes(tmp_path / "other").values()) & set(_hashes(made).values())


def test_progress_goes_twice_through_the_counties(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    notes: set[str] = set()

    def listen(done: int, total: int, note: str = "") -> None:
        seen.append((done, total))
        notes.add(note[:2])

    summary = simulate(PLAN, tmp_path / "out", listen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert {total for _, total in seen} == {6}
    assert seen[-1] == (6, 6)
    assert notes == {"", "52"}
    assert summary.rows["children"] >= 240
    assert len(summary.counties) == 3


def test_a_failure_leaves_no_summary(tmp_path: Path) -> None:
    """The folder of a county is taken by a file, so that county cannot be written."""
    out = tmp_path / "out"

    def listen(done: int, total: int, note: str = "") -> None:
        assert done <= total
        (out / "520122").write_text(note, encoding="utf-8")

    with pytest.raises(FileExistsError):
        simulate(PLAN, out, listen)
    assert not (tmp_path / "out" / "simulation.json").exists()


def test_an_unknown_scenario_touches_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not known"):
        simulate(SimulationPlan(scenario="x"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_every_row_is_in_order_and_says_that_it_is_simulated(made: Path) -> None:
    definition = load_definition()
    report = check_folder(made, definition)
    assert report.faults.is_empty(), report.faults.head(5).to_dicts()
    for path in made.glob("5*/*.parquet"):
        frame = pl.read_parquet(path)
        assert set(frame["source"]) == {"simulated"}
        assert set(frame["definition_version"]) == {definition.version}
        assert (frame["valid_from"] <= frame["recorded_on"]).all()
        assert frame["recorded_on"].max() <= PLAN.last_day
        assert frame["row_id"].str.len_chars().max() <= 12


def test_no_ledger_table_holds_true_need(made: Path) -> None:
    truth = {*pl.read_parquet(next(made.glob("truth/*.parquet"))).columns} - {
        "child_id",
        "household_id",
        "domain",
        "severity",
    }
    assert truth == {"start", "end"}
    for path in made.glob("5*/*.parquet"):
        assert not truth & set(pl.read_parquet_schema(path))
