"""True needs, kept apart."""

from __future__ import annotations

import polars as pl

from features.simulator.ink import Ink
from features.simulator.truth import truth_table


def test_true_needs_begin_before_they_end_and_some_last(ink: Ink) -> None:
    frame = truth_table(ink)
    ended = frame.filter(pl.col("end").is_not_null())
    assert 0 < ended.height < frame.height
    assert (ended["start"] <= ended["end"]).all()
    assert frame["severity"].is_between(1, 3).all()
    assert frame["child_id"].null_count() == 0


def test_a_child_has_one_need_at_a_time_in_a_domain(ink: Ink) -> None:
    frame = truth_table(ink).sort("child_id", "domain", "start")
    after = frame.with_columns(pl.col("start").shift(-1).over("child_id", "domain").alias("next"))
    assert after.filter(pl.col("next") <= pl.col("end")).is_empty()
