"""Explanations against ``shap.TreeExplainer`` on one model: 300 trees, 31 leaves, depth 6, 60 features, one thread.

"contributions" sets the same work against each other: ours come from the batch kernel. "score table" sets all that a
score table says (scores, contributions, one-hot parts merged, reasons chosen) against the peers' contributions alone.
Left alone, shap asks LightGBM itself. Its own code is the second peer, and the independent judge of the values.
The kernel is made once in each process; its seconds stand in a line of their own and not in the table.

Example: python -m tests.benchmarks.explain --rows 20000 --json explain.json
"""

from __future__ import annotations

import time
from functools import partial

import lightgbm
import numpy as np
import numpy.typing as npt

from models.explain import Explanations, explain
from models.kernel.limits import kernel_limits
from models.reasons import choose_reasons
from models.risk_model import RiskModel
from tests.benchmarks.report import Row, arguments, compare, race, show
from tests.models import making
from tests.models.oracle import shap_explainer, shap_values

FEATURES, CODES, TREES, LEAVES, DEPTH, FIT_ROWS = 60, 5, 300, 31, 6, 20_000
DEFAULT_ROWS = (2_000,)
CONTRIBUTIONS, SCORE_TABLE = "contributions", "score table"


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
        {
            f"{CONTRIBUTIONS}, {count} rows": lambda: model.contributions(matrix),
            f"{SCORE_TABLE}, {count} rows": lambda: score_with_reasons(model, matrix),
        }
        | {name: partial(shap_values, peer, matrix) for name, peer in peers.items()},
        repeats=repeats,
        warm=False,
    )
    plain, merged = model.contributions(matrix)[:, :-1], score_with_reasons(model, matrix).contributions
    rows = []
    for name, peer in peers.items():
        values = shap_values(peer, matrix)
        for work, ours, theirs in ((CONTRIBUTIONS, plain, values), (SCORE_TABLE, merged, _merged(values))):
            label, difference = f"{work}, {count} rows", float(np.abs(ours - theirs).max())
            rows.append(compare(label, timings, label, name, max_difference=difference))
    return rows


def _merged(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.column_stack([values[:, :CODES].sum(axis=1), values[:, CODES:]])


def main() -> None:
    """Run the comparison for each number of rows asked for."""
    asked = arguments("Scores with reasons against shap.TreeExplainer.", rows=DEFAULT_ROWS).parse_args()
    model = model_of_the_size()
    started = time.perf_counter()
    model.contributions(making.rows(kernel_limits().least_rows, FEATURES))
    print(f"the kernel made, with compiled loops {time.perf_counter() - started:.1f} s")
    rows = [row for count in asked.rows or DEFAULT_ROWS for row in compared(model, count, asked.repeats)]
    show(rows, asked.json)


if __name__ == "__main__":
    main()
