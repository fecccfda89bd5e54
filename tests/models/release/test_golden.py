"""Golden vectors: made up, repeatable, and strict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.release.golden import GoldenVectors, check_golden, make_golden
from models.release.limits import limits
from models.release.manifest import BundleError
from tests.models import making

MODEL = making.small_model()
DOMAINS = making.domain_models(MODEL.contract)
GOLDEN = make_golden(MODEL, DOMAINS)


def test_they_are_made_from_the_ranges_of_the_contract_alone() -> None:
    assert GOLDEN.rows.shape == (limits().golden_rows, 6)
    known = GOLDEN.rows[~np.isnan(GOLDEN.rows)]
    assert ((known >= -3) & (known <= 3)).all()
    assert np.isnan(GOLDEN.rows).any()


def test_the_same_model_gives_the_same_vectors() -> None:
    assert make_golden(MODEL, DOMAINS).to_json() == GOLDEN.to_json()


def test_a_model_reproduces_its_own_vectors_after_a_round_trip() -> None:
    read = GoldenVectors.from_json(GOLDEN.to_json())
    assert (read.scores == GOLDEN.scores).all()
    assert np.array_equal(read.rows, GOLDEN.rows, equal_nan=True)
    assert np.array_equal(read.domains, GOLDEN.domains, equal_nan=True)
    check_golden(MODEL, DOMAINS, read, Path("bundle"))


def test_a_score_that_differs_is_refused() -> None:
    other = replace(GOLDEN, scores=GOLDEN.scores + 2 * limits().golden_tolerance)
    with pytest.raises(BundleError, match="does not reproduce the score"):
        check_golden(MODEL, DOMAINS, other, Path("bundle"))


def test_a_contribution_that_differs_is_refused() -> None:
    changed = GOLDEN.contributions.copy()
    changed[3, 2] += 1e-6
    with pytest.raises(BundleError, match="does not reproduce the contributions"):
        check_golden(MODEL, DOMAINS, replace(GOLDEN, contributions=changed), Path("bundle"))


def test_a_score_that_is_not_a_number_is_refused() -> None:
    scores = GOLDEN.scores.copy()
    scores[0] = np.nan
    with pytest.raises(BundleError, match="does not reproduce the score"):
        check_golden(MODEL, DOMAINS, replace(GOLDEN, scores=scores), Path("bundle"))


def test_a_domain_without_a_model_has_no_chance_and_the_others_have_one() -> None:
    assert np.isnan(GOLDEN.domains).any(axis=0).tolist() == [False, False, True]
    assert make_golden(MODEL).domains.shape == (len(GOLDEN.rows), 0)


@pytest.mark.parametrize("change", [2 * limits().golden_tolerance, np.nan])
def test_a_chance_of_a_domain_that_differs_is_refused(change: float) -> None:
    changed = GOLDEN.domains.copy()
    changed[0, 1] += change
    with pytest.raises(BundleError, match="models of the domains do not reproduce the chances"):
        check_golden(MODEL, DOMAINS, replace(GOLDEN, domains=changed), Path("bundle"))


def test_models_of_other_domains_are_refused() -> None:
    with pytest.raises(BundleError, match="models of the domains do not reproduce the chances"):
        check_golden(MODEL, making.domain_models(MODEL.contract, ("living",)), GOLDEN, Path("bundle"))


def test_another_model_is_refused() -> None:
    with pytest.raises(BundleError, match="does not reproduce the score"):
        check_golden(making.small_model(num_leaves=5), DOMAINS, GOLDEN, Path("bundle"))


@pytest.mark.parametrize(
    "raw",
    [
        {"rows": [], "scores": [], "contributions": [], "domains": []},
        {"rows": [[1.0]], "scores": [], "contributions": [[0.0, 0.0]], "domains": [[0.5]]},
        {"rows": [[1.0]], "scores": [0.0], "contributions": [[0.0]], "domains": [[0.5]]},
        {"rows": [[1.0]], "scores": [0.0], "contributions": [[0.0, 0.0]], "domains": [[0.5], [0.5]]},
        {"rows": [[1.0], [1.0, 2.0]], "scores": [0.0, 0.0], "contributions": [[0.0], [0.0]], "domains": [[], []]},
    ],
)
def test_vectors_that_do_not_fit_each_other_are_refused(raw: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"do not fit|not enough values|inhomogeneous"):
        GoldenVectors.from_json(raw)
