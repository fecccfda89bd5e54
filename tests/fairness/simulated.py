"""Two windows of a town whose score finds one group's needs less often, and the lists drawn in it."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from scipy.special import expit

EARLIER, LATER = date(2025, 7, 1), date(2026, 1, 1)


def window(day: date, seed: int, *, households: int = 6_000, unseen: float = 0.0) -> pl.DataFrame:
    """A child per household; the score hears less of a minority's need. ``unseen``: the share nobody assessed."""
    lots = np.random.default_rng([seed, day.year, day.month])
    minority = lots.random(households) < 0.35
    need = lots.random(households) < 0.15
    score = lots.normal(size=households) + np.where(minority, 0.9, 1.9) * need - 1.0
    assessed = lots.random(households) >= unseen
    ids = [f"h{number:06}" for number in range(households)]
    return pl.DataFrame(
        {
            "child_id": [f"{name}-0" for name in ids],
            "household_id": ids,
            "region_code": [f"52000{1 + number % 3}{number % 2:03}001" for number in range(households)],
            "county": [f"52000{1 + number % 3}" for number in range(households)],
            "as_of": [day] * households,
            "visit_id": [f"v{number}" if seen else None for number, seen in enumerate(assessed)],
            "label": [bool(one) if seen else None for one, seen in zip(need, assessed, strict=True)],
            "model": score,
            "probability": expit(score - 1),
            "group_ethnicity": np.where(minority, "minority", "han").tolist(),
            "group_sex": np.where(np.arange(households) % 2 == 0, "boy", "girl").tolist(),
            "group_disability": ["without"] * households,
        },
        schema_overrides={"visit_id": pl.String, "label": pl.Boolean},
    )


def lots_of(rows: pl.DataFrame, chance: float, seed: int = 3) -> pl.DataFrame:
    """A list of the window's day: the first places by score for certain, the rest drawn by ``chance``."""
    draws = np.random.default_rng(seed).random(rows.height)
    sure = (rows["model"] > rows["model"].quantile(0.9)).to_numpy()
    chances = np.where(sure, 1.0, chance)
    return pl.DataFrame(
        {
            "household_id": rows["household_id"],
            "as_of": rows["as_of"],
            "inclusion_probability": chances,
            "drawn": draws < chances,
        }
    )
