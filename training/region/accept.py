"""The model's owner takes it upon himself that a county is scored although the release does not fit it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from features.cli.console import UserError
from models.release.current import ReleaseStore
from models.release.gate.people import People
from models.release.regions import Acceptance, RegionVerdict, read_verdict, write_verdict
from training.region.log import log_line, regions_locked


@dataclass(frozen=True, slots=True)
class Accept:
    """Who takes which county upon himself, and why."""

    county: str
    name: str
    reason: str


def accept(home: Path, wanted: Accept) -> RegionVerdict:
    """Keep the acceptance with the county's verdict, and for ever in the log.

    It holds for this release until a check finds something that was not among the reasons.

    Raises:
        UserError: no reason is given, nobody of that name is registered, or no verdict of the release in use says
            that it does not fit.
    """
    if not wanted.reason.strip():
        raise UserError("a county is accepted for a reason", "give --reason")
    person = People.of(home).find(wanted.name)
    model_id = ReleaseStore(home).current().name
    with regions_locked(home):
        verdict = read_verdict(home, wanted.county)
        if verdict is None or verdict.model_id != model_id or verdict.fit != "not_fit":
            raise UserError(
                f"county '{wanted.county}': no verdict says that the release in use does not fit it",
                "nothing needs to be accepted; see: mopai region status",
            )
        at = datetime.now(UTC).isoformat(timespec="seconds")
        accepted = replace(verdict, accepted=Acceptance(person.name, wanted.reason.strip(), at))
        log_line(home, {"action": "accept", **accepted.to_json()})
        write_verdict(home, accepted)
    return accepted
