"""How far the work in each county is: investigated, imported, checked, scored, listed, visited.

Read from manifests, verdicts and score manifests; of the ledger's tables only two columns of the assignments are read,
so that a country of 2,800 counties is told in seconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.cli.console import UserError
from features.definition import structure as s
from features.ledger.manifest import StoredTable
from features.ledger.store import LedgerStore
from models.policy.lists.draw import DRAWN
from models.policy.lists.previous import AS_OF
from models.release.current import ReleaseStore
from models.release.regions import Standing, county_sha256, read_calibration, read_verdict, region_state

STEPS = ("investigated", "imported", "checked", "scored", "listed", "visited")
LEVELS: tuple[tuple[str, int], ...] = (("country", 0), ("province", 2), ("prefecture", 4), ("county", 6))
SCORES = "manifest.json"


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """What is asked for: a region of a ledger, the folders of scores, and the counties that are planned.

    ``plan``: county code to the children expected there (None: not known).
    """

    ledger: Path
    home: Path
    region: str = ""
    scores: tuple[Path, ...] = ()
    plan: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CountyStatus:
    """How far a county is; None where a step was not taken.

    ``expected``: children by the plan. ``rows``: rows of children held. ``standing``: of the check, for the release in
    use and the ledger as it is. ``scored``: children with a score; ``drawn``: households drawn into lists; ``visits``:
    rows of visits held.
    """

    county: str
    planned: bool
    expected: int | None = None
    imported_on: date | None = None
    rows: int = 0
    standing: Standing = "not_checked"
    checked_on: str | None = None
    accepted: bool = False
    own_calibration: bool = False
    scored_as_of: str | None = None
    scored: int = 0
    listed_as_of: date | None = None
    drawn: int = 0
    visited_on: date | None = None
    visits: int = 0

    def done(self) -> tuple[bool, ...]:
        """Whether each step was taken, in the order of ``STEPS``; a county that was imported was investigated."""
        imported = self.rows > 0
        checked = self.standing != "not_checked"
        return (imported, imported, checked, self.scored_as_of is not None, self.drawn > 0, self.visits > 0)


@dataclass(frozen=True, slots=True)
class RegionStatus:
    """The status of a region: its counties, and the release and folders they were read with."""

    region: str
    simulated: bool
    model_id: str | None
    counties: tuple[CountyStatus, ...]

    def rolled_up(self) -> tuple[tuple[str, str, int, tuple[int, ...]], ...]:
        """Level, code, counties and how many took each step, from the country down to the prefectures."""
        found = []
        for level, digits in LEVELS[:-1]:
            for code in sorted({one.county[:digits] for one in self.counties}):
                own = [one.done() for one in self.counties if one.county.startswith(code)]
                found.append((level, code, len(own), tuple(sum(step) for step in zip(*own, strict=True))))
        return tuple(found)

    def content(self) -> dict[str, Any]:
        """The status as plain data."""
        return {
            "region": self.region,
            "simulated": self.simulated,
            "model_id": self.model_id,
            "levels": [
                {"level": level, "code": code, "counties": count, **dict(zip(STEPS, steps, strict=True))}
                for level, code, count, steps in self.rolled_up()
            ],
            "counties": [asdict(one) | dict(zip(STEPS, one.done(), strict=True)) for one in self.counties],
        }


def region_status(request: StatusRequest) -> RegionStatus:
    """Read how far every county of a region is.

    Raises:
        UserError: there is no ledger, a folder of scores cannot be read, or no county lies in the region.
    """
    store = LedgerStore.open(request.ledger)
    plan, held = request.plan, set(store.counties())
    wanted = sorted(code for code in held | set(plan) if code.startswith(request.region))
    if not wanted:
        raise UserError(
            f"no county of region '{request.region}' in the ledger or the plan", "check --region and --plan"
        )
    model_id, scores = ReleaseStore(request.home).pointer().model_id, _scores(request.scores)
    counties = tuple(
        _county(code, store if code in held else None, plan, scores, model_id, request.home) for code in wanted
    )
    return RegionStatus(request.region, store.simulated, model_id, counties)


def _county(
    code: str,
    store: LedgerStore | None,
    plan: Mapping[str, int | None],
    scores: Mapping[str, tuple[str, int]],
    model_id: str | None,
    home: Path,
) -> CountyStatus:
    planned, expected = code in plan, plan.get(code)
    if store is None:
        return CountyStatus(code, planned, expected)
    tables = store.manifest.counties[code]
    verdict, state = read_verdict(home, code), region_state(home, code, model_id or "", county_sha256(store, code))
    local = read_calibration(home, code)
    as_of, scored = scores.get(code, (None, 0))
    listed, drawn = _listed(store, code, tables)
    days = [one.last_recorded for one in tables.values() if one.last_recorded is not None]
    visits = tables.get(s.VISITS)
    return CountyStatus(
        county=code,
        planned=planned,
        expected=expected,
        imported_on=max(days, default=None),
        rows=tables[s.CHILDREN].rows if s.CHILDREN in tables else 0,
        standing=state.standing,
        checked_on=verdict.as_of if verdict is not None and state.standing != "not_checked" else None,
        accepted=state.accepted,
        own_calibration=local is not None and local.model_id == model_id,
        scored_as_of=as_of,
        scored=scored,
        listed_as_of=listed,
        drawn=drawn,
        visited_on=visits.last_recorded if visits is not None and visits.rows else None,
        visits=visits.rows if visits is not None else 0,
    )


def _listed(store: LedgerStore, county: str, tables: Mapping[str, StoredTable]) -> tuple[date | None, int]:
    """The day of the newest list and the households drawn into it."""
    held = tables.get(s.ASSIGNMENTS)
    if held is None or not held.rows:
        return None, 0
    rows = store.scan(county, s.ASSIGNMENTS).select(AS_OF, DRAWN, s.HOUSEHOLD).filter(DRAWN)
    newest = rows.filter(pl.col(AS_OF) == pl.col(AS_OF).max())
    found = newest.select(pl.col(AS_OF).max(), pl.col(s.HOUSEHOLD).n_unique()).collect().row(0)
    return found[0], int(found[1])


def _scores(folders: Sequence[Path]) -> dict[str, tuple[str, int]]:
    """County -> the newest day it was scored for, and the children with a score."""
    found: dict[str, tuple[str, int]] = {}
    for folder in folders:
        try:
            raw = json.loads((folder / SCORES).read_text(encoding="utf-8"))
            day, counties = str(raw["as_of"]), [(str(one["county"]), int(one["scored"])) for one in raw["counties"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{folder}: no folder of scores", "give --scores a folder that mopai score wrote"
            ) from error
        for county, scored in counties:
            if county not in found or found[county][0] < day:
                found[county] = (day, scored)
    return found
