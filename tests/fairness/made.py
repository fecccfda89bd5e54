"""Made-up listed rows of groups: a table to count by hand, and a larger one for other programs to count."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

DAY = date(2026, 1, 1)
SCHEMA = {
    "child_id": pl.String, "household_id": pl.String, "as_of": pl.Date, "visit_id": pl.String, "label": pl.Boolean,
    "probability": pl.Float64, "listed": pl.Boolean, "place": pl.Float64, "group_sex": pl.String,
    "group_ethnicity": pl.String,
}  # fmt: skip


def rows_of(label: list[bool | None], listed: list[bool], sex: list[str | None], **more: list[object]) -> pl.DataFrame:
    """Rows of one day, one child per household, the first placed first."""
    size = len(label)
    columns: dict[str, list[object]] = {
        "child_id": [f"child-{number:05}" for number in range(size)],
        "household_id": [f"house-{number:05}" for number in range(size)],
        "as_of": [DAY] * size,
        "visit_id": [None if one is None else f"visit-{number:05}" for number, one in enumerate(label)],
        "label": list(label),
        "probability": [0.25] * size,
        "listed": list(listed),
        "place": [number / max(1, size - 1) for number in range(size)],
        "group_sex": list(sex),
        "group_ethnicity": ["han"] * size,
    }
    return pl.DataFrame({**columns, **more}, schema=SCHEMA)


def by_hand() -> pl.DataFrame:
    """Twelve children.

    Boys (6): listed 3, of whom 2 with a need and 1 nobody assessed; not listed 3: 1 with a need, 2 without.
    Girls (5): listed 1, without a need; not listed 4: 2 with a need, 1 without, 1 nobody assessed.
    One child whose sex is not recorded: listed, with a need.
    """
    label = [True, True, None, True, False, False, False, True, True, False, None, True]
    listed = [True, True, True, False, False, False, True, False, False, False, False, True]
    return rows_of(label, listed, ["boy"] * 6 + ["girl"] * 5 + [None])


def large(size: int = 2_000) -> pl.DataFrame:
    """Everybody assessed; girls and minorities are listed more seldom for the same need."""
    lots = np.random.default_rng(20161110)
    girl, minority = lots.random(size) < 0.48, lots.random(size) < 0.3
    need = lots.random(size) < 0.2 + 0.1 * minority
    listed = lots.random(size) < 0.08 + 0.3 * need - 0.05 * girl * need
    return rows_of(
        need.tolist(),
        listed.tolist(),
        np.where(girl, "girl", "boy").tolist(),
        group_ethnicity=np.where(minority, "minority", "han").tolist(),
    )
