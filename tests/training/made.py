"""Made-up rows with a known signal: what fit, search, estimates and landmines are tested on without a ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from scipy.special import expit

from features.contract import FeatureContract
from training.dataset import Dataset, Part
from training.windows import WINDOW_NAMES, WindowName, Windows

WINDOWS = Windows(
    fit=tuple(date(2017, month, 1) for month in range(1, 9)),
    calibrate=(date(2018, 1, 1), date(2018, 2, 1)),
    test=(date(2018, 7, 1), date(2018, 8, 1)),
    cut=date(2018, 12, 31),
)
DOMAINS = ("living", "medical", "rehabilitation")
_BOOLEAN = ("label", "all_needs", *(f"label_{domain}" for domain in DOMAINS))
CONTRACT = FeatureContract(
    names=("need", "size", "noise", "empty"),
    sources=("need", "size", "noise", "empty"),
    directions=(1, 0, 0, 0),
    ranges=((-3.0, 3.0), (0.0, 5.0), (-3.0, 3.0), (0.0, 1.0)),
)


def make_part(dates: tuple[date, ...], households: int = 150, *, seed: int = 1, signal: float = 1.5) -> Part:
    """Two children per household on every date; "need" and, less, "size" tell of the label, the rest does not.

    A household's visit labels both children; a third of the rows has none. ``signal`` 0 leaves pure chance. Of the
    ``DOMAINS``, every need is one of living, medical care was looked at for one of the two children alone, and in
    rehabilitation nothing was ever found.
    """
    random = np.random.default_rng([seed, len(dates)])
    house = np.repeat(np.arange(households), 2)
    parts, frames = [], []
    for day in dates:
        matrix = random.normal(size=(house.size, 4)).astype(np.float32)
        matrix[:, 1] = random.integers(0, 6, house.size)
        matrix[random.random(house.size) < 0.1, 0] = np.nan
        matrix[:, 3] = np.nan
        need = np.nan_to_num(matrix[:, 0].astype(np.float64))
        found = random.random(house.size) < expit(signal * (need + 0.2 * matrix[:, 1]) - 1.5)
        visited = (random.random(households) < 2 / 3)[house]
        frames.append(_rows(house, day, visited, found))
        parts.append(matrix)
    return Part(np.concatenate(parts), pl.concat(frames))


def _rows(house: np.ndarray, day: date, visited: np.ndarray, found: np.ndarray) -> pl.DataFrame:
    names = [f"h{number:04}" for number in house]
    labels = [bool(yes) if went else None for yes, went in zip(found, visited, strict=True)]
    second = np.arange(house.size) % 2 == 1
    medical = [label if other else None for label, other in zip(labels, second, strict=True)]
    return pl.DataFrame(
        {
            "child_id": [f"{name}-{place % 2}" for place, name in enumerate(names)],
            "household_id": names,
            "county": "520001",
            "as_of": day,
            "visit_id": [f"v-{name}-{day}" if went else None for name, went in zip(names, visited, strict=True)],
            "visitor_id": None,
            "label": labels,
            "all_needs": labels,
            "held_out": [number % 5 == 0 for number in house],
            "days_since_visit": [int(number) % 90 for number in house],
            "last_severity": [int(number) % 4 for number in house],
            "days_since_finding": [int(number) % 30 for number in house],
            "official_level": [("red", "yellow", "green", None)[number % 4] for number in house],
            "level_urgency": [(2, 1, 0, None)[number % 4] for number in house],
            "points": [float(number * 7 % 50) for number in house],
            "label_living": labels,
            "label_medical": medical,
            "label_rehabilitation": [None if label is None else False for label in labels],
        },
        schema_overrides={"visit_id": pl.String, "visitor_id": pl.String} | dict.fromkeys(_BOOLEAN, pl.Boolean),
    )


def make_dataset(folder: Path, **made: float) -> Dataset:
    """A dataset of two counties on disk, as ``build_dataset`` leaves it."""
    dates: dict[WindowName, tuple[date, ...]] = {name: WINDOWS.dates(name) for name in WINDOW_NAMES}
    for seed, county in enumerate(("520001", "520002")):
        for name in WINDOW_NAMES:
            part = make_part(dates[name], seed=seed, signal=made.get("signal", 1.5))
            rows = part.rows.with_columns(
                pl.lit(county).alias("county"),
                *(
                    pl.concat_str(pl.lit(county), column).alias(column)
                    for column in ("child_id", "household_id", "visit_id")
                ),
            )
            np.save(folder / f"{county}-{name}.npy", part.matrix)
            rows.write_parquet(folder / f"{county}-{name}.parquet")
    counts = pl.DataFrame(
        {"window": ["fit", "calibrate", "test"], "outcome": "labelled", "children": 1, "partly_positive": 0}
    )
    return Dataset(folder, CONTRACT, WINDOWS, ("520001", "520002"), counts, ())
