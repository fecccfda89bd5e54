"""The invented families of the training mode, read from ``families.toml``; their days are counted back from today."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from features.definition.structure import CHILD, CHILDREN, COUNTY_DIGITS, HOUSEHOLD, REGION
from serving.review.exchange.load import Place
from serving.review.store.lists import Stratum

FILE = Path(__file__).with_name("families.toml")


@dataclass(frozen=True, slots=True)
class PracticeFamily:
    """A family and what can be practised on it. ``facts``: rows of the ledger by table; days are ``days_ago``."""

    number: int
    exercise: str
    guardian: str
    phone: str
    address: str
    names: tuple[str, ...]
    place: Mapping[str, Any]
    facts: Mapping[str, Sequence[Mapping[str, Any]]]

    def household_id(self, village: str) -> str:
        """Its number on the list of a practice village."""
        return f"practice-{int(village[COUNTY_DIGITS:])}-{self.number}"

    def child_id(self, village: str, child: int) -> str:
        """The number of its first, second ... child."""
        return f"{self.household_id(village)}-{child}"

    def listed(self, village: str, today: date) -> Place:
        """Its place on the list of a practice village."""
        given = dict(self.place)
        due, visited = given.pop("due_in_days", None), given.pop("last_visit_days_ago", None)
        return Place(
            household_id=self.household_id(village),
            region_code=village,
            place=self.number,
            stratum=Stratum(given.pop("stratum")),
            driver_child_id=self.child_id(village, given.pop("driver", 1)),
            duty_due_on=None if due is None else today + timedelta(days=due),
            last_visit_on=None if visited is None else today - timedelta(days=visited),
            **given,
        )

    def rows(self, village: str, today: date) -> dict[str, list[dict[str, Any]]]:
        """What a ledger would hold of it, by table: its keys and the facts that the file names."""
        household = self.household_id(village)
        found: dict[str, list[dict[str, Any]]] = {}
        for table, rows in self.facts.items():
            for number, row in enumerate(rows, start=1):
                plain = {name: _plain(value, today) for name, value in row.items()}
                child = plain.pop("child", number if table == CHILDREN else None)
                kept = {HOUSEHOLD: household, REGION: village, CHILD: child and self.child_id(village, child)}
                found.setdefault(table, []).append({**kept, **plain})
        return found


@lru_cache(maxsize=1)
def practice_families() -> tuple[PracticeFamily, ...]:
    """The families, in the order of their list."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))["families"]
    return tuple(
        PracticeFamily(
            number=number,
            exercise=one["exercise"],
            guardian=one["guardian"],
            phone=one["phone"],
            address=one["address"],
            names=tuple(one["names"]),
            place=one["place"],
            facts=one["facts"],
        )
        for number, one in enumerate(raw, start=1)
    )


def _plain(value: object, today: date) -> Any:  # noqa: ANN401 - whatever a ledger column may hold
    if isinstance(value, dict):
        return today - timedelta(days=value["days_ago"])
    return value
