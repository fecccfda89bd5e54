"""The sentences on the first places."""

from __future__ import annotations

from features.definition.feature import feature_specs
from tests.builders import default_definition
from training.evaluation import Ranking
from training.metrics import AtK, OverDates
from training.single_features import FeatureOrder, FeatureOrders
from training.stability.overlap import TopStability
from training.stability.resample import NOT_ESTIMABLE, Interval
from training.stability.words import (
    feature_words,
    features_table,
    interval_cell,
    null_words,
    ranking_words,
    stability_words,
)


def test_what_stays_is_said_beside_what_would_stay_by_lot() -> None:
    (said,) = stability_words(TopStability((0.8, 0.9), 0.7, 0.1, thinned=False))
    assert said.en == (
        "Trained again with another seed alone, 85 % of the first places stay on average (10 % by lot). "
        "With the last month of learning taken away, 70 % of the list stays."
    )
    assert "85 %" in said.zh
    assert "70 %" in said.zh


def test_what_bounds_the_work_and_what_cannot_be_said_is_said() -> None:
    short, thinned = stability_words(TopStability((0.8,), None, 0.1, thinned=True))
    assert "too short" in short.en
    assert "drawn by whole households" in thinned.en
    (none,) = stability_words(TopStability((), None, 0.1, thinned=False))
    assert "not estimable" in none.en


def test_unlooked_places_stand_with_their_bounds() -> None:
    measured = OverDates((AtK(10, 5, 2, 4, 1),))
    said = null_words(Ranking("model", 0.7, measured, measured, measured))
    assert said.en.startswith("Nobody looked at 50 % of the first places")
    assert "between 0.200 and 0.700" in said.en


def test_a_feature_is_called_by_its_label_and_a_part_of_a_category_by_its_value_too() -> None:
    definition = default_definition()
    plain = next(spec for spec in feature_specs(definition) if len(spec.columns) == 1)
    parts = next(spec for spec in feature_specs(definition) if spec.codes)
    assert feature_words(FeatureOrder(plain.columns[0], 0, 1, 0.2), definition) == plain.label
    words = feature_words(FeatureOrder(parts.columns[0], 0, 1, 0.2), definition)
    assert words.en.startswith(f"{parts.label.en}: ")


def test_the_middle_feature_stands_below_the_best_with_its_place() -> None:
    definition = default_definition()
    names = [name for spec in feature_specs(definition) for name in spec.columns][:9]
    orders = FeatureOrders(tuple(FeatureOrder(name, i, 1 - 2 * (i % 2), 0.5 - i / 100) for i, name in enumerate(names)))
    rows = features_table(orders, definition, 2).rows
    assert [row[2] for row in rows] == ["1", "2", "5"]
    assert [row[3] for row in rows] == ["0.500", "0.490", "0.460"]
    assert len(features_table(orders, definition, 9).rows) == 9
    assert features_table(FeatureOrders(()), definition, 2).rows == ()


def test_a_figure_without_ends_or_without_a_value_says_so() -> None:
    assert interval_cell(Interval(0.2, 0.1, 0.3)).en == "0.200 (0.100, 0.300)"
    assert interval_cell(Interval(0.2, None, None)).en == "0.200"
    assert interval_cell(NOT_ESTIMABLE).en == "not estimable"
    assert ranking_words("something").en == "something"
