"""As-of dates and the windows they fall in: fit | gap | calibrate and choose cut-offs | gap | test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from features.cli.console import UserError
from training.plan import CountedWindows, GivenWindows, LabelRule, ScreeningPlan, Span, WindowRule

WindowName = Literal["fit", "calibrate", "test"]
WINDOW_NAMES: tuple[WindowName, ...] = ("fit", "calibrate", "test")


@dataclass(frozen=True, slots=True)
class Windows:
    """The as-of dates of the three windows, in order, and the day the labels' knowledge ends."""

    fit: tuple[date, ...]
    calibrate: tuple[date, ...]
    test: tuple[date, ...]
    cut: date

    def dates(self, window: WindowName) -> tuple[date, ...]:
        """The as-of dates of one window."""
        return {"fit": self.fit, "calibrate": self.calibrate, "test": self.test}[window]

    def known_by(self, window: WindowName) -> date:
        """The day by which the labels of a window must be recorded: before the next begins, or the data cut-off."""
        return {"fit": self.calibrate[0], "calibrate": self.test[0], "test": self.cut}[window]

    def all(self) -> tuple[tuple[WindowName, date], ...]:
        """Every as-of date with the window it belongs to, oldest first."""
        return tuple((window, day) for window in WINDOW_NAMES for day in self.dates(window))


def plan_windows(plan: ScreeningPlan, first_visit: date, newest_record: date) -> Windows:
    """Lay the plan's windows over a ledger whose visits begin and whose records end on the given days.

    Raises:
        UserError: the ledger is too short for the plan; says how many as-of dates were found and are wanted.
    """
    rule = plan.windows
    cut = rule.data_cut_off or newest_record
    layout = rule.layout
    if isinstance(layout, GivenWindows):
        windows = _given(rule, layout, cut)
    else:
        windows = _counted(rule, layout, plan.label, first_visit, cut)
    newest_needed = windows.test[-1] + timedelta(days=plan.label.horizon_days)
    if newest_needed > cut:
        raise UserError(
            f"plan '{plan.name}' [windows] test: labels of {windows.test[-1]} are known on {newest_needed}, "
            f"the records end on {cut}",
            "end the test window earlier, or import newer records",
        )
    return windows


def _given(rule: WindowRule, layout: GivenWindows, cut: date) -> Windows:
    fit, calibrate, test = (tuple(_dates_in(rule, span)) for span in (layout.fit, layout.calibrate, layout.test))
    for name, found in zip(WINDOW_NAMES, (fit, calibrate, test), strict=True):
        if not found:
            raise UserError(
                f"[windows] {name}: no as-of date on day {rule.day} of a month between its first and last day",
                "widen the window or change the day",
            )
    return Windows(fit, calibrate, test, cut)


def _counted(rule: WindowRule, layout: CountedWindows, label: LabelRule, first_visit: date, cut: date) -> Windows:
    known_by = cut - timedelta(days=label.horizon_days + rule.recording_lag_days)
    earliest = first_visit + timedelta(days=layout.history_days)
    gap = timedelta(days=rule.gap_days)
    test = _last_dates(rule, earliest, known_by, layout.test_dates)
    calibrate = _last_dates(rule, earliest, test[0] - gap, layout.calibrate_dates) if test else ()
    fit = _last_dates(rule, earliest, calibrate[0] - gap, layout.fit_dates) if calibrate else ()
    if len(test) < layout.test_dates or len(calibrate) < layout.calibrate_dates or not fit:
        raise UserError(
            f"[windows]: records from {first_visit} to {cut} hold {len(fit)} fit, {len(calibrate)} calibrate and "
            f"{len(test)} test as-of dates; wanted 1 or more, {layout.calibrate_dates} and {layout.test_dates}",
            "use a plan with a shorter horizon, gap or history, or a ledger that reaches further back",
        )
    return Windows(fit, calibrate, test, cut)


def _last_dates(rule: WindowRule, earliest: date, latest: date, count: int) -> tuple[date, ...]:
    """Up to ``count`` as-of dates, the last on or before ``latest``, none before ``earliest``; oldest first."""
    found: list[date] = []
    month = latest.year * 12 + latest.month - 1
    if latest.day < rule.day:
        month -= 1
    while len(found) < count:
        day = _day(month, rule.day)
        if day < earliest:
            break
        found.append(day)
        month -= rule.every_months
    return tuple(reversed(found))


def _dates_in(rule: WindowRule, span: Span) -> Iterable[date]:
    month = span.first.year * 12 + span.first.month - 1
    if span.first.day > rule.day:
        month += 1
    while (day := _day(month, rule.day)) <= span.last:
        yield day
        month += rule.every_months


def _day(month: int, day: int) -> date:
    return date(month // 12, month % 12 + 1, day)


def seeded_share(keys: Iterable[str], seed: int, purpose: str) -> np.ndarray:
    """A number in [0, 1) for each key that depends on the key, the seed and the purpose alone: float64, (n,).

    The same household falls on the same side in every run, county and order; another purpose deals anew.
    """
    salt = f"{seed}:{purpose}:".encode()
    numbers = [int.from_bytes(hashlib.blake2b(salt + key.encode(), digest_size=6).digest()) for key in keys]
    return np.asarray(numbers, dtype=np.float64) / 2.0**48
