"""The layout of the county summary as data: what each column counts, and which sums must be equal."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from features.definition import DEFAULT_DEFINITION, DefinitionError, Label
from features.definition.condition import Conditions
from features.definition.loader import DEFINITIONS

DEFAULT_LAYOUT = "annex3"
AGE = "age"

Known = Literal["printed", "annex_1", "reading"]
KNOWN_WORDS: Mapping[str, Label] = {
    "printed": Label("附件3注释或公布数据写明", "named by the notes of Annex 3 or by published figures"),
    "annex_1": Label("项目见附件1，列次为本系统解读", "a box of Annex 1; its place is our reading"),
    "reading": Label("本系统解读，请与原表核对", "our reading; compare with the original"),
}

Sum = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SummaryColumn:
    """One numbered column. ``together_with`` names the column a foreign count is compared in sum with."""

    number: int
    label: Label
    known: Known
    when: Conditions
    together_with: int | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Columns of which a child stands in exactly one where the facts are known, or in as many as of ``as_often_as``."""

    name: str
    columns: Sum
    label: Label
    as_often_as: Sum


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole summary: its columns in order, and lists of sums that must be equal."""

    label: Label
    source: str
    birth_column: str
    columns: tuple[SummaryColumn, ...]
    identities: tuple[tuple[Sum, ...], ...]
    breakdowns: tuple[Breakdown, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the columns, in order."""
        return tuple(column.number for column in self.columns)

    def equations(self) -> list[tuple[Sum, Sum]]:
        """Every pair of sums that must be equal, the first of each list with each other."""
        return [(first, other) for first, *others in self.identities for other in others]


def load_layout(name: str | Path = DEFAULT_LAYOUT, definition: str | Path = DEFAULT_DEFINITION) -> Layout:
    """Load a layout by name (``summary_NAME.toml`` of the definition) or by the path of its file.

    Raises:
        DefinitionError: there is no such layout, or it breaks a rule; the message says where.
    """
    path = Path(name)
    if path.suffix != ".toml":
        folder = Path(definition) if Path(definition).is_dir() else DEFINITIONS / str(definition)
        path = folder / f"summary_{name}.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionError(
            f"no summary layout '{name}'", f"give a file, or one of: {_layouts(path.parent)}"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{path}: not valid TOML: {error}") from error
    return _build(raw, path)


def _layouts(folder: Path) -> str:
    return ", ".join(sorted(path.stem.removeprefix("summary_") for path in folder.glob("summary_*.toml")))


def _build(raw: Mapping[str, Any], path: Path) -> Layout:
    for section in ("summary", "identities", "columns", "breakdowns"):
        if section not in raw:
            raise DefinitionError(f"{path}: [{section}] is missing")
    columns = tuple(_column(int(number), said, path) for number, said in raw["columns"].items())
    numbers = {column.number for column in columns}
    identities = tuple(tuple(tuple(part) for part in equal) for equal in raw["identities"]["equal"])
    breakdowns = tuple(
        Breakdown(name, tuple(said["columns"]), Label(said["zh"], said["en"]), tuple(said.get("as_often_as", ())))
        for name, said in raw["breakdowns"].items()
    )
    named = {number for equal in identities for part in equal for number in part}
    named |= {number for breakdown in breakdowns for number in (*breakdown.columns, *breakdown.as_often_as)}
    if strange := sorted(named - numbers):
        raise DefinitionError(f"{path}: no column {strange[0]}")
    head = raw["summary"]
    return Layout(Label(head["zh"], head["en"]), head["source"], head["birth_column"], columns, identities, breakdowns)


def _column(number: int, raw: Mapping[str, Any], path: Path) -> SummaryColumn:
    where = f"{path} [columns] {number}"
    if missing := [key for key in ("zh", "en", "known", "when") if key not in raw]:
        raise DefinitionError(f"{where}: '{missing[0]}' is missing")
    if raw["known"] not in get_args(Known):
        raise DefinitionError(f"{where} known: '{raw['known']}', wanted one of {', '.join(get_args(Known))}")
    when = Conditions.parse(raw["when"], where)
    return SummaryColumn(number, Label(raw["zh"], raw["en"]), raw["known"], when, raw.get("together_with"))
