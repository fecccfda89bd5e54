"""What the reasons speak of: the value and the day of each declared feature, one-hot parts read back as one value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from features.contract import FeatureContract
from features.definition import Definition
from features.definition.feature import FeatureSpec
from features.operators.program import program_of

FloatArray = npt.NDArray[np.float64]
DateArray = npt.NDArray[np.datetime64]


def sources_of(contract: FeatureContract) -> tuple[str, ...]:
    """The declared features of a contract, each once, in its order."""
    return tuple(dict.fromkeys(contract.sources))


def source_values(matrix: npt.NDArray[np.float32], contract: FeatureContract) -> FloatArray:
    """The value of each declared feature, shape (n, s); NaN where it is not known.

    The value of a one-hot feature is the place of the part that is 1; NaN if none is.
    """
    columns = [
        _one_value(matrix[:, [place for place, owner in enumerate(contract.sources) if owner == source]])
        for source in sources_of(contract)
    ]
    return np.column_stack(columns) if columns else np.empty((len(matrix), 0))


def source_dates(dates: pl.DataFrame, contract: FeatureContract, definition: Definition) -> DateArray:
    """The day of the newest known fact behind each declared feature, shape (n, s); NaT where there is none.

    Args:
        dates: a row per child with ``date_<table>`` for every ledger table that features read.
        contract: the feature contract.
        definition: the definition that says which table a feature reads.
    """
    specs = {spec.name: spec for spec in program_of(definition).specs}
    tables: Sequence[FeatureSpec] = [specs[source] for source in sources_of(contract)]
    days = [dates[f"date_{spec.table}"].to_numpy().astype("datetime64[D]") for spec in tables]
    return np.column_stack(days) if days else np.empty((dates.height, 0), dtype="datetime64[D]")


def _one_value(parts: npt.NDArray[np.float32]) -> FloatArray:
    if parts.shape[1] == 1:
        return parts[:, 0].astype(np.float64)
    one = parts == 1
    return np.where(one.any(axis=1), one.argmax(axis=1), np.nan).astype(np.float64)
