"""Compiled loops: kept where they can be, in memory where not, and never outside their arrays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXPLAIN = """
import sys
import numpy as np
from models.kernel.kernel import Kernel
from tests.models import making
rows, leaves = map(int, sys.argv[1:])
for seed in range(4):
    width = 1 + 4 * seed
    matrix = making.rows(600, width, seed, missing=0.3)
    matrix[::6, -1] = 0
    settings = dict(num_leaves=leaves, max_depth=8, min_data_in_leaf=1, zero_as_missing=seed == 2)
    booster = making.grow(matrix, making.numbered(width).names, 4, **settings)
    with np.errstate(over="ignore"):
        found = Kernel.of(booster.model_to_string(), width).contributions(matrix[:rows])
    assert np.abs(found - booster.predict(matrix[:rows], pred_contrib=True)).max() < 1e-9
"""


def explained_elsewhere(rows: int, leaves: int, first: str = "", **environment: str) -> tuple[int, str]:
    """Explain some models in a process of its own; returns its exit code and what it complained of."""
    done = subprocess.run(
        [sys.executable, "-c", first + EXPLAIN, str(rows), str(leaves)],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.slow
def test_no_loop_leaves_its_arrays(tmp_path: Path) -> None:
    assert explained_elsewhere(300, 60, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path)) == (0, "")


@pytest.mark.slow
def test_where_nothing_can_be_kept_the_loops_are_compiled_in_memory() -> None:
    # No place to keep things is asked for, and none is named: as in a read-only installation without a home.
    assert explained_elsewhere(
        300, 60, NUMBA_CACHE_LOCATOR_CLASSES="_UserProvidedCacheLocator", NUMBA_CACHE_DIR=""
    ) == (0, "")


@pytest.mark.slow
def test_a_full_disk_keeps_nothing_and_stops_nothing(tmp_path: Path) -> None:
    full = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    ended, complaints = explained_elsewhere(300, 60, full, NUMBA_CACHE_DIR=str(tmp_path))
    # Others among the imported libraries may say that they cannot write.
    assert (ended, "Traceback" in complaints) == (0, False)
    assert list(tmp_path.rglob("*.nbc")) == []


@pytest.mark.slow
def test_what_was_compiled_is_kept(tmp_path: Path) -> None:
    assert explained_elsewhere(300, 60, NUMBA_CACHE_DIR=str(tmp_path)) == (0, "")
    kept = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")}
    assert kept == {"loops.explain_rows", "loops.fill_tables", "loops.fill_values"}


def test_the_loops_do_the_same_without_the_compiler() -> None:
    assert explained_elsewhere(20, 20, NUMBA_DISABLE_JIT="1") == (0, "")
