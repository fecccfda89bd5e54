"""The kernel's loops, compiled by Numba for the machine they run on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import ParamSpec

import numba
from numba.extending import register_jitable

from models.kernel import loops

Arguments = ParamSpec("Arguments")

for _part in (loops.sum_over_sets, loops.encode, loops.find_outcomes, loops.add_entries):
    register_jitable(_part)


def run(loop: Callable[Arguments, None], *arguments: Arguments.args, **named: Arguments.kwargs) -> None:
    """Run one of the loops compiled.

    Compiled code is kept for the next process beside the source, or else in the user's cache folder, or where
    ``NUMBA_CACHE_DIR`` says. Where it cannot be kept it is compiled in memory, once in each process.
    """
    try:
        _kept(loop)(*arguments, **named)
    except OSError:
        # The disk is full, say: keeping comes before running, so nothing ran yet.
        _in_memory(loop)(*arguments, **named)


@cache
def _kept(loop: Callable[Arguments, None]) -> Callable[Arguments, None]:
    try:
        compiled: Callable[Arguments, None] = numba.njit(cache=True)(loop)
    except RuntimeError:
        return _in_memory(loop)
    return compiled


@cache
def _in_memory(loop: Callable[Arguments, None]) -> Callable[Arguments, None]:
    compiled: Callable[Arguments, None] = numba.njit()(loop)
    return compiled
