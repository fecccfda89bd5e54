"""What monitoring saw last, which counties are suspended, and how each county stands to the release in use."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.cli.console import UserError
from features.definition import Label
from serving.review.access.viewer import Viewer

REPORTS = "reports"
GRAVE = "hard"
_ORDER = (GRAVE, "warn", "info")


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """An alarm of monitoring: how grave, where (empty: the whole region), and in words."""

    level: str
    county: str
    words: Label


@dataclass(frozen=True, slots=True)
class Watched:
    """The last report of monitoring: its day, its release, alarms (the gravest first), and precision expected and seen.

    ``expected`` and ``realised``: value and ends; None where not estimable or not known yet.
    """

    as_of: date
    model_id: str
    alarms: tuple[AlarmLine, ...]
    expected: tuple[float | None, float | None, float | None]
    realised: tuple[float | None, float | None, float | None] | None


@dataclass(frozen=True, slots=True)
class Suspended:
    """A county whose scores are not used, since when and why."""

    county: str
    since: date
    reason: Label


@dataclass(frozen=True, slots=True)
class CountyStanding:
    """How a county stands to the release: the verdict of its check and why; ``accepted`` by somebody all the same."""

    county: str
    standing: str
    accepted: bool
    checked_on: date | None
    reasons: tuple[Label, ...]


def watched(home: Path, viewer: Viewer) -> Watched | None:
    """The last report of monitoring, of it what speaks of the viewer's counties; None where there is none to read."""
    from models.release.suspensions import suspensions_file

    reports = sorted((suspensions_file(home).parent / REPORTS).glob("*.json"))
    try:
        return _watched(json.loads(reports[-1].read_bytes()), viewer)
    except (IndexError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def suspended(home: Path, viewer: Viewer) -> tuple[Suspended, ...] | None:
    """Suspensions in force in the viewer's counties; None where the file cannot be read: nobody is scored then."""
    from models.release.suspensions import read_suspensions

    try:
        held = read_suspensions(home)
    except UserError:
        return None
    return tuple(
        Suspended(one.county, one.since, one.reason) for county, one in sorted(held.items()) if sees(viewer, county)
    )


def county_standings(home: Path, ledger: Path | None, model_id: str, viewer: Viewer) -> tuple[CountyStanding, ...]:
    """The viewer's counties of the ledger, those that need a look first; none without a ledger."""
    from features.ledger.store import LedgerStore
    from models.release.regions import county_sha256, read_verdict, region_state

    try:
        store = LedgerStore.open(ledger) if ledger is not None else None
    except UserError:
        store = None
    found = []
    for county in store.counties() if store is not None else ():
        if store is None or not sees(viewer, county):
            continue
        try:
            state = region_state(home, county, model_id, county_sha256(store, county))
            verdict = read_verdict(home, county)
        except UserError:
            found.append(CountyStanding(county, "broken", accepted=False, checked_on=None, reasons=()))
            continue
        held = verdict if verdict is not None and state.standing != "not_checked" else None
        reasons = tuple(one.words for one in held.reasons) if held else ()
        checked_on = date.fromisoformat(held.as_of) if held else None
        found.append(CountyStanding(county, state.standing, state.accepted, checked_on, reasons))
    order = {name: place for place, name in enumerate(("broken", "not_fit", "with_care", "not_checked", "fit"))}
    return tuple(sorted(found, key=lambda one: (order[one.standing], one.county)))


def standing_counts(standings: tuple[CountyStanding, ...]) -> Mapping[str, int]:
    """How many counties stand how."""
    return Counter(one.standing for one in standings)


def sees(viewer: Viewer, county: str) -> bool:
    """Whether a county's figures concern a viewer: it lies in the viewer's region, or the region in it."""
    return any(county.startswith(own) or own.startswith(county) for own in viewer.regions)


def _watched(raw: Mapping[str, Any], viewer: Viewer) -> Watched:
    alarms = [
        AlarmLine(str(one["level"]), str(one["county"] or ""), Label(str(one["zh"]), str(one["en"])))
        for one in raw["alarms"]
        if not one["county"] or sees(viewer, str(one["county"]))
    ]
    found, expected = raw["realised"], raw["expected"]
    return Watched(
        as_of=date.fromisoformat(raw["as_of"]),
        model_id=str(raw["model_id"]),
        alarms=tuple(sorted(alarms, key=lambda one: (_ORDER.index(one.level), one.county))),
        expected=(expected["precision"], expected["lower"], expected["upper"]),
        realised=None if found is None else (found["precision"], found["least"], found["most"]),
    )
