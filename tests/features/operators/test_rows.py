"""Histories and changes on lazy frames, which have no order of rows, as on eager ones."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw
import polars as pl

from features.operators.rows import CHANGED, history, last_of_each, with_changes
from tests.builders import make_tables

ROWS: list[dict[str, Any]] = [
    {"guardian_type": "relatives", "valid_from": date(2016, 1, 1)},
    {"guardian_type": "none", "valid_from": date(2016, 3, 1)},
    {"guardian_type": "friends", "valid_from": date(2016, 3, 1), "recorded_on": date(2016, 4, 1)},
    {"guardian_type": None, "valid_from": date(2016, 5, 1)},
    {"guardian_type": "none", "valid_from": date(2016, 6, 1)},
    {"child_id": "c2", "guardian_type": "none", "valid_from": date(2016, 2, 1)},
]


def rows(frame: Any, *columns: str) -> list[tuple[Any, ...]]:
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    native: pl.DataFrame = eager.to_native()
    return native.sort("child_id", "valid_from").select("child_id", *columns).rows()


def test_lazy_and_eager_agree() -> None:
    frame = make_tables(children=ROWS)["children"]
    for native in (frame, frame.lazy(), frame.reverse().lazy()):
        states = history(nw.from_native(native), "child_id")
        assert rows(states, "guardian_type") == [
            ("c1", "relatives"), ("c1", "friends"), ("c1", None), ("c1", "none"), ("c2", "none"),
        ]  # fmt: skip
        changed = with_changes(states, "child_id", ["guardian_type"])
        assert rows(changed, CHANGED + "guardian_type") == [
            ("c1", False), ("c1", True), ("c1", False), ("c1", False), ("c2", False),
        ]  # fmt: skip
        assert rows(last_of_each(states, "child_id"), "valid_from") == [
            ("c1", date(2016, 6, 1)), ("c2", date(2016, 2, 1)),
        ]  # fmt: skip
