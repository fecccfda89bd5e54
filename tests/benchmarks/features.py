"""Features: ours on Polars against the same features by hand in plain pandas and in Polars.

Run: python -m tests.benchmarks.features [--rows 100000] [--json FILE]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from features.definition import Definition
from features.table import build_feature_table
from tests.benchmarks.feature_data import AS_OF, make_data
from tests.benchmarks.feature_peers import pandas_features, polars_features
from tests.benchmarks.report import Row, arguments, compare, race, show
from tests.builders import as_pandas, default_definition

DEFAULT_ROWS = (100_000, 1_000_000)
BY_HAND = (
    "age", "boarding", "guardian", "guardian_age", "guardianship", "parents_away", "guardian_changed",
    "guardianship_change_ago", "dwelling", "distance_school", "dibao", "visits", "visits_met_share", "last_visit",
    "seen", "last_seen", "findings", "findings_of", "findings_severe", "worst", "open", "siblings", "youngest",
    "village_poor", "village_distance_school",
)  # fmt: skip
# Written out by a declaration, but not by hand.
NOT_BY_HAND = {"findings_of_rehabilitation"}


def chosen_definition() -> Definition:
    """The definition that ships with only the features that were also written by hand."""
    definition = default_definition()
    features: dict[str, Mapping[str, Any]] = {name: definition.features[name] for name in BY_HAND}
    features["worst"] = {**features["worst"], "windows": [730]}
    return replace(definition, features=features)


def compare_at(children: int, repeats: int) -> list[Row]:
    """One row per peer at one size; values must agree to 32-bit floats."""
    tables = make_data(children)
    frames = as_pandas(tables)
    definition = chosen_definition()
    ours = build_feature_table(tables, definition, AS_OF, county="")
    names = [name for name in ours.contract.names if name not in NOT_BY_HAND]
    wanted = ours.frame.select(names).to_numpy()
    pandas = pandas_features(frames, AS_OF)[names].to_numpy(dtype=np.float32)
    polars = polars_features(tables, AS_OF).select(names).to_numpy().astype(np.float32)
    contestants = {
        "ours": lambda: build_feature_table(tables, definition, AS_OF, county="").matrix(),
        "pandas by hand": lambda: pandas_features(frames, AS_OF)[names].to_numpy(dtype=np.float32),
        "Polars by hand": lambda: polars_features(tables, AS_OF).select(names).to_numpy().astype(np.float32),
    }
    timings = race(contestants, repeats=repeats, warm=False)
    title = f"{len(names)} features, {children:,} children"
    return [
        compare(title, timings, "ours", "pandas by hand", max_difference=largest_difference(wanted, pandas)),
        compare(title, timings, "ours", "Polars by hand", max_difference=largest_difference(wanted, polars)),
    ]


def largest_difference(ours: npt.NDArray[np.float32], theirs: npt.NDArray[np.float32]) -> float:
    """The largest difference of two matrices; infinite when one knows a value and the other does not."""
    if ours.shape != theirs.shape or (np.isnan(ours) != np.isnan(theirs)).any():
        return float("inf")
    return float(np.nanmax(np.abs(ours - theirs)))


def main() -> None:
    """Run the benchmark and print it."""
    options = arguments(__doc__ or "", rows=DEFAULT_ROWS).parse_args()
    sizes = options.rows or DEFAULT_ROWS
    show([row for size in sizes for row in compare_at(size, options.repeats)], options.json)


if __name__ == "__main__":
    main()
