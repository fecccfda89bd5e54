"""Compiled loops: kept where they can be, in memory where not, and never outside their arrays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.kernel import kernel as kernel_module
from models.kernel.kernel import Kernel
from models.kernel.loops import Lookup
from tests.models import making

EXPLAIN = """
import numpy as np
from models.kernel.kernel import Kernel
from tests.models import making
for seed in range(4):
    width = 1 + 4 * seed
    matrix = making.rows(300, width, seed, missing=0.3)
    settings = dict(num_leaves=60, max_depth=8, min_data_in_leaf=1, zero_as_missing=seed == 2, max_bin=(255, 900)[seed % 2])
    booster = making.grow(matrix, making.numbered(width).names, 8, **settings)
    found = Kernel.of(booster.model_to_string(), width).contributions(matrix)
    assert np.abs(found - booster.predict(matrix, pred_contrib=True)).max() < 1e-9
"""


def explained_elsewhere(**environment: str) -> subprocess.CompletedProcess[str]:
    """Some models explained in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", EXPLAIN],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_no_loop_leaves_its_arrays(tmp_path: Path) -> None:
    done = explained_elsewhere(NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_where_nothing_can_be_kept_the_loops_are_compiled_in_memory() -> None:
    # No place to keep things is asked for, and none is named: as in a read-only installation without a home.
    done = explained_elsewhere(NUMBA_CACHE_LOCATOR_CLASSES="_UserProvidedCacheLocator", NUMBA_CACHE_DIR="")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_what_was_compiled_is_kept(tmp_path: Path) -> None:
    done = explained_elsewhere(NUMBA_CACHE_DIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    kept = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")}
    assert kept == {"loops.explain_rows", "loops.fill_tables"}


def test_the_loops_do_the_same_without_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = making.rows(40, 3, missing=0.3)
    matrix[::6, 1] = 0
    booster = making.grow(matrix, making.numbered(3).names, 4, num_leaves=12, zero_as_missing=True)
    compiled = Kernel.of(booster.model_to_string(), 3)
    expected = compiled.contributions(matrix)
    monkeypatch.setattr(kernel_module, "run", lambda loop, *arguments: loop(*arguments))
    with np.errstate(over="ignore"):
        plain = Kernel.of(booster.model_to_string(), 3)
        assert (plain.contributions(matrix) == expected).all()
    assert isinstance(plain.lookup, Lookup)
    assert (plain.lookup.tables == compiled.lookup.tables).all()
