"""Who stays, enters and leaves, counted by hand."""

from __future__ import annotations

import polars as pl
import pytest

from training.challenger.moves import GroupMoves, list_change


def rows() -> pl.DataFrame:
    """Ten children; the first three places of one order are a, b, c, those of the other a, d, e."""
    children = list("abcdefghij")
    return pl.DataFrame(
        {
            "child_id": children,
            "household_id": ["1", "2", "3", "3", *"456789"],
            "place_challenger": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            "place_release": [1, 4, 5, 2, 3, 6, 7, 8, 9, 10],
            "group_sex": ["girl", "girl", "boy", "boy", None, *["boy"] * 5],
        }
    )


def test_a_change_in_counts() -> None:
    change, moved = list_change(rows(), 0.3)
    assert (change.cohort, change.k, change.stays, change.enters, change.households) == (10, 3, 1, 2, 2)
    assert change.overlap == pytest.approx(1 / 3)
    assert change.rank_correlation == pytest.approx(1 - 6 * (4 + 4 + 4 + 4) / (10 * 99))
    assert change.groups == {
        "sex": {
            "boy": GroupMoves(cohort=7, stays=0, enters=1, leaves=1),
            "girl": GroupMoves(cohort=2, stays=1, enters=1, leaves=0),
            "not known": GroupMoves(cohort=1, stays=0, enters=0, leaves=1),
        }
    }
    assert dict(moved.select("child_id", "move").iter_rows()) == {
        "a": "stays", "b": "enters", "c": "enters", "d": "leaves", "e": "leaves",
    }  # fmt: skip


def test_the_same_order_changes_nothing() -> None:
    same = rows().with_columns(pl.col("place_challenger").alias("place_release"))
    change, moved = list_change(same, 0.3)
    assert (change.overlap, change.enters) == (1.0, 0)
    assert change.rank_correlation == pytest.approx(1.0)
    assert moved["move"].unique().to_list() == ["stays"]


def test_a_single_child_has_no_rank_correlation() -> None:
    assert list_change(rows().head(1), 0.3)[0].rank_correlation is None


def test_without_groups_there_are_none() -> None:
    assert list_change(rows().drop("group_sex"), 0.3)[0].groups == {}
