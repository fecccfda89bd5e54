"""Support: facts beyond what the reference had, and children with more of them than hardly any child of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.release.limits import limits
from models.release.reference import ReferenceDistribution, reference_distribution
from models.support import Support, support_limits, with_facts_outside

LEAST = limits().reference_minimum_count
NAMES = ("age", "kind_a", "kind_b", "distance", "often_missing")
SOURCES = ("age", "kind", "kind", "distance", "often_missing")
Matrix = npt.NDArray[np.float32]


def _rows(count: int, seed: int = 3) -> Matrix:
    random = np.random.default_rng(seed)
    kind = random.integers(0, 2, count)
    missing = np.where(random.random(count) < 0.3, np.nan, random.normal(size=count))
    columns = (random.uniform(0, 16, count), kind == 0, kind == 1, random.lognormal(0, 1, count), missing)
    return np.column_stack(columns).astype(np.float32)


@pytest.fixture(scope="module")
def reference() -> ReferenceDistribution:
    rows = _rows(5000)
    return with_facts_outside(reference_distribution(rows, NAMES), rows, SOURCES)


@pytest.fixture(scope="module")
def support(reference: ReferenceDistribution) -> Support:
    return Support.of(reference, SOURCES)


def _row(**changed: float) -> Matrix:
    row = dict(zip(NAMES, (8.0, 1.0, 0.0, 1.0, 0.0), strict=True)) | changed
    return np.array([[row[name] for name in NAMES]], dtype=np.float32)


def test_at_most_the_declared_share_of_children_like_the_reference_lies_outside(support: Support) -> None:
    assert support.test(_rows(5000)).rows.mean() <= support_limits().share_of_reference
    assert support.test(_rows(20_000, seed=8)).rows.mean() <= support_limits().share_of_reference


def test_one_odd_fact_takes_no_score_away_and_two_do(support: Support) -> None:
    assert support.least == support_limits().least_facts == 2
    assert not support.test(_row(age=40)).rows.any()
    odd = support.test(_row(age=40, distance=9e5))
    assert odd.rows.all()
    assert odd.named() == [["age", "distance"]]


def test_a_value_missing_where_none_ever_was_is_outside_and_elsewhere_is_not(support: Support) -> None:
    gone = support.test(_row(age=np.nan, kind_a=np.nan, kind_b=np.nan, often_missing=np.nan))
    assert gone.named() == [["age", "kind"]]


def test_parts_of_one_fact_count_once(support: Support) -> None:
    both = support.test(_row(kind_a=7, kind_b=7))
    assert both.facts.sum() == 1
    assert not both.rows.any()


def test_at_most_three_facts_are_named_in_the_order_of_the_contract(support: Support) -> None:
    (named,) = support.test(_row(age=99, kind_a=5, distance=9e5, often_missing=500)).named()
    assert named == ["age", "kind", "distance"]


def test_columns_of_a_feature_may_stand_apart() -> None:
    rows = _rows(3000)[:, [1, 0, 2]]
    support = Support.of(reference_distribution(rows, ["kind_a", "age", "kind_b"]), ["kind", "age", "kind"])
    odd = np.array([[0, 50, 9], [0, 5, 1]], dtype=np.float32)
    assert support.test(odd).facts.tolist() == [[True, True], [False, False]]


def test_a_row_is_judged_alike_alone_and_among_many(support: Support) -> None:
    rows = np.concatenate([_rows(5000, seed=5), _row(age=40, distance=9e5)])
    rows[::7, 0] = 99
    together = support.test(rows)
    alone = np.concatenate([support.test(rows[place : place + 1]).facts for place in range(len(rows))])
    assert (together.facts == alone).all()
    assert support.test(rows.astype(np.float64)).rows.tolist() == together.rows.tolist()


def test_rows_of_a_frail_reference_need_more_facts_to_lie_outside() -> None:
    random = np.random.default_rng(1)
    rows = random.standard_cauchy((200, 40)).astype(np.float32)
    names = [f"f{place}" for place in range(40)]
    made = with_facts_outside(reference_distribution(rows, names), rows, names)
    assert made.facts_outside is not None
    assert made.facts_outside > support_limits().least_facts
    assert Support.of(made, names).test(rows).rows.mean() <= support_limits().share_of_reference


def test_a_bundle_of_an_earlier_version_tells_of_missing_values_alone(reference: ReferenceDistribution) -> None:
    raw = reference.to_json()
    del raw["facts_outside"]
    for part in raw["features"]:
        del part["low"], part["high"]
    before = ReferenceDistribution.from_json(raw)
    assert before.to_json() == raw
    support = Support.of(before, SOURCES)
    assert support.least == support_limits().facts_if_not_said == 3
    assert not support.test(_row(age=99, kind_a=5, distance=9e5)).facts.any()
    gone = support.test(_row(age=np.nan, kind_a=np.nan, distance=np.nan))
    assert gone.rows.all()


def test_what_the_reference_knew_nothing_of_is_not_tested() -> None:
    rows = np.full((50, 1), np.nan, dtype=np.float32)
    support = Support.of(reference_distribution(rows, ["a"]), ["a"])
    assert not support.test(np.array([[1e9], [np.nan]], dtype=np.float32)).facts.any()


def test_the_reference_reads_what_it_wrote(reference: ReferenceDistribution) -> None:
    assert ReferenceDistribution.from_json(reference.to_json()) == reference


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=LEAST, max_size=120))
def test_limits_leave_fewer_than_the_least_count_on_either_side(column: list[float]) -> None:
    values = np.array(column, dtype=np.float32)
    part = reference_distribution(values[:, None], ["a"]).features[0]
    assert part.low is not None
    assert part.high is not None
    assert (values < part.low).sum() < LEAST
    assert (values > part.high).sum() < LEAST
    support = Support.of(reference_distribution(values[:, None], ["a"]), ["a"])
    inside = values[(values >= np.float32(part.low)) & (values <= np.float32(part.high))]
    assert not support.test(inside[:, None]).facts.any()
    far = part.high + (support_limits().margin + 0.1) * (part.high - part.low) + 1
    assert support.test(np.array([[far]], dtype=np.float32)).facts.all() or np.float32(far) == np.float32(part.high)


def test_a_little_beyond_the_reference_is_no_odd_fact() -> None:
    rows = np.linspace(0, 100, 1000, dtype=np.float32)[:, None]
    support = Support.of(reference_distribution(rows, ["a"]), ["a"])
    tried = np.array([[-20], [120], [-30], [130]], dtype=np.float32)
    assert support.test(tried).facts[:, 0].tolist() == [False, False, True, True]
