"""The kernel as bytes, so that it travels with its model and no process makes it again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from models.kernel.cutting import MOST_BITS
from models.kernel.kernel import Kernel, Scorer
from models.kernel.loops import Paths, Tables

_REFUSAL = "refusal"
_MEAN = "mean"
# What stands in a row of ``Paths.columns``, and the kinds of code.
_COLUMN = 4
_EARLIER = {_MEAN, *Paths._fields, *Tables._fields} - {"group_values", "values"}
_CODES = (np.dtype(np.uint8), np.dtype(np.uint16))


def kernel_bytes(kernel: Kernel | str) -> bytes:
    """A kernel, or in words why a model has none, as the bytes of an ``.npz`` file."""
    held = io.BytesIO()
    arrays: dict[str, Any] = (
        {_REFUSAL: np.array(kernel)}
        if isinstance(kernel, str)
        else {_MEAN: np.array(kernel.mean), **kernel.scorer.paths._asdict(), **kernel.tables._asdict()}
    )
    np.savez(held, **arrays)
    return held.getvalue()


def read_kernel(content: bytes, width: int) -> Kernel | str | None:
    """Read what ``kernel_bytes`` made for a model of ``width`` features.

    None for a kernel of an earlier form, which knows contributions but no scores: it is to be made again.

    Raises:
        ValueError: the arrays are not those of a kernel, or do not fit each other. The compiled loops check no bounds,
            so nothing they would follow out of an array gets by.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
    except (ValueError, AttributeError, OSError, zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"not a kernel ({type(error).__name__})") from error
    if set(arrays) == {_REFUSAL}:
        return str(arrays[_REFUSAL])
    if set(arrays) == _EARLIER:
        return None
    if set(arrays) != {_MEAN, *Paths._fields, *Tables._fields} or arrays[_MEAN].shape != ():
        raise ValueError("not the arrays of a kernel")
    _check_kinds(arrays)
    paths = Paths(**{name: arrays[name] for name in Paths._fields})
    tables = Tables(**{name: arrays[name] for name in Tables._fields})
    _check(paths, tables, width)
    return Kernel(float(arrays[_MEAN]), Scorer(paths), tables)


def _check(paths: Paths, tables: Tables, width: int) -> None:
    groups = len(tables.group_tables) - 1
    columns = len(paths.columns)
    tests, slots = np.diff(paths.group_tests), np.diff(tables.group_slots)
    sound = (
        _parts(paths.cut_starts, width, len(paths.cuts))
        and _parts(paths.group_tests, groups, len(paths.test_columns))
        and _parts(paths.group_values, groups, len(paths.values))
        and _parts(tables.group_slots, groups, len(tables.slots))
        and _parts(tables.group_tables, groups, len(tables.tables))
        and len(paths.test_starts) == len(paths.test_widths) == len(paths.test_columns)
        and _within(paths.columns[:, 0], width)
        and _within(paths.columns[:, 3], columns)
        and _within(paths.test_columns, columns)
        and _within(tables.slots, width)
        and bool((tests <= MOST_BITS).all())
    )
    outcomes = 1 << tests if sound else tests
    if (
        not sound
        or (np.diff(tables.group_tables) != slots * outcomes).any()
        or (np.diff(paths.group_values) != outcomes).any()
    ):
        raise ValueError("the arrays of the kernel do not fit each other")


def _check_kinds(arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    codes = arrays["test_starts"].dtype
    kinds: dict[str, np.dtype[Any]] = {
        **dict.fromkeys(("cuts", "values", "tables"), np.dtype(np.float64)),
        **dict.fromkeys(("test_starts", "test_widths"), codes),
    }
    for name in (*Paths._fields, *Tables._fields):
        array = arrays[name]
        shaped = array.ndim == 2 and array.shape[1] == _COLUMN if name == "columns" else array.ndim == 1
        if not shaped or array.dtype != kinds.get(name, np.dtype(np.int64)) or codes not in _CODES:
            raise ValueError(f"'{name}' is not an array of a kernel")


def _parts(starts: npt.NDArray[np.int64], count: int, total: int) -> bool:
    """Whether starts cut ``total`` entries into ``count`` parts."""
    return len(starts) == count + 1 and starts[0] == 0 and starts[-1] == total and bool((np.diff(starts) >= 0).all())


def _within(places: npt.NDArray[np.int64], count: int) -> bool:
    return bool(((places >= 0) & (places < count)).all())
