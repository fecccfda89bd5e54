"""Rows collected month by month."""

from __future__ import annotations

import numpy as np

from features.simulator.log import RowLog


def test_rows_are_joined_in_order() -> None:
    log = RowLog()
    log.add(a=np.array([1, 2]), b=np.array([True, False]))
    log.add(a=np.array([3]), b=np.array([True]))
    joined = log.joined()
    assert len(log) == 3
    assert joined["a"].tolist() == [1, 2, 3]
    assert joined["b"].tolist() == [True, False, True]


def test_nothing_added_is_nothing_joined() -> None:
    assert RowLog().joined() == {}
