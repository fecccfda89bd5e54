"""The reasons of a few children as plain values: those ``models.reasons.choose_reasons`` chooses."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.contract import FeatureContract
from features.definition import Definition
from features.definition.feature import feature_specs
from features.known import EPOCH
from models.explain import Explanations
from models.reasons import Reason, reason_limits


@dataclass(frozen=True, slots=True)
class RecordReasons:
    """What raised and what lowered one child's score, and the declared features nothing is known of."""

    up: list[Reason]
    down: list[Reason]
    not_known: list[str]

    def columns(self) -> dict[str, Any]:
        """The reasons under the names of the score columns."""
        return {"reasons_up": self.up, "reasons_down": self.down, "not_known": self.not_known}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of each declared feature stand in the contract, and which ledger table it reads."""

    sources: tuple[str, ...]
    parts: tuple[tuple[int, ...], ...]
    tables: tuple[str, ...]

    @staticmethod
    def of(contract: FeatureContract, definition: Definition) -> Layout:
        """The layout of a contract; made once per release."""
        names = tuple(dict.fromkeys(contract.sources))
        tables = {spec.name: spec.table for spec in feature_specs(definition)}
        parts = tuple(tuple(place for place, owner in enumerate(contract.sources) if owner == name) for name in names)
        return Layout(names, parts, tuple(tables[name] for name in names))


def record_reasons(
    explanations: Explanations,
    matrix: npt.NDArray[np.float32],
    dates: Mapping[str, Sequence[int | None]],
    layout: Layout,
) -> Iterator[RecordReasons]:
    """The reasons of each row of a matrix.

    Args:
        explanations: contributions by declared feature, shape (n, s).
        matrix: feature values, shape (n, p), NaN where not known.
        dates: by ledger table, the day number of the newest known fact of each row.
        layout: the layout of the matrix.
    """
    for place, (contributions, values) in enumerate(
        zip(explanations.contributions.round(reason_limits().decimals).tolist(), matrix.tolist(), strict=True)
    ):
        known = [one_value(values, parts) for parts in layout.parts]
        days = {table: listed[place] for table, listed in dates.items()}
        yield RecordReasons(
            _largest(contributions, known, days, layout, 1.0),
            _largest(contributions, known, days, layout, -1.0),
            [name for name, value in zip(layout.sources, known, strict=True) if value is None],
        )


def one_value(values: Sequence[float], parts: Sequence[int]) -> float | None:
    """The value of a declared feature: its column's, or the place of the part that is 1; None where not known."""
    if len(parts) == 1:
        value = values[parts[0]]
        return None if math.isnan(value) else value
    return next((float(place) for place, part in enumerate(parts) if values[part] == 1), None)


def _largest(
    contributions: Sequence[float],
    values: Sequence[float | None],
    days: Mapping[str, int | None],
    layout: Layout,
    sign: float,
) -> list[Reason]:
    """The largest contributions of one sign; the first of equals wins."""
    limits = reason_limits()
    sizes = [(value * sign, -place) for place, value in enumerate(contributions)]
    least = max(limits.least_contribution, math.ulp(0.0))
    chosen = sorted((size for size in sizes if size[0] >= least), reverse=True)[: limits.most_each_way]
    return [
        Reason(
            feature=layout.sources[-place],
            value=values[-place],
            contribution=contributions[-place],
            date=_date(days[layout.tables[-place]]),
        )
        for _, place in chosen
    ]


def _date(day: int | None) -> dt.date | None:
    return None if day is None else EPOCH + dt.timedelta(days=day)
