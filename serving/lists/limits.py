"""How far ahead of what is known a list may be drawn; see ``limits.toml`` for the reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from features.cli.console import UserError
from features.settings_file import read_settings
from models.policy.lists.period import Period


@dataclass(frozen=True, slots=True)
class ListLimits:
    """The limits of lists."""

    months_ahead_at_most: int


@lru_cache(maxsize=1)
def list_limits() -> ListLimits:
    """Read the limits once."""
    return read_settings(Path(__file__).with_suffix(".toml"), TypeAdapter(ListLimits))


def require_near(period: Period, known: dt.date, *, scored: bool) -> None:
    """Refuse a period far after what is known, which is a mistyped year. No clock is asked: months may be simulated.

    Raises:
        UserError: the period lies too many months ahead.
    """
    ahead = (period.start.year - known.year) * 12 + period.start.month - known.month
    if ahead > list_limits().months_ahead_at_most:
        said = f"the scores speak for {known}" if scored else f"the newest record in the ledger is of {known}"
        raise UserError(
            f"the period {period.name} is {ahead} months ahead: {said}",
            f"a list is made at most {list_limits().months_ahead_at_most} months ahead and cannot be taken back: "
            f"look at --period, or {'score a later day' if scored else 'import newer data'} first",
        )
