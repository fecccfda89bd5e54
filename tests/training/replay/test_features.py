"""Tests of ``training.replay.features``."""

from __future__ import annotations

import numpy as np

from features.contract import FeatureContract
from tests.training.made import CONTRACT, WINDOWS, make_part
from training.dataset import Part
from training.replay.features import strongest_features


def test_the_strongest_feature_comes_first_with_the_end_that_comes_first() -> None:
    part = make_part(WINDOWS.calibrate)
    first = strongest_features([part], CONTRACT, 2)[0]
    assert (first.name, first.sign, first.order) == ("need", 1, "only need")
    turned = Part(-part.matrix, part.rows)
    again = strongest_features([turned], CONTRACT, 2)[0]
    assert (again.name, again.sign) == ("need", -1)
    assert again.scores(turned.matrix)[:5].tolist() == first.scores(part.matrix)[:5].tolist()


def test_a_value_that_is_not_known_comes_last_whichever_end_is_first() -> None:
    part = make_part(WINDOWS.calibrate)
    for one in strongest_features([part], CONTRACT, 4):
        unknown = np.isnan(part.matrix[:, one.column])
        assert (one.scores(part.matrix)[unknown] == -np.inf).all()


def test_the_parts_of_one_feature_are_shown_once() -> None:
    part = make_part(WINDOWS.calibrate)
    joined = FeatureContract(CONTRACT.names, ("need", "need", "noise", "empty"), (0,) * 4, CONTRACT.ranges)
    assert [one.source for one in strongest_features([part], joined, 4)].count("need") == 1


def test_rows_of_one_kind_order_nothing() -> None:
    part = make_part(WINDOWS.calibrate)
    without = part.where(~part.rows["label"].fill_null(value=True).to_numpy())
    assert strongest_features([without], CONTRACT, 4) == ()
