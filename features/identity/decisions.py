"""What a person decided of pairs that looked alike: the same, or not the same."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from features.cli.console import UserError

HEADER = ("kind", "first", "second", "decision", "by", "on")
KINDS = ("child", "household")
SAME, NOT_SAME = "same", "not_same"

Pair = tuple[str, str, str]
"""kind, and the pseudonyms of two children in order."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Pairs of children decided on: ``child`` whether they are one child, ``household`` whether they live together."""

    same: frozenset[Pair] = field(default_factory=frozenset)
    not_same: frozenset[Pair] = field(default_factory=frozenset)

    def pairs(self, kind: str, decision: str) -> list[tuple[str, str]]:
        """The pairs of one kind with one decision, sorted."""
        chosen = self.same if decision == SAME else self.not_same
        return sorted((first, second) for of_kind, first, second in chosen if of_kind == kind)

    @property
    def children(self) -> set[str]:
        """Everybody a decision speaks of."""
        return {child for _, *pair in self.same | self.not_same for child in pair}

    def decided(self, kind: str, first: str, second: str) -> bool:
        """Whether a person has spoken of this pair."""
        pair = ordered(kind, first, second)
        return pair in self.same or pair in self.not_same


NO_DECISIONS = Decisions()


def ordered(kind: str, first: str, second: str) -> Pair:
    """A pair in the one order it is kept in."""
    return (kind, min(first, second), max(first, second))


def load_decisions(path: Path) -> Decisions:
    """Read decisions from a CSV file with the columns kind, first, second, decision (by, on); none when it is missing.

    Lines without a decision are left out: the list of uncertain pairs may be filled in bit by bit.

    Raises:
        UserError: a column is missing, a word is not one of those wanted, or two lines contradict; with the line.
    """
    if not path.exists():
        return NO_DECISIONS
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
            columns = set(rows[0]) if rows else set(HEADER)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read as CSV (UTF-8)", "save it as CSV UTF-8") from error
    missing = [name for name in HEADER[:4] if name not in columns]
    if missing:
        raise UserError(f"{path}: no column {', '.join(missing)}", f"wanted: {', '.join(HEADER)}")
    return _gather(path, rows)


def _gather(path: Path, rows: Iterable[dict[str, str | None]]) -> Decisions:
    found: dict[str, set[Pair]] = {SAME: set(), NOT_SAME: set()}
    for line, row in enumerate(rows, start=2):
        kind, first, second, decision = ((row[name] or "").strip() for name in HEADER[:4])
        if not decision:
            continue
        if kind not in KINDS:
            raise UserError(f"{path} line {line}: kind '{kind}'", f"wanted one of {', '.join(KINDS)}")
        if decision not in found:
            raise UserError(f"{path} line {line}: decision '{decision}'", f"wanted {SAME} or {NOT_SAME}, or nothing")
        if not first or not second or first == second:
            raise UserError(f"{path} line {line}: two different children wanted", "keep 'first' and 'second' as listed")
        pair = ordered(kind, first, second)
        if pair in found[NOT_SAME if decision == SAME else SAME]:
            raise UserError(f"{path} line {line}: another line decides the opposite", "keep one of the two")
        found[decision].add(pair)
    return Decisions(frozenset(found[SAME]), frozenset(found[NOT_SAME]))
