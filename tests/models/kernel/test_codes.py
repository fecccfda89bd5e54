"""Codes and the tests made of conditions."""

from __future__ import annotations

import numpy as np
import pytest

from models.kernel.codes import Codebook, CodeTest, Condition
from models.kernel.trees import KernelUnsupportedError, Missing, Tree


def codebook(cuts: int, missing: Missing = Missing.NAN) -> Codebook:
    return Codebook((np.arange(cuts, dtype=np.float64),), (missing,))


def lets_through(book: Codebook, test: CodeTest, code: int | None) -> bool:
    """What the kernel's loop does: the test of a value's code, or of missing (None), in the codes' own arithmetic."""
    kind = np.dtype(book.dtype)
    missing_code = list(book.columns)[test.column].missing_code
    seen = np.array(missing_code if code is None else code, dtype=kind)
    with np.errstate(over="ignore"):
        return bool(seen - np.array(test.start, dtype=kind) <= np.array(test.width, dtype=kind))


def check(book: Codebook, condition: Condition) -> None:
    test = book.test(condition)
    top = len(book.cuts[0])
    wanted = [condition.low <= code <= condition.high for code in range(top + 1)]
    assert [lets_through(book, test, code) for code in range(top + 1)] == wanted
    assert lets_through(book, test, None) == condition.missing


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("cuts", range(1, 7))
def test_every_condition_lets_through_what_it_says(cuts: int, missing: bool) -> None:  # noqa: FBT001
    for low in range(cuts + 1):
        for high in range(cuts + 1):
            check(codebook(cuts), Condition(0, low, high, missing))


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("cuts", [252, 253, 254, 255, 256])
def test_codes_change_to_two_bytes_before_one_overflows(cuts: int, missing: bool) -> None:  # noqa: FBT001
    book = codebook(cuts)
    assert book.dtype is (np.uint8 if cuts <= 253 else np.uint16)
    for low, high in [(0, 0), (0, cuts), (cuts, cuts), (0, cuts - 1), (1, cuts), (3, 200), (200, 3), (cuts, 0)]:
        check(book, Condition(0, low, high, missing))


def test_one_column_serves_all_conditions_but_missing_with_values_between() -> None:
    book = codebook(5)
    for low, high, missing in [(0, 2, True), (3, 5, True), (0, 2, False), (2, 4, False), (4, 1, True)]:
        book.test(Condition(0, low, high, missing))
    assert len(book.columns) == 1
    book.test(Condition(0, 2, 4, missing=True))
    assert book.column_rows() == [(0, Missing.NAN, 6, 0), (0, Missing.NAN, 2, 0)]


def test_conditions_of_one_feature_narrow_each_other() -> None:
    left, right = Condition(0, 0, 4, missing=True), Condition(0, 2, 5, missing=False)
    assert left.narrowed(right) == Condition(0, 2, 4, missing=False)


def tree(missing: list[int]) -> Tree:
    """A tree of two splits on one feature."""
    return Tree(
        feature=np.array([0, 0]),
        threshold=np.array([0.5, -0.5]),
        default_left=np.array([True, False]),
        missing=np.array(missing),
        left=np.array([1, -1]),
        right=np.array([-3, -2]),
        rows=np.array([30.0, 20.0]),
        leaf_value=np.array([1.0, 2.0, 4.0]),
        leaf_rows=np.array([5.0, 15.0, 10.0]),
    )


def test_a_split_becomes_two_conditions() -> None:
    grown = tree([2, 2])
    book = Codebook.of([grown], 2)
    assert [cuts.tolist() for cuts in book.cuts] == [[-0.5, 0.5], []]
    assert book.condition(grown, 0, left=True) == Condition(0, 0, 1, missing=True)
    assert book.condition(grown, 0, left=False) == Condition(0, 2, 2, missing=False)
    assert book.condition(grown, 1, left=False) == Condition(0, 1, 2, missing=True)


def test_nothing_is_missing_where_the_trees_know_no_missing_values() -> None:
    grown = tree([0, 0])
    assert not Codebook.of([grown], 1).condition(grown, 0, left=True).missing


def test_splits_that_do_not_agree_on_what_is_missing_are_refused() -> None:
    with pytest.raises(KernelUnsupportedError, match="feature 0 do not agree"):
        Codebook.of([tree([2, 1])], 1)


def test_a_model_without_splits_has_an_empty_codebook() -> None:
    book = Codebook.of([], 3)
    assert [len(cuts) for cuts in book.cuts] == [0, 0, 0]
    assert book.dtype is np.uint8
