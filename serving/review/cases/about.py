"""Whom the rows of a household speak of: it, and by number whatever any row gives or gave to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.definition.structure import CHILD, CHILDREN, FINDING, FINDINGS, HOUSEHOLD, VISIT, VISITS
from features.record.rows import Row


@dataclass(frozen=True, slots=True)
class About:
    """A household, and the children, visits and findings that rows known so far give or gave to it."""

    household_id: str
    children: frozenset[str] = frozenset()
    visits: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()

    def told_by(self, rows: Mapping[str, Sequence[Row]]) -> About:
        """The same with what more rows tell of; a finding of a child is its home's, wherever it was made."""
        children = self.children | {row[CHILD] for row in rows.get(CHILDREN, ()) if self._here(row)}
        return About(
            self.household_id,
            children,
            self.visits | {row[VISIT] for row in rows.get(VISITS, ()) if self._here(row)},
            self.findings
            | {row[FINDING] for row in rows.get(FINDINGS, ()) if self._here(row) or row.get(CHILD) in children},
        )

    def _here(self, row: Row) -> bool:
        return bool(row.get(HOUSEHOLD) == self.household_id)


def belongs(row: Row, household_id: str, homes: Mapping[str, str]) -> bool:
    """Whether an event is a household's: of a child's, where the child lives now; else the one that the row names.

    ``homes``: where each child lives, as far as that is known here.
    """
    return homes.get(row.get(CHILD) or "", row.get(HOUSEHOLD)) == household_id
