"""The month a list is made for."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from features.cli.console import UserError

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month: ``start`` its first day, ``end`` its last."""

    start: dt.date
    end: dt.date

    @staticmethod
    def parse(text: str) -> Period:
        """Read a month such as ``2026-07``; UserError when it is none."""
        month = _MONTH.match(text)
        if month is None or month[1] < "1900":
            raise UserError(f"period '{text}'", "wanted a month such as 2026-07")
        start = dt.date(int(month[1]), int(month[2]), 1)
        following = (start + dt.timedelta(days=31)).replace(day=1)
        return Period(start, following - dt.timedelta(days=1))

    @property
    def name(self) -> str:
        """The month as people write it: 2026-07."""
        return f"{self.start:%Y-%m}"
