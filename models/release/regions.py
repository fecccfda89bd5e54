"""What is known of a county as a place for a release: the verdict of its check, and its own calibration.

Two small files of a home, written by people's commands and read by everything that scores a child there:
``regions/<county>.json`` (the verdict) and ``regions/<county>/calibration.json``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

from features.cli.console import UserError
from features.definition import Label
from features.definition.structure import ASSIGNMENTS, OVERRIDES, RATINGS
from features.ledger.manifest import MANIFEST
from features.ledger.store import LedgerStore
from models.calibration import Calibration
from models.release.files import write_file
from models.release.manifest import json_bytes

FORMAT = 1
LEDGER_FOLDER = "ledger"
"""Where the ledger of a home lies."""
_NO_FACTS = (ASSIGNMENTS, RATINGS, OVERRIDES)

Fit = Literal["fit", "with_care", "not_fit"]
Standing = Literal["fit", "with_care", "not_fit", "not_checked"]
NOT_CHECKED: Standing = "not_checked"

_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class Reason:
    """A criterion that was not met: its name and what was seen, in words."""

    code: str
    words: Label


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The model's owner lets a county be scored although the release does not fit it."""

    name: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class RegionVerdict:
    """Whether a release fits a county: judged on a day, on a state of its ledger, by declared criteria."""

    county: str
    fit: Fit
    as_of: str
    model_id: str
    ledger_sha256: str
    criteria_sha256: str
    reasons: tuple[Reason, ...]
    children: int
    checked_at: str
    accepted: Acceptance | None = None

    def keeping(self, before: RegionVerdict | None) -> RegionVerdict:
        """This verdict with the acceptance of the one before, if that holds for all that is not met now."""
        if before is None or before.accepted is None or before.model_id != self.model_id or self.fit != "not_fit":
            return self
        known = {one.code for one in before.reasons}
        return replace(self, accepted=before.accepted) if {one.code for one in self.reasons} <= known else self

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain JSON values."""
        said = self.accepted
        return {
            "format": FORMAT,
            "county": self.county,
            "fit": self.fit,
            "as_of": self.as_of,
            "model_id": self.model_id,
            "ledger_sha256": self.ledger_sha256,
            "criteria_sha256": self.criteria_sha256,
            "reasons": [{"code": one.code, "zh": one.words.zh, "en": one.words.en} for one in self.reasons],
            "children": self.children,
            "checked_at": self.checked_at,
            "accepted": None if said is None else {"name": said.name, "reason": said.reason, "at": said.at},
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> RegionVerdict:
        """Read what ``to_json`` made."""
        if raw["format"] != FORMAT or raw["fit"] not in get_args(Fit):
            raise ValueError(f"format {raw['format']!r}, fit {raw['fit']!r}")
        said = raw["accepted"]
        return cls(
            county=str(raw["county"]),
            fit=cast("Fit", raw["fit"]),
            as_of=str(raw["as_of"]),
            model_id=str(raw["model_id"]),
            ledger_sha256=str(raw["ledger_sha256"]),
            criteria_sha256=str(raw["criteria_sha256"]),
            reasons=tuple(Reason(one["code"], Label(one["zh"], one["en"])) for one in raw["reasons"]),
            children=int(raw["children"]),
            checked_at=str(raw["checked_at"]),
            accepted=None if said is None else Acceptance(said["name"], said["reason"], said["at"]),
        )


@dataclass(frozen=True, slots=True)
class LocalCalibration:
    """The calibration a pilot found in a county, for one release. ``source``: the list of the pilot it came from."""

    county: str
    model_id: str
    calibration: Calibration
    source: str
    adopted_at: str

    def to_json(self) -> dict[str, Any]:
        """The calibration as plain JSON values."""
        return {
            "format": FORMAT,
            "county": self.county,
            "model_id": self.model_id,
            **self.calibration.to_json(),
            "source": self.source,
            "adopted_at": self.adopted_at,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> LocalCalibration:
        """Read what ``to_json`` made."""
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']!r}")
        return cls(
            str(raw["county"]),
            str(raw["model_id"]),
            Calibration.from_json(raw),
            str(raw["source"]),
            str(raw["adopted_at"]),
        )


@dataclass(frozen=True, slots=True)
class RegionState:
    """A county as a release finds it: how its check stands, and its own calibration if it has one.

    ``blocked``: the release does not fit and nobody took it upon himself, so nobody there is scored.
    """

    standing: Standing = NOT_CHECKED
    accepted: bool = False
    calibration: Calibration | None = None

    @property
    def blocked(self) -> bool:
        """Whether scores of the county are withheld."""
        return self.standing == "not_fit" and not self.accepted


UNCHECKED = RegionState()


def regions_folder(home: Path) -> Path:
    """Where verdicts and calibrations of counties are kept."""
    return home / "regions"


def verdict_file(home: Path, county: str) -> Path:
    """The file of a county's verdict."""
    return regions_folder(home) / f"{county}.json"


def calibration_file(home: Path, county: str) -> Path:
    """The file of a county's own calibration."""
    return regions_folder(home) / county / "calibration.json"


def read_verdict(home: Path, county: str) -> RegionVerdict | None:
    """The verdict on a county; None where it was never checked. UserError when the file cannot be read."""
    return _read(verdict_file(home, county), RegionVerdict.from_json)


def read_calibration(home: Path, county: str) -> LocalCalibration | None:
    """A county's own calibration; None where there is none. UserError when the file cannot be read."""
    return _read(calibration_file(home, county), LocalCalibration.from_json)


def write_verdict(home: Path, verdict: RegionVerdict) -> Path:
    """Put a verdict in place in one step."""
    return _write(verdict_file(home, verdict.county), verdict.to_json())


def write_calibration(home: Path, calibration: LocalCalibration) -> Path:
    """Put a county's own calibration in place in one step."""
    return _write(calibration_file(home, calibration.county), calibration.to_json())


def region_state(home: Path, county: str, model_id: str, ledger_sha256: str | None = None) -> RegionState:
    """How a county stands for a release.

    A verdict of another release says nothing. One on an earlier state of the ledger no longer says that the release
    fits; that it does not fit holds until a new check: a new row does not mend a ledger.

    Args:
        home: where verdicts are kept.
        county: its code.
        model_id: the release.
        ledger_sha256: the county's ledger as it is (``county_sha256``). Where it is not known, no verdict says that
            the release fits.

    Raises:
        UserError: a file cannot be read. Nothing is scored then.
    """
    return _state(read_verdict(home, county), read_calibration(home, county), model_id, ledger_sha256)


def county_sha256(store: LedgerStore, county: str) -> str:
    """The sha256 over the facts of a county: what lists and people say of places is none and does not count."""
    tables = store.manifest.counties[county]
    lines = [f"{name} {stored.sha256}" for name, stored in sorted(tables.items()) if name not in _NO_FACTS]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def carry_verdict(home: Path, county: str, before: str, after: str) -> None:
    """Let a verdict stand over rows that visits added: what people find and correct day by day is no new register.

    Only the state the verdict was made on is followed; what an import brought in between needs a check of its own.

    Args:
        home: where verdicts are kept.
        county: its code.
        before: the county's ledger (``county_sha256``) before the rows.
        after: and with them.
    """
    verdict = read_verdict(home, county)
    if verdict is not None and before != after and verdict.ledger_sha256 == before:
        write_verdict(home, replace(verdict, ledger_sha256=after))


@dataclass(slots=True)
class RegionReader:
    """Follows the counties of a home for a service: a file is read again only when it was replaced.

    Of the ledger it reads the manifest alone, which tells what a county's rows are without showing any.
    """

    home: Path
    _read: dict[tuple[str, str], tuple[tuple[object, ...], RegionState]] = field(default_factory=dict)
    _ledger: tuple[object, Mapping[str, str]] = (None, {})

    def current(self, county: str, model_id: str) -> RegionState:
        """How a county stands for a release now; raises as ``region_state``."""
        ledger = self.home / LEDGER_FOLDER
        files = (verdict_file(self.home, county), calibration_file(self.home, county), ledger / MANIFEST)
        version = tuple(map(_version, files))
        held = self._read.get((county, model_id))
        if held is None or held[0] != version:
            if self._ledger[0] != version[-1]:
                self._ledger = (version[-1], _hashes(ledger))
            held = (version, region_state(self.home, county, model_id, self._ledger[1].get(county)))
            self._read[(county, model_id)] = held
        return held[1]


def _hashes(ledger: Path) -> dict[str, str]:
    """What the counties of a ledger are (``county_sha256``); nothing where there is none to read."""
    try:
        store = LedgerStore.open(ledger)
    except UserError:
        return {}
    return {county: county_sha256(store, county) for county in store.counties()}


def _state(
    verdict: RegionVerdict | None, local: LocalCalibration | None, model_id: str, ledger_sha256: str | None
) -> RegionState:
    calibration = local.calibration if local is not None and local.model_id == model_id else None
    if verdict is None or verdict.model_id != model_id:
        return RegionState(calibration=calibration)
    stale = verdict.ledger_sha256 != ledger_sha256
    standing: Standing = NOT_CHECKED if stale and verdict.fit != "not_fit" else verdict.fit
    return RegionState(standing, verdict.accepted is not None, calibration)


def _version(path: Path) -> object:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def _read(path: Path, parse: Callable[[Mapping[str, Any]], _Kept]) -> _Kept | None:
    try:
        return parse(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{path}: not what a check or a pilot writes ({error})", "restore it, or check again"
        ) from error


def _write(path: Path, content: Mapping[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, json_bytes(content))
    return path
