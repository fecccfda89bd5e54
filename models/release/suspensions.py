"""Counties whose scores are suspended: what monitoring wrote, read by everything that would score a child there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from features.cli.console import UserError
from features.definition import Label
from models.release.files import write_file
from models.release.manifest import json_bytes

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Suspension:
    """Why the scores of a county are not used: the alarms of the day ``since`` that the release ``model_id`` raised.

    It holds for every release until a person lifts it: a new model does not mend a ledger.
    """

    county: str
    since: dt.date
    model_id: str
    kinds: tuple[str, ...]
    reason: Label


def suspensions_file(home: Path) -> Path:
    """Where the suspensions in force are kept."""
    return home / "monitor" / "suspended.json"


def read_suspensions(home: Path) -> Mapping[str, Suspension]:
    """The suspensions in force by county; none where nothing was ever suspended.

    Raises:
        UserError: the file cannot be read. Nothing is scored then: a county that may be suspended is not scored.
    """
    path = suspensions_file(home)
    try:
        raw = json.loads(path.read_bytes())
        return _suspensions(raw)
    except FileNotFoundError:
        return {}
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{path}: not the suspensions that monitoring writes ({error})", "restore the file from a copy"
        ) from error


@dataclass(slots=True)
class SuspensionReader:
    """Follows the suspensions of a home for a service: the file is read again only when it was replaced."""

    home: Path
    _read: tuple[tuple[int, int], Mapping[str, Suspension]] = field(default_factory=lambda: ((0, 0), {}))

    def current(self) -> Mapping[str, Suspension]:
        """The suspensions in force now; raises as ``read_suspensions``."""
        try:
            found = suspensions_file(self.home).stat()
        except FileNotFoundError:
            return {}
        version = (found.st_mtime_ns, found.st_ino)
        if self._read[0] != version:
            self._read = (version, read_suspensions(self.home))
        return self._read[1]


def write_suspensions(home: Path, suspensions: Mapping[str, Suspension]) -> None:
    """Put the suspensions in force in place in one step. For the one that holds the lock of monitoring."""
    path = suspensions_file(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    counties = {county: suspension_json(one) for county, one in sorted(suspensions.items())}
    write_file(path, json_bytes({"format": FORMAT, "counties": counties}))


def suspension_json(one: Suspension) -> dict[str, Any]:
    """A suspension as plain JSON values, without its county."""
    return {
        "since": one.since.isoformat(),
        "model_id": one.model_id,
        "kinds": list(one.kinds),
        "zh": one.reason.zh,
        "en": one.reason.en,
    }


def _suspensions(raw: Mapping[str, Any]) -> dict[str, Suspension]:
    if raw["format"] != FORMAT:
        raise ValueError(f"format {raw['format']!r}")
    return {
        county: Suspension(
            county=county,
            since=dt.date.fromisoformat(one["since"]),
            model_id=str(one["model_id"]),
            kinds=tuple(map(str, one["kinds"])),
            reason=Label(str(one["zh"]), str(one["en"])),
        )
        for county, one in raw["counties"].items()
    }
