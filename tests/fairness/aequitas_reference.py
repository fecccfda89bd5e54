"""What Aequitas 1.1 and fairlearn 0.15 count on the made table, written to ``reference.json``.

Both need pandas 2, so they live in an environment of their own; from the root of the repository:

    uv venv oracle && uv pip install --python oracle aequitas==1.1 fairlearn==0.15 polars
    oracle/bin/python -m tests.fairness.aequitas_reference
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.fairness.made import large

REFERENCE = Path(__file__).with_name("reference.json")
REFERENCES = {"group_sex": "boy", "group_ethnicity": "han"}


def counted_by_aequitas(table: Any) -> dict[str, Any]:
    """Shares per group and their ratios to the reference as Aequitas has them."""
    from aequitas.bias import Bias
    from aequitas.group import Group

    counts, _ = Group().get_crosstabs(table, attr_cols=list(REFERENCES))
    ratios = Bias().get_disparity_predefined_groups(counts, table, REFERENCES, alpha=0.05, check_significance=False)
    names = {"recall": "tpr", "precision": "precision", "false_omission": "for", "selection_rate": "pprev"}
    found: dict[str, Any] = {}
    for _, row in ratios.iterrows():
        measures = {ours: float(row[theirs]) for ours, theirs in names.items()}
        against = {ours: float(row[f"{theirs}_disparity"]) for ours, theirs in names.items()}
        found[f"{row['attribute_name']} {row['attribute_value']}"] = {"measures": measures, "ratios": against}
    return found


def counted_by_fairlearn(table: Any) -> dict[str, Any]:
    """The same shares by MetricFrame."""
    from fairlearn.metrics import MetricFrame, selection_rate, true_positive_rate
    from sklearn.metrics import precision_score

    def false_omission(truth: Any, listed: Any) -> float:
        return float(truth[listed == 0].mean())

    metrics = {
        "recall": true_positive_rate,
        "precision": precision_score,
        "false_omission": false_omission,
        "selection_rate": selection_rate,
    }
    found = {}
    for column in REFERENCES:
        frame = MetricFrame(
            metrics=metrics, y_true=table["label_value"], y_pred=table["score"], sensitive_features=table[column]
        )
        for group, row in frame.by_group.iterrows():
            found[f"{column} {group}"] = {name: float(row[name]) for name in metrics}
    return found


def main() -> None:
    """Count and write."""
    import pandas as pd

    rows = large()
    table = pd.DataFrame({column: rows[column].to_list() for column in REFERENCES})
    table["label_value"] = [int(bool(one)) for one in rows["label"].to_list()]
    table["score"] = [int(one) for one in rows["listed"].to_list()]
    content = {
        "versions": {name: version(name) for name in ("aequitas", "fairlearn")},
        "aequitas": counted_by_aequitas(table),
        "fairlearn": counted_by_fairlearn(table),
    }
    REFERENCE.write_text(json.dumps(content, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
