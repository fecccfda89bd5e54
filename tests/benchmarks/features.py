"""Features: ours on Polars against the same features by hand in plain pandas and in Polars.

Run: python -m tests.benchmarks.features [--rows 100000] [--json FILE]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.contract import feature_contract
from features.definition import Definition
from features.table import build_feature_table
from tests.benchmarks.feature_data import AS_OF, make_data
from tests.benchmarks.feature_peers import pandas_features, polars_features
from tests.benchmarks.report import Row, arguments, compare, race, show
from tests.builders import Tables, as_pandas, default_definition

Matrix = npt.NDArray[np.float32]

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


@dataclass(frozen=True, slots=True)
class Contest:
    """The same features of the same children, made three ways; every way gives float32, shape (children, features)."""

    tables: Tables
    frames: Mapping[str, pd.DataFrame]
    definition: Definition
    names: tuple[str, ...]

    @staticmethod
    def of(children: int) -> Contest:
        """Make the data of one size."""
        tables = make_data(children)
        definition = chosen_definition()
        names = tuple(name for name in feature_contract(definition).names if name not in NOT_BY_HAND)
        return Contest(tables, as_pandas(tables), definition, names)

    def ours(self) -> Matrix:
        """By the operators, on Polars."""
        table = build_feature_table(self.tables, self.definition, AS_OF, county="")
        return np.asarray(table.frame.select(self.names).to_numpy(), dtype=np.float32)

    def pandas(self) -> Matrix:
        """By hand in plain pandas."""
        return pandas_features(self.frames, AS_OF)[list(self.names)].to_numpy(dtype=np.float32)

    def polars(self) -> Matrix:
        """By hand in Polars."""
        return np.asarray(polars_features(self.tables, AS_OF).select(self.names).to_numpy(), dtype=np.float32)


def compare_at(children: int, repeats: int) -> list[Row]:
    """One row per peer at one size, with the largest difference of the values."""
    contest = Contest.of(children)
    wanted = contest.ours()
    peers = {"pandas by hand": contest.pandas, "Polars by hand": contest.polars}
    differences = {name: largest_difference(wanted, call()) for name, call in peers.items()}
    timings = race({"ours": contest.ours, **peers}, repeats=repeats, warm=False)
    title = f"{len(contest.names)} features, {children:,} children"
    return [compare(title, timings, "ours", name, max_difference=differences[name]) for name in peers]


def largest_difference(ours: Matrix, theirs: Matrix) -> float:
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
