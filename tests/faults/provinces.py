"""Sources large enough that a fault can strike while they are being imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl

from tests.builders import make_tables

MOPAI = (sys.executable, "-m", "features.cli.app")


def write_counties(folder: Path, counties: int, households: int, visits_each: int = 5) -> Path:
    """Write a source of plain good rows: one child per household, ``visits_each`` visits with an assessment each."""
    for number in range(counties):
        county = f"52{number + 1:04d}"
        (folder / county).mkdir(parents=True)
        home = pl.int_range(households, eager=True).cast(pl.String)
        visit = pl.int_range(households * visits_each, eager=True)
        region = pl.lit(f"{county}001001")
        filled = {
            "households": {"household_id": "h" + home, "region_code": region, "row_id": "h" + home},
            "children": {"household_id": "h" + home, "child_id": "c" + home, "row_id": "c" + home},
            "visits": _of_visit(visit, households, "household_id", "h"),
            "assessments": _of_visit(visit, households, "child_id", "c"),
        }
        plain = make_tables(children=[{}], visits=[{}], assessments=[{}])
        for table, columns in filled.items():
            rows = pl.select(**columns)
            rest = plain[table].drop(rows.columns)
            rows.join(rest, how="cross").select(plain[table].columns).write_parquet(
                folder / county / f"{table}.parquet"
            )
    return folder


def _of_visit(visit: pl.Series, households: int, column: str, letter: str) -> dict[str, pl.Series]:
    name = "v" + visit.cast(pl.String)
    return {"visit_id": name, "row_id": name, column: letter + (visit % households).cast(pl.String)}


def start(*words: object) -> subprocess.Popen[str]:
    """Start ``mopai`` in a process of its own."""
    return subprocess.Popen(
        [*MOPAI, *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"POLARS_MAX_THREADS": "1"},
    )  # fmt: skip


def store_bytes(ledger: Path) -> dict[str, bytes]:
    """Every file a reader of the store can come to: the manifest and the counties."""
    files = [ledger / "manifest.json", *ledger.glob("county=*/*/*")]
    return {str(path.relative_to(ledger)): path.read_bytes() for path in files if path.is_file()}
