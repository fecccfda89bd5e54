"""The made dataset with audit groups beside its rows, for refits and predictions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from features.definition import Definition, load_definition
from tests.training.made import make_dataset
from training.dataset import Dataset

DOMAINS = {"need": "education", "size": "living", "noise": "living", "empty": None}


def grouped_dataset(folder: Path) -> Dataset:
    """The made dataset; "size" of 4 and 5 are a minority, girls are dealt by lot and known in nine rows of ten."""
    dataset = make_dataset(folder)
    lots = np.random.default_rng(5)
    for path in sorted(folder.glob("*.parquet")):
        rows, matrix = pl.read_parquet(path), np.load(path.with_suffix(".npy"))
        girl = np.where(lots.random(rows.height) < 0.5, "girl", "boy")
        sex = [one if known else None for one, known in zip(girl, lots.random(rows.height) < 0.9, strict=True)]
        rows.with_columns(
            pl.Series("group_ethnicity", np.where(matrix[:, 1] >= 4, "minority", "han").tolist()),
            pl.Series("group_sex", sex),
            pl.Series("group_disability", ["without"] * rows.height),
            pl.col("county").alias("group_county"),
        ).write_parquet(path)
    return dataset


def definition_of_made() -> Definition:
    """The default definition with features of the made contract's names, so that its columns have domains."""
    definition = load_definition()
    base = {"operator": "age", "table": "children", "column": "birth_date", "zh": "甲", "en": "one", "range": [0, 1]}
    said = {"says": {"zh": "{value}", "en": "{value}"}}
    features = {
        name: {**base, **said, "zh": f"甲{place}", "en": name, **({"domain": domain} if domain else {})}
        for place, (name, domain) in enumerate(DOMAINS.items())
    }
    return replace(definition, features=features)
