"""The kernel as bytes, so that it travels with its model and no process makes it again."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import numpy.typing as npt

from models.kernel.cutting import MOST_BITS
from models.kernel.kernel import Kernel
from models.kernel.loops import Lookup

_REFUSAL = "refusal"
_MEAN = "mean"
# What stands in a row of ``Lookup.columns``, and the kinds of code.
_COLUMN = 4
_CODES = (np.dtype(np.uint8), np.dtype(np.uint16))


def kernel_bytes(kernel: Kernel | str) -> bytes:
    """A kernel, or in words why a model has none, as the bytes of an ``.npz`` file."""
    held = io.BytesIO()
    arrays: dict[str, Any] = (
        {_REFUSAL: np.array(kernel)}
        if isinstance(kernel, str)
        else {_MEAN: np.array(kernel.mean), **kernel.lookup._asdict()}
    )
    np.savez(held, **arrays)
    return held.getvalue()


def read_kernel(content: bytes, width: int) -> Kernel | str:
    """Read what ``kernel_bytes`` made for a model of ``width`` features.

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
    if set(arrays) != {_MEAN, *Lookup._fields} or arrays[_MEAN].shape != ():
        raise ValueError("not the arrays of a kernel")
    mean = float(arrays.pop(_MEAN))
    lookup = Lookup(**arrays)
    _check(lookup, width)
    return Kernel(mean, lookup)


def _check(lookup: Lookup, width: int) -> None:
    _check_kinds(lookup)
    groups = len(lookup.group_tables) - 1
    columns = len(lookup.columns)
    tests, slots = np.diff(lookup.group_tests), np.diff(lookup.group_slots)
    sound = (
        _parts(lookup.cut_starts, width, len(lookup.cuts))
        and _parts(lookup.group_tests, groups, len(lookup.test_columns))
        and _parts(lookup.group_slots, groups, len(lookup.slots))
        and _parts(lookup.group_tables, groups, len(lookup.tables))
        and len(lookup.test_starts) == len(lookup.test_widths) == len(lookup.test_columns)
        and _within(lookup.columns[:, 0], width)
        and _within(lookup.columns[:, 3], columns)
        and _within(lookup.test_columns, columns)
        and _within(lookup.slots, width)
        and bool((slots > 0).all())
        and bool((tests <= MOST_BITS).all())
    )
    if not sound or (np.diff(lookup.group_tables) != slots << tests).any():
        raise ValueError("the arrays of the kernel do not fit each other")


def _check_kinds(lookup: Lookup) -> None:
    codes = lookup.test_starts.dtype
    kinds: dict[str, np.dtype[Any]] = dict.fromkeys(Lookup._fields, np.dtype(np.int64))
    kinds |= {"cuts": np.dtype(np.float64), "tables": np.dtype(np.float64), "test_starts": codes, "test_widths": codes}
    for name, array in lookup._asdict().items():
        shaped = array.ndim == 2 and array.shape[1] == _COLUMN if name == "columns" else array.ndim == 1
        if not shaped or array.dtype != kinds[name] or codes not in _CODES:
            raise ValueError(f"'{name}' is not an array of a kernel")


def _parts(starts: npt.NDArray[np.int64], count: int, total: int) -> bool:
    """Whether starts cut ``total`` entries into ``count`` parts."""
    return len(starts) == count + 1 and starts[0] == 0 and starts[-1] == total and bool((np.diff(starts) >= 0).all())


def _within(places: npt.NDArray[np.int64], count: int) -> bool:
    return bool(((places >= 0) & (places < count)).all())
