"""The days of the month that is walked through, and the screening plan of an office that looks at it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from serving.review.settings import settings
from training.plan_loader import PLANS

# Long enough that a list made on the last day of a month and a visit of the days after it lie in one horizon, whatever
# day it is today and however short February was.
HORIZON_DAYS = 34
_LAST_DAY_OF_ALL_MONTHS = 28
# What is left of the demonstration plan's windows and search for two small counties.
_CHANGED = {
    "name": '"office"',
    "horizon_days": str(HORIZON_DAYS),
    "gap_days": str(HORIZON_DAYS),
    "recording_lag_days": "0",
    "history_days": "90",
    "fit_dates": "6",
    "calibrate_dates": "2",
    "test_dates": "3",
    "trials": "2",
    "rounds": "60",
    "trees": "10",
    "random_draws": "50",
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Today, by the clock of the place of work."""

    today: date

    @staticmethod
    def now() -> Calendar:
        """The calendar of this day."""
        return Calendar(settings().day_of(datetime.now(UTC)))

    @property
    def list_day(self) -> date:
        """The day the list of this month speaks for: the last of the month before."""
        return self.today.replace(day=1) - timedelta(days=1)

    @property
    def period(self) -> str:
        """This month."""
        return f"{self.today:%Y-%m}"

    @property
    def next_period(self) -> str:
        """The month after."""
        return f"{self.today.replace(day=1) + timedelta(days=31):%Y-%m}"

    @property
    def visit_day(self) -> date:
        """A day of this month some days ago, or the first that the list allows."""
        return max(self.list_day, self.today - timedelta(days=3))

    @property
    def learned_day(self) -> date:
        """The newest as-of date of the plan: a visit on ``visit_day`` lies in its horizon, which is over today."""
        day = min((self.today - timedelta(days=HORIZON_DAYS)).day, _LAST_DAY_OF_ALL_MONTHS)
        return (self.today - timedelta(days=HORIZON_DAYS)).replace(day=day)


def write_plan(folder: Path, calendar: Calendar) -> Path:
    """The plan of an office: that of the demonstration, with a horizon of a month and as-of dates that suit today."""
    text = (PLANS / "demo.toml").read_text(encoding="utf-8")
    for name, value in {**_CHANGED, "day": str(calendar.learned_day.day)}.items():
        text, found = re.subn(rf"^{name} = [^#\n]*", f"{name} = {value} ", text, flags=re.MULTILINE)
        assert found == 1, name
    path = folder / "office.toml"
    path.write_text(text, encoding="utf-8")
    return path
