"""Models of the support domains: chances where there is a model, and the domains named as likely."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.cli.console import UserError
from models.domains import NO_DOMAINS, DomainModel, DomainModels, LikelyRule, NotFitted
from models.release.manifest import json_bytes
from tests.models import making

CONTRACT = making.numbered(6)
MODELS = making.domain_models(CONTRACT)
NAN = np.nan


def with_rule(times: float, at_most: int) -> DomainModels:
    """Three domains with a model and base rates of 0.1, 0.2 and 0.4, and one without."""
    first, second = MODELS.fitted
    three = (
        replace(first, domain="a", base_rate=0.1),
        replace(second, domain="b", base_rate=0.2),
        replace(second, domain="c", base_rate=0.4),
    )
    return replace(MODELS, domains=(*three, MODELS.not_fitted[0]), likely_rule=LikelyRule(times, at_most))


def test_a_domain_has_its_calibrated_chance_and_none_without_a_model() -> None:
    matrix = making.rows(40, 6, seed=3)
    found = MODELS.probabilities(matrix)
    assert found.shape == (40, 3)
    assert found.dtype == np.float64
    for place, one in enumerate(MODELS.fitted):
        assert np.array_equal(found[:, place], one.calibration.probability(one.score(matrix)))
    assert np.isnan(found[:, 2]).all()
    assert len(np.unique(found[:, 0])) > 5


def test_values_are_read_as_32_bit_floats_and_not_known_as_the_fills_say() -> None:
    matrix = making.rows(40, 6, seed=3)
    assert np.array_equal(MODELS.probabilities(matrix.astype(np.float64)), MODELS.probabilities(matrix), equal_nan=True)
    first = MODELS.fitted[0]
    filled = replace(first, fills=replace(first.fills, medians=(2.0, *first.fills.medians[1:])))
    unknown = matrix.copy()
    unknown[:, 0] = NAN
    known = unknown.copy()
    known[:, 0] = 2.0
    assert np.array_equal(filled.score(unknown), filled.score(known))


def test_no_rows_have_no_chances() -> None:
    assert MODELS.probabilities(making.rows(0, 6)).shape == (0, 3)
    assert MODELS.likely(np.empty((0, 3))).to_list() == []


@pytest.mark.parametrize(
    ("chances", "likely"),
    [
        ((0.19, 0.39, 0.79, NAN), []),
        ((0.20, 0.39, 0.79, NAN), ["a"]),
        ((0.20, 0.40, 0.79, NAN), ["b", "a"]),
        ((0.20, 0.40, 0.80, NAN), ["c", "b"]),
        ((0.50, 0.50, 0.80, NAN), ["c", "a"]),
    ],
)
def test_likely_are_the_highest_chances_well_above_their_base_rate(
    chances: tuple[float, ...], likely: list[str]
) -> None:
    models = with_rule(2.0, 2)
    assert models.likely(np.array([chances])).to_list() == [likely]
    marks = models.likely_marks(np.array([chances]))[0]
    assert {name for name, mark in zip(models.names, marks, strict=True) if mark} == set(likely)


def test_more_may_be_named_than_there_are() -> None:
    assert with_rule(1.0, 9).likely(np.array([(0.2, 0.3, 0.9, NAN)])).to_list() == [["c", "b", "a"]]


def test_without_any_model_nothing_is_likely_and_nothing_unlikely() -> None:
    none = replace(MODELS, domains=MODELS.not_fitted)
    assert none.likely(none.probabilities(making.rows(2, 6))).to_list() == [None, None]
    assert NO_DOMAINS.likely(NO_DOMAINS.probabilities(making.rows(2, 6))).to_list() == [None, None]


def test_models_come_back_as_they_were_written() -> None:
    read = DomainModels.from_json(MODELS.to_json())
    assert read == MODELS
    assert json_bytes(read.to_json()) == json_bytes(MODELS.to_json())
    assert [type(one) for one in read.domains] == [DomainModel, DomainModel, NotFitted]
    assert read.not_fitted[0].counts.fit_positives == 3


def test_models_of_other_features_are_refused() -> None:
    MODELS.check(CONTRACT)
    with pytest.raises(UserError, match="domain 'living' was not grown on the features"):
        MODELS.check(making.numbered(5))
    first = MODELS.fitted[0]
    short = replace(first, fills=replace(first.fills, medians=(None,)))
    with pytest.raises(UserError, match="domain 'living'"):
        replace(MODELS, domains=(short,)).check(CONTRACT)
