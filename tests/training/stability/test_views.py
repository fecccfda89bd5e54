"""The list per household, by household size and without served children."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from tests.training.plans import small_plan
from tests.training.test_evaluation import scored_rows
from training.evaluation import MODEL, OVERDUE, RANDOM, ranking
from training.stability.settings import stability_rule
from training.stability.views import SIZE, View, by_household, see, views

JULY = date(2018, 7, 1)
HALF = replace(small_plan(), capacity=replace(small_plan().capacity, share=0.5))


def homes() -> pl.DataFrame:
    """Three households: of two children, of one, and of three."""
    return pl.DataFrame(
        {
            "child_id": ["a1", "a2", "b1", "c1", "c2", "c3"],
            "household_id": ["a", "a", "b", "c", "c", "c"],
            "as_of": JULY,
            "label": [False, True, None, False, None, False],
            "model": [1.0, 6.0, 5.0, 2.0, 3.0, 4.0],
            "overdue_first": [6.0, 5.0, 4.0, 3.0, 2.0, 1.0],
            "days_since_visit": [30, 30, None, 200, 200, 200],
        },
        schema_overrides={"label": pl.Boolean},
    )


def test_a_household_takes_its_highest_child_and_any_assessed_child_with_a_need_is_a_hit() -> None:
    found = by_household(homes(), [MODEL])
    assert found.select("household_id", MODEL, "label", SIZE).rows() == [
        ("a", 6.0, True, 2),
        ("b", 5.0, None, 1),
        ("c", 4.0, False, 3),
    ]


def test_the_views_of_a_list() -> None:
    found = {one.key: one for one in views(homes(), [MODEL, OVERDUE], stability_rule())}
    assert list(found) == ["child", "not_served", "household", "household_of_1", "household_of_2", "household_of_3"]
    assert found["child"].rows.height == 6
    assert found["not_served"].rows["child_id"].to_list() == ["b1", "c1", "c2", "c3"]  # never visited is not served
    assert found["household_of_3"].rows.filter("inside")["household_id"].to_list() == ["c"]
    assert "90" in found["not_served"].label.zh
    assert found["household_of_3"].label.en == "households of 3 or more"


def test_figures_of_a_size_speak_of_its_places_in_the_whole_list() -> None:
    found = {one.key: one for one in views(homes(), [MODEL, OVERDUE], stability_rule())}
    two_thirds = replace(HALF, capacity=replace(HALF.capacity, share=0.67))  # two of three households: a and b
    seen = {key: see(view, OVERDUE, two_thirds) for key, view in found.items() if key.startswith("household")}
    whole, one, two, three = (seen[key] for key in ("household", "household_of_1", "household_of_2", "household_of_3"))
    assert whole is not None
    assert (whole.of_list, whole.null_share, whole.precision.value) == (1, 0.5, 1)
    assert (whole.least, whole.most) == (0.5, 1)
    assert one is not None
    assert (one.of_list, one.null_share, one.precision.value, one.least, one.most) == (0.5, 1, None, 0, 1)
    assert two is not None
    assert (two.of_list, two.precision.value, two.recall.value) == (0.5, 1, 1)
    assert three is not None
    assert (three.of_list, three.precision.value) == (0, None)


def test_every_child_gives_the_figures_of_the_estimates() -> None:
    rows, plan = scored_rows(), small_plan()
    child = views(rows, [MODEL, OVERDUE], stability_rule())[0]
    seen = see(child, OVERDUE, plan)
    measured = ranking(rows, MODEL, plan)
    assert seen is not None
    assert seen.precision.value == pytest.approx(measured.at_k.precision)
    assert seen.recall.value == pytest.approx(measured.at_k.recall)
    assert seen.null_share == pytest.approx(measured.at_k.null_share)
    assert (seen.least, seen.most) == pytest.approx((measured.at_k.lower, measured.at_k.upper))
    assert seen.gain.value == pytest.approx((seen.precision.value or 0) - (seen.baseline.value or 0))
    assert (seen.gain.lower or 0) < (seen.gain.value or 0) < (seen.gain.upper or 0)


def test_chance_may_stand_in_for_a_baseline() -> None:
    rows, plan = scored_rows(), small_plan()
    seen = see(views(rows, [MODEL], stability_rule())[0], RANDOM, plan)
    assert seen is not None
    assert seen.baseline.value == pytest.approx(rows["label"].mean(), abs=0.01)


def test_a_view_without_a_row_is_left_out() -> None:
    child = views(homes(), [MODEL, OVERDUE], stability_rule())[0]
    assert see(View(child.key, child.label, child.rows.clear()), OVERDUE, HALF) is None
