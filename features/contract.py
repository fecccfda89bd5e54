"""The feature contract: the ordered columns a model was trained on. A frame that does not match is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from narwhals.typing import IntoDataFrame

from features.cli.console import UserError
from features.definition.feature import FeatureSpec
from features.definition.model import Definition
from features.operators.program import program_of

_NEXT = "build the feature table with the definition the model was trained with"


@dataclass(frozen=True)
class FeatureContract:
    """What a model expects: columns in order, the feature each belongs to, its direction and its usual range.

    All values are 32-bit floats, NaN where not known. ``sources`` names the declared feature of each column: the parts
    of a one-hot feature share one. ``directions`` are 1, 0 or -1. ``ranges`` say where values usually lie; a value
    outside is no error. ``meaning`` is the sha256 of how the values are made (operators, columns, windows, levels,
    dates, cohort): the same names made in another way are another contract. Words people read are no part of it.
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]
    directions: tuple[int, ...]
    ranges: tuple[tuple[float, float], ...]
    meaning: str = ""

    @cached_property
    def hash(self) -> str:
        """The sha256 of the contract's content."""
        return hashlib.sha256(json.dumps(self._content(), sort_keys=True).encode()).hexdigest()

    def matrix(self, frame: IntoDataFrame) -> npt.NDArray[np.float32]:
        """The values of a feature table's frame as float32, shape (rows, columns), in order and C-contiguous.

        Args:
            frame: the contract's columns, in order, after any number of identifying ones.

        Raises:
            UserError: a column is missing, foreign or out of order, or a value is infinite.
        """
        rows: nw.DataFrame[Any] = nw.from_native(frame, eager_only=True)
        self._check_columns(rows.columns)
        values = rows.select(*self.names).to_numpy()
        matrix = np.ascontiguousarray(values, dtype=np.float32)
        infinite = np.isinf(matrix).any(axis=0)
        if infinite.any():
            name = self.names[int(np.flatnonzero(infinite)[0])]
            raise UserError(f"feature column '{name}' holds an infinite value", _NEXT)
        return matrix

    def to_json(self) -> dict[str, Any]:
        """The contract as JSON content, its hash included."""
        return {**self._content(), "hash": self.hash}

    @staticmethod
    def from_json(raw: Mapping[str, Any]) -> FeatureContract:
        """Read :meth:`to_json` back.

        Raises:
            UserError: the content does not have the hash it names.
        """
        contract = FeatureContract(
            names=tuple(raw["names"]),
            sources=tuple(raw["sources"]),
            directions=tuple(raw["directions"]),
            ranges=tuple((float(low), float(high)) for low, high in raw["ranges"]),
            meaning=str(raw["meaning"]),
        )
        if raw.get("hash") != contract.hash:
            raise UserError(
                "the feature contract was changed after it was written", "take the file from the bundle again"
            )
        return contract

    def _content(self) -> dict[str, Any]:
        return {
            "type": "float32",
            "names": list(self.names),
            "sources": list(self.sources),
            "directions": list(self.directions),
            "ranges": [[float(low), float(high)] for low, high in self.ranges],
            "meaning": self.meaning,
        }

    def _check_columns(self, columns: list[str]) -> None:
        missing = [name for name in self.names if name not in columns]
        if missing:
            raise UserError(f"feature column '{missing[0]}' is missing ({len(missing)} in all)", _NEXT)
        tail = columns[-len(self.names) :]
        if tuple(tail) != self.names:
            seen, wanted = next(pair for pair in zip(tail, self.names, strict=True) if pair[0] != pair[1])
            raise UserError(f"feature columns out of order or foreign: found '{seen}' where '{wanted}' belongs", _NEXT)


def feature_contract(definition: Definition) -> FeatureContract:
    """The contract of the features a definition declares.

    Raises:
        DefinitionError: a feature cannot be computed as declared.
    """
    program = program_of(definition)
    columns = [
        (spec, plan, name) for spec, plan in zip(program.specs, program.plans, strict=True) for name in spec.columns
    ]
    return FeatureContract(
        names=tuple(name for _, _, name in columns),
        sources=tuple(spec.name for spec, _, _ in columns),
        directions=tuple(spec.direction for spec, _, _ in columns),
        ranges=tuple(plan.range for _, plan, _ in columns),
        meaning=_meaning(definition, program.specs),
    )


def _meaning(definition: Definition, specs: Sequence[FeatureSpec]) -> str:
    made = [
        [spec.name, spec.operator, spec.table, spec.options, spec.expires_days, spec.columns, spec.codes]
        for spec in specs
    ]
    settings = {key: value for key, value in definition.feature_settings.items() if key != "sentences"}
    content = [made, settings, definition.cohort, definition.roles]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
