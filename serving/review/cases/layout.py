"""How a ledger definition wants a household shown: its ``household.toml``, which may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from features.definition import Definition
from features.definition.loader import DEFINITIONS
from features.definition.structure import CHILD, FILE_STATUS, HOUSEHOLD, REFUSED_ON, REGION
from features.settings_file import read_settings

FILE = "household.toml"
# Keys and what the page says in places of their own.
_ELSEWHERE = frozenset({CHILD, HOUSEHOLD, REGION, REFUSED_ON, FILE_STATUS})


@dataclass(frozen=True, slots=True)
class LevelColumns:
    """The columns of the official level, its day and its assessor; empty where there is none."""

    column: str = ""
    on: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class SupportColumns:
    """The column with the state of support of each domain, and which codes say that something is lacking."""

    not_covered: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that stand together."""

    zh: str
    en: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What is said of a child in one line."""

    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """See ``household.toml`` of a definition. ``asked_if``: a blank counts only where another column has a code."""

    level: LevelColumns = LevelColumns()
    support: SupportColumns = field(default_factory=SupportColumns)
    brief: Brief = Brief()
    groups: tuple[Group, ...] = ()
    asked_if: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def grouped(self, definition: Definition, table: str) -> list[tuple[Group | None, list[str]]]:
        """The columns of a table that are facts, by group in order; None holds what no group names."""
        level = self.level
        apart = _ELSEWHERE | {level.column, level.on, level.by} | set(self.support.columns.values())
        left = [name for name in definition.tables[table].columns if name not in apart]
        parts: list[tuple[Group | None, list[str]]] = []
        for group in self.groups:
            parts.append((group, [name for name in group.columns if name in left]))
            left = [name for name in left if name not in group.columns]
        return [(group, names) for group, names in [*parts, (None, left)] if names]


@lru_cache(maxsize=8)
def layout_of(name: str) -> Layout:
    """The layout of a definition by its name or folder; a plain one where it has none.

    Raises:
        UserError: the file cannot be used; says where.
    """
    folder = Path(name) if Path(name).is_dir() else DEFINITIONS / name
    if not (folder / FILE).is_file():
        return Layout()
    return read_settings(folder / FILE, TypeAdapter(Layout))
