"""Made-up frames: children on lists whose households are certain, drawn by lot, or never drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

DAYS = (date(2025, 1, 1), date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1))


@dataclass(frozen=True, slots=True)
class Shape:
    """A made world. ``routine_odds``: how much likelier a routine visit is where there is need."""

    households: int = 400
    lists: int = 4
    lot: float = 0.2
    certain: float = 0.25
    need: float = 0.2
    answers: float = 0.8
    routine: float = 0.3
    routine_odds: float = 1.0
    upper_answers: float = 0.0
    visitors: int = 5
    counties: tuple[str, ...] = ("520121", "520122")
    seed: int = 3


def make_rows(shape: Shape) -> pl.DataFrame:
    """Rows as ``listed_children`` gives them; two children per household, needs drawn per household and list."""
    rng = np.random.default_rng(shape.seed)
    return pl.concat([_list(shape, day, rng) for day in DAYS[: shape.lists]])


def _list(shape: Shape, day: date, rng: np.random.Generator) -> pl.DataFrame:
    home = np.repeat(np.arange(shape.households), 2)
    count = shape.households
    sure = np.arange(count) < shape.certain * count
    chance = np.where(sure, 1.0, shape.lot)
    drawn = rng.random(count) < chance
    need = rng.random(count) < shape.need
    rank = rng.random(count) + 0.5 * need
    answered = rng.random(count) < np.where(rank > np.median(rank), shape.answers + shape.upper_answers, shape.answers)
    routine = rng.random(count) < np.where(need, shape.routine * shape.routine_odds, shape.routine)
    known = np.where(drawn, answered, routine)
    county = np.array(shape.counties)[np.arange(count) % len(shape.counties)]
    village = [f"{code}{100 + number % 7:06}" for number, code in enumerate(county)]
    visitor = [f"W{place[-3:]}-{rng.integers(0, shape.visitors)}" for place in village]
    houses = pl.DataFrame(
        {
            "household_id": [f"H{number:04}" for number in range(count)],
            "region_code": village,
            "county": county,
            "list_id": [f"L{code}-{day}" for code in county],
            "as_of": [day] * count,
            "stratum": np.where(sure, "duty", "random"),
            "inclusion_probability": chance,
            "drawn": drawn,
            "frame_size": [count // len(shape.counties)] * count,
            "removed_reason": pl.Series([None] * count, dtype=pl.String),
            "visit_id": [f"V{number}-{day}" if went else None for number, went in enumerate(known)],
            "visitor_id": [name if went else None for name, went in zip(visitor, known, strict=True)],
            "label": [bool(yes) if went else None for yes, went in zip(need, known, strict=True)],
            "overdue_first": rng.permutation(count).astype(np.float64),
            "last_finding": rank,
        },
        schema_overrides={"visit_id": pl.String, "visitor_id": pl.String, "label": pl.Boolean},
    )
    children = houses[home.tolist()].with_row_index("child")
    return children.with_columns(pl.format("C{}", pl.col("child")).alias("child_id")).drop("child")
