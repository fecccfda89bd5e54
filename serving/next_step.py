"""The command a person types after scoring: the visits of the month that follows."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path

from features.definition.structure import COUNTY_DIGITS, VILLAGE_DIGITS
from models.policy.lists.period import Period
from serving.batch.run import ScoreRequest

_TOWNSHIP_DIGITS = 9


def after_score(request: ScoreRequest, counties: tuple[str, ...], home: Path | None) -> str:
    """The line that makes a list of what was scored: of the place asked for, or of the first of several counties.

    Args:
        request: what was scored.
        counties: those with scores, sorted, at least one.
        home: as the person gave it; None where the default held.
    """
    month = Period.parse(f"{request.as_of + dt.timedelta(days=1):%Y-%m}").name
    option, place = _place(request.region, counties)
    words = ["mopai list", f"--{option}", place, "--period", month, "--scores", str(request.out)]
    if request.ledger != request.home / "ledger":
        words += ["--ledger", str(request.ledger)]
    for name, given in (("home", home), ("policy", request.policy), ("definition", request.definition)):
        words += [f"--{name}", str(given)] if given is not None else []
    return " ".join([words[0], *map(shlex.quote, [*words[1:], "--out", "list.xlsx"])])


def _place(region: str, counties: tuple[str, ...]) -> tuple[str, str]:
    if len(region) >= VILLAGE_DIGITS:
        return "village", region
    if len(region) >= _TOWNSHIP_DIGITS:
        return "township", region[:_TOWNSHIP_DIGITS]
    return "county", region[:COUNTY_DIGITS] if len(region) >= COUNTY_DIGITS else counties[0]
