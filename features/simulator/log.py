"""Rows of one kind, collected month by month as arrays and joined once at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class RowLog:
    """A growing set of columns; every part added has the same columns, each as long as the others."""

    def __init__(self) -> None:
        self._parts: list[dict[str, npt.NDArray[Any]]] = []
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def add(self, **columns: npt.NDArray[Any]) -> None:
        """Add rows."""
        self._rows += len(next(iter(columns.values())))
        self._parts.append(columns)

    def joined(self) -> dict[str, npt.NDArray[Any]]:
        """Every row added so far, in order; empty when nothing was ever added."""
        if not self._parts:
            return {}
        return {name: np.concatenate([part[name] for part in self._parts]) for name in self._parts[0]}
