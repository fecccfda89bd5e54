"""Tests of ``training.visitor.history``."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.contract import feature_contract
from features.definition import load_definition
from tests.training.made import WINDOWS, make_part
from tests.training.plans import small_plan
from training.visitor.history import WITH, WITHOUT, ablation, finding_columns


def test_columns_made_of_findings_are_found_through_other_features_too() -> None:
    definition = load_definition()
    contract = feature_contract(definition)
    names = {contract.names[place] for place in finding_columns(definition, contract)}
    assert {"findings_90d", "found_at_last", "siblings_findings", "open", "worst_730d"} & names >= {
        "found_at_last",
        "siblings_findings",
        "open",
    }
    assert not names & {"age", "siblings", "youngest", "last_visit", "boarding", "village_poor"}


def test_an_order_that_tells_more_gains_and_has_an_interval() -> None:
    part = make_part(WINDOWS.test, households=400)
    need = np.nan_to_num(part.matrix[:, 0].astype(np.float64))
    rows = part.rows.with_columns(pl.Series(WITH, need), pl.Series(WITHOUT, part.matrix[:, 2].astype(np.float64)))
    found = ablation(rows, small_plan(), 5)
    assert found.columns == 5
    assert (found.gain.lower or 0) > 0
    assert (found.auc_with or 0) > (found.auc_without or 0)
    assert found.gain.value is not None
    assert found.with_history.value is not None
    assert abs(found.gain.value - (found.with_history.value - (found.without_history.value or 0))) < 1e-9
