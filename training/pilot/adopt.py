"""Let a county's chances come from its pilot: by name, for the release the pilot was read with."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from features.cli.console import UserError
from models.calibration import Calibration
from models.release.current import ReleaseStore
from models.release.gate.people import People
from models.release.regions import LocalCalibration, calibration_file, write_calibration
from training.pilot.evaluate import FILE
from training.region.log import log_line, regions_locked


def adopt_pilot(home: Path, county: str, name: str) -> LocalCalibration:
    """Keep the calibration that ``mopai pilot evaluate`` found, and for ever in the log who adopted it.

    Raises:
        UserError: nothing was found or it was not estimable, the release changed since, or nobody of that name is
            registered.
    """
    path = calibration_file(home, county).with_name(FILE)
    try:
        raw = json.loads(path.read_bytes())
        model_id, list_id, curve = str(raw["model_id"]), str(raw["list_id"]), raw["calibration"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"county '{county}': no evaluated pilot in {path.parent}", "mopai pilot evaluate") from error
    person, released = People.of(home).find(name), ReleaseStore(home).current().name
    if model_id != released:
        raise UserError(
            f"the pilot was read with model {model_id}, the release in use is {released}", "mopai pilot evaluate again"
        )
    if curve is None:
        raise UserError(f"the pilot '{list_id}' carries no calibration: not estimable", "visit more of its households")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    kept = LocalCalibration(county, model_id, Calibration.from_json(curve), list_id, at)
    with regions_locked(home):
        log_line(home, {"action": "adopt", "name": person.name, **kept.to_json()})
        write_calibration(home, kept)
    return kept
