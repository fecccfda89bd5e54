"""Tests of ``training.visitor.visits`` and ``training.visitor.settings``."""

from __future__ import annotations

from tests.training.made import WINDOWS, make_part
from training.visitor.settings import visitor_rule
from training.visitor.visits import WEIGHT, visit_rows


def test_every_visit_counts_once_by_its_newest_rows() -> None:
    rows = make_part(WINDOWS.test).rows
    again = rows.with_columns(rows["visit_id"].str.head(7).alias("visit_id"))  # one visit labels both dates
    found = visit_rows(again)
    assert found[WEIGHT].sum() == found["visit_id"].n_unique()
    assert found.group_by("visit_id", "child_id").len()["len"].max() == 1
    newest = again.drop_nulls("label").group_by("visit_id", "child_id").agg(as_of=again["as_of"].max())
    assert found.height == newest.height
    assert set(found["as_of"]) == set(WINDOWS.test)
    both = again.drop_nulls("label").group_by("visit_id", "child_id").len().filter(len=2).head(1)["child_id"].item()
    assert found.filter(child_id=both)["as_of"].to_list() == [WINDOWS.test[-1]]


def test_the_settings_can_be_read() -> None:
    rule = visitor_rule()
    assert 0 < rule.villages.one_visitor_share_at_most < 1
    assert rule.adjusting.folds > 1
