"""Packages a worker does without: others import them when they find them, and no answer needs them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from types import ModuleType

# LightGBM imports the first three and pyarrow pandas if they are there: seconds at the start and 100 MB per worker.
SPARED = ("sklearn", "pandas", "matplotlib")


@dataclass(frozen=True, slots=True)
class Spare:
    """An importer that finds nothing under some names, as if these packages were not installed."""

    names: tuple[str, ...]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Say that a spared package is not there; leave every other to the importers that follow."""
        del path, target
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{name} is spared in this process", name=name)
        return None


def spare(names: tuple[str, ...] = SPARED) -> None:
    """Do without some packages in this process from now on."""
    if not any(isinstance(finder, Spare) for finder in sys.meta_path):
        sys.meta_path.insert(0, Spare(names))
