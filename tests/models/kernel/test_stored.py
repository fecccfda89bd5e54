"""A kernel travels as bytes, and nothing that its loops would follow out of an array is taken for one."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.kernel.kernel import Kernel
from models.kernel.stored import kernel_bytes, read_kernel
from tests.models import making

MODEL = making.small_model(num_leaves=31, max_depth=6)
KERNEL = Kernel.of(MODEL.booster_text, 6)
Arrays = dict[str, Any]


def test_a_kernel_read_back_says_the_same() -> None:
    read = read_kernel(kernel_bytes(KERNEL), 6)
    assert isinstance(read, Kernel)
    matrix = making.rows(50, 6, seed=3, missing=0.2)
    assert (read.contributions(matrix) == KERNEL.contributions(matrix)).all()
    assert (read.scorer.scores(matrix) == KERNEL.scorer.scores(matrix)).all()


def test_equal_kernels_have_equal_bytes() -> None:
    assert kernel_bytes(Kernel.of(MODEL.booster_text, 6)) == kernel_bytes(KERNEL)


def test_a_model_without_a_kernel_says_why() -> None:
    assert read_kernel(kernel_bytes("a tree is deeper than 8 splits"), 6) == "a tree is deeper than 8 splits"


def changed(change: Callable[[Arrays], None]) -> bytes:
    arrays = dict(np.load(io.BytesIO(kernel_bytes(KERNEL))))
    change(arrays)
    held = io.BytesIO()
    np.savez(held, **arrays)
    return held.getvalue()


def without_values(arrays: Arrays) -> None:
    del arrays["values"], arrays["group_values"]


def test_a_kernel_without_scores_is_to_be_made_again() -> None:
    assert read_kernel(changed(without_values), 6) is None


def out_of(name: str, value: int, place: Any = -1) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name] = arrays[name].copy()
        arrays[name][place] = value

    return change


DAMAGE: dict[str, Callable[[Arrays], None]] = {
    "a slot beyond the features": out_of("slots", 6),
    "a slot before them": out_of("slots", -1),
    "a test of a column that is not there": out_of("test_columns", 10_000),
    "a column of a feature that is not there": out_of("columns", 99, (0, 0)),
    "a column based on none": out_of("columns", -2, (0, 3)),
    "starts that go back": out_of("cut_starts", 10_000, 1),
    "tables that end early": lambda arrays: arrays.update(tables=arrays["tables"][:-1]),
    "a group without features": lambda arrays: arrays.update(group_slots=np.zeros_like(arrays["group_slots"])),
    "too large a step": out_of("group_tables", 0, 1),
    "values that end early": lambda arrays: arrays.update(values=arrays["values"][:-1]),
    "too few values for a group": out_of("group_values", 1, 1),
    "an array too few": lambda arrays: arrays.pop("cuts"),
    "whole numbers for tables": lambda arrays: arrays.update(tables=arrays["tables"].astype(np.int64)),
    "a table of tables": lambda arrays: arrays.update(tables=arrays["tables"][None]),
    "codes of another kind": lambda arrays: arrays.update(
        test_starts=arrays["test_starts"].astype(np.int64), test_widths=arrays["test_widths"].astype(np.int64)
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_arrays_that_do_not_fit_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="kernel"):
        read_kernel(changed(DAMAGE[name]), 6)


@pytest.mark.parametrize("content", [b"", b"PK", kernel_bytes(KERNEL)[:5000]])
def test_half_a_file_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a kernel"):
        read_kernel(content, 6)


def test_a_kernel_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="fit each other"):
        read_kernel(kernel_bytes(KERNEL), 7)
