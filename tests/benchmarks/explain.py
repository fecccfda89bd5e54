"""Scores with reasons against ``shap.TreeExplainer`` on one model: 300 trees, 31 leaves, depth 6, 60 features.

Ours does the whole work of a score table: scores, exact contributions, one-hot parts merged, reasons chosen. The peers
make contributions only. Left alone, shap asks LightGBM itself, as ours does: no more than a tie can be expected there.
Its own code is the second peer, and the independent judge of the values.

Example: python -m tests.benchmarks.explain --rows 20000 --json explain.json
"""

from __future__ import annotations

from functools import partial

import lightgbm
import numpy as np
import numpy.typing as npt

from models.explain import Explanations, explain
from models.reasons import choose_reasons
from models.risk_model import RiskModel
from tests.benchmarks.report import Row, arguments, compare, race, show
from tests.models import making
from tests.models.oracle import shap_explainer, shap_values

FEATURES, CODES, TREES, LEAVES, DEPTH, FIT_ROWS = 60, 5, 300, 31, 6, 20_000
DEFAULT_ROWS = (2_000,)
OURS = "ours"


def model_of_the_size() -> RiskModel:
    """The model both explain; the first columns are the codes of one category."""
    contract = making.numbered(FEATURES, parts=CODES)
    booster = making.grow(
        making.rows(FIT_ROWS, FEATURES), contract.names, TREES, num_leaves=LEAVES, max_depth=DEPTH, min_data_in_leaf=20
    )
    return making.risk_model(booster, contract)


def score_with_reasons(model: RiskModel, matrix: making.Matrix) -> Explanations:
    """All that a score table says of the rows; the explanations are returned so that they can be compared."""
    scores = model.score(matrix)
    model.probability(scores)
    model.cutoffs.band(scores)
    explanations = explain(model, matrix)
    # The columns after the one-hot feature stand for themselves; the first stands for all its parts.
    values = matrix[:, CODES - 1 :].astype(np.float64)
    choose_reasons(explanations, values, np.full(values.shape, "2016-07-31", dtype="datetime64[D]"))
    return explanations


def compared(model: RiskModel, count: int, repeats: int) -> list[Row]:
    """Ours against shap on ``count`` rows, on one thread each: as it comes, and with its own code."""
    matrix = making.rows(count, FEATURES, seed=1)
    booster = lightgbm.Booster(model_str=model.booster_text)
    peers = {"shap.TreeExplainer": shap_explainer(booster), "shap, own code": shap_explainer(booster, own=True)}
    timings = race(
        {OURS: lambda: score_with_reasons(model, matrix)}
        | {name: partial(shap_values, peer, matrix) for name, peer in peers.items()},
        repeats=repeats,
        warm=False,
    )
    ours = score_with_reasons(model, matrix).contributions
    return [
        compare(
            f"explain {count} rows", timings, OURS, name, max_difference=_difference(ours, shap_values(peer, matrix))
        )
        for name, peer in peers.items()
    ]


def _difference(ours: npt.NDArray[np.float64], peer: npt.NDArray[np.float64]) -> float:
    merged = np.column_stack([peer[:, :CODES].sum(axis=1), peer[:, CODES:]])
    return float(np.abs(ours - merged).max())


def main() -> None:
    """Run the comparison for each number of rows asked for."""
    asked = arguments("Scores with reasons against shap.TreeExplainer.", rows=DEFAULT_ROWS).parse_args()
    model = model_of_the_size()
    rows = [row for count in asked.rows or DEFAULT_ROWS for row in compared(model, count, asked.repeats)]
    show(rows, asked.json)


if __name__ == "__main__":
    main()
