"""Lists are pooled from the newest back, no further than needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from tests.training.design.made import DAYS, Shape, make_rows
from training.design.estimate import Estimate, found_per_places, prevalence
from training.design.pooling import Pooled, pooled
from training.design.rules import DesignRules, load_rules
from training.design.sample import sample_of


def wanting(half_width: float) -> DesignRules:
    rules = load_rules()
    return replace(
        rules, half_width={**rules.half_width, "prevalence": half_width}, expected={**rules.expected, "prevalence": 0.2}
    )


def pool(rules: DesignRules, lists: int = 4) -> Pooled | None:
    rows = make_rows(Shape(lists=lists))
    return pooled(sample_of(rows), rows["as_of"].to_numpy(), prevalence(rows.height), rules)


def test_the_newest_list_is_enough_when_little_is_asked() -> None:
    found = pool(wanting(0.2))
    assert found is not None
    assert (found.lists, found.since, found.until, found.estimable) == (1, DAYS[-1], DAYS[-1], True)
    assert found.lower is not None
    assert found.lower < (found.value or 0) < (found.upper or 0)


def test_more_is_asked_more_lists_are_pooled() -> None:
    widths = (0.12, 0.09, 0.07, 0.05)
    lists = [found.lists for width in widths if (found := pool(wanting(width)))]
    assert lists == sorted(lists)
    assert lists[-1] > lists[0]


def test_what_never_reaches_the_half_width_tells_no_figure_but_bounds() -> None:
    found = pool(wanting(0.001))
    assert found is not None
    assert not found.estimable
    assert (found.value, found.lower, found.upper, found.lists) == (None, None, None, 4)
    assert isinstance(found.estimate, Estimate)
    assert found.estimate.bounded is not None


def test_lists_too_far_back_are_left_alone() -> None:
    rules = replace(wanting(0.001), pool=replace(load_rules().pool, days_at_most=100))
    found = pool(rules)
    assert found is not None
    assert (found.lists, found.since) == (2, date(2025, 7, 1))


def test_without_lists_there_is_nothing() -> None:
    rows = make_rows(Shape()).clear()
    assert pooled(sample_of(rows), rows["as_of"].to_numpy(), prevalence(0), load_rules()) is None


def test_stopping_does_not_prefer_low_estimates() -> None:
    """Told figures are right on average although lists are pooled only until they look sure enough."""
    errors = []
    for seed in range(25):
        rows = make_rows(Shape(seed=seed, need=0.2))
        found = pooled(sample_of(rows), rows["as_of"].to_numpy(), prevalence(rows.height), wanting(0.06))
        errors += [found.value - 0.2] if found and found.value is not None else []
    assert len(errors) > 15
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(len(errors))


def test_needs_per_places_have_a_half_width_of_their_own() -> None:
    rows = make_rows(Shape())
    top = np.arange(rows.height) % 8 < 4
    rules = load_rules()
    found = pooled(
        sample_of(rows), rows["as_of"].to_numpy(), found_per_places(top, np.full(rows.height, 2.0), rules), rules
    )
    assert found is not None
    assert 20 < (found.estimate.at_random or 0) < 60
    assert (found.estimate.half_width or 0) > 1
