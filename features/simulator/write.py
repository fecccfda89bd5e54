"""Files of a simulation: refused over foreign content, written whole or not at all, recognisable as simulated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.simulator.plan import SimulationSummary
from features.simulator.truth import TRUTH

SUMMARY_FILE = "simulation.json"


def prepare(out: Path, *, overwrite: bool) -> None:
    """Make the folder ready. With ``overwrite`` the files of the simulation it holds are removed, and nothing else.

    Raises:
        UserError: the folder holds something and may not be overwritten, or holds something no simulation wrote.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file, wanted a folder", "give --out another folder")
    if not out.exists() or not any(out.iterdir()):
        out.mkdir(parents=True, exist_ok=True)
        return
    if not overwrite:
        raise UserError(
            f"{out}: is not empty", "give --out an empty folder, or add --overwrite to replace a simulation"
        )
    if not (out / SUMMARY_FILE).is_file():
        raise UserError(f"{out}: holds no {SUMMARY_FILE}, so it is not a simulation", "give --out an empty folder")
    _remove(out)


def _remove(out: Path) -> None:
    summary = json.loads((out / SUMMARY_FILE).read_text(encoding="utf-8"))
    for county in summary["counties"]:
        files = [out / county / f"{table}.parquet" for table in summary["rows"]]
        for file in (*files, out / TRUTH / f"{county}.parquet"):
            file.unlink(missing_ok=True)
    for folder in (*(out / county for county in summary["counties"]), out / TRUTH):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    (out / SUMMARY_FILE).unlink()


def write_county(out: Path, code: str, tables: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """Write the tables of a county and, apart from them, its true needs; returns the rows of each."""
    for table, frame in tables.items():
        file = out / TRUTH / f"{code}.parquet" if table == TRUTH else out / code / f"{table}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        frame.write_parquet(part, compression="zstd", compression_level=1)
        part.replace(file)
    return {table: frame.height for table, frame in tables.items()}


def write_summary(out: Path, summary: SimulationSummary) -> None:
    """Write ``simulation.json``, last of all: a folder without it is not a whole simulation."""
    part = out / f"{SUMMARY_FILE}.part"
    part.write_text(json.dumps(summary.to_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    part.replace(out / SUMMARY_FILE)
