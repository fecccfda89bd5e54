"""As-of dates, the order of windows, and seeded shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from features.cli.console import UserError
from tests.training.plans import small_plan
from training.plan import CountedWindows, GivenWindows, ScreeningPlan, Span
from training.windows import plan_windows, seeded_share

FIRST, NEWEST = date(2016, 1, 10), date(2018, 12, 31)


def counted(**changes: int) -> ScreeningPlan:
    plan = small_plan()
    assert isinstance(plan.windows.layout, CountedWindows)
    return replace(plan, windows=replace(plan.windows, layout=replace(plan.windows.layout, **changes)))


def given(fit: Span, calibrate: Span, test: Span, cut: date | None = None) -> ScreeningPlan:
    plan = small_plan()
    return replace(plan, windows=replace(plan.windows, layout=GivenWindows(fit, calibrate, test), data_cut_off=cut))


def test_counted_windows_stand_in_order_with_the_gap_between_them() -> None:
    plan = small_plan()
    windows = plan_windows(plan, FIRST, NEWEST)
    gap = timedelta(days=plan.windows.gap_days)
    assert windows.fit[-1] + gap <= windows.calibrate[0]
    assert windows.calibrate[-1] + gap <= windows.test[0]
    assert windows.test[-1] + timedelta(days=plan.label.horizon_days + plan.windows.recording_lag_days) <= NEWEST


def test_counted_windows_are_the_latest_possible_by_hand() -> None:
    # horizon 90 + lag 30: 120 days before 2018-12-31 is 2018-09-02, so the last test date is 1 September.
    windows = plan_windows(small_plan(), FIRST, NEWEST)
    assert windows.test == (date(2018, 8, 1), date(2018, 9, 1))
    # 120 days before 1 August is 3 April.
    assert windows.calibrate == (date(2018, 3, 1), date(2018, 4, 1))
    # 120 days before 1 March is 1 November: that day itself is far enough.
    assert windows.fit[-1] == date(2017, 11, 1)
    assert len(windows.fit) == 6
    assert windows.cut == NEWEST


def test_history_bounds_the_first_fit_date() -> None:
    windows = plan_windows(counted(fit_dates=100, history_days=180), FIRST, NEWEST)
    assert windows.fit[0] == date(2016, 8, 1)  # 10 January + 180 days = 8 July


def test_dates_are_listed_oldest_first_with_their_window() -> None:
    windows = plan_windows(small_plan(), FIRST, NEWEST)
    days = [day for _, day in windows.all()]
    assert days == sorted(days)
    assert windows.all()[-1] == ("test", date(2018, 9, 1))


def test_every_months_and_day_are_kept() -> None:
    plan = small_plan()
    plan = replace(plan, windows=replace(plan.windows, every_months=3, day=15))
    windows = plan_windows(plan, FIRST, NEWEST)
    assert windows.test == (date(2018, 5, 15), date(2018, 8, 15))


def test_a_short_ledger_is_refused_with_what_it_holds() -> None:
    with pytest.raises(UserError, match=r"hold 0 fit, 2 calibrate and 2 test as-of dates; wanted 1 or more, 2 and 2"):
        plan_windows(small_plan(), date(2017, 8, 1), NEWEST)


def test_a_ledger_shorter_than_the_test_window_is_refused() -> None:
    with pytest.raises(UserError, match="hold 0 fit, 0 calibrate and 0 test"):
        plan_windows(small_plan(), date(2018, 11, 1), NEWEST)


def test_given_spans_are_taken_as_they_are() -> None:
    plan = given(
        Span(date(2016, 5, 2), date(2016, 12, 31)),
        Span(date(2017, 5, 1), date(2017, 5, 31)),
        Span(date(2018, 1, 1), date(2018, 2, 1)),
        date(2018, 6, 30),
    )
    windows = plan_windows(plan, FIRST, NEWEST)
    assert windows.fit == tuple(date(2016, month, 1) for month in range(6, 13))
    assert windows.calibrate == (date(2017, 5, 1),)
    assert windows.test == (date(2018, 1, 1), date(2018, 2, 1))
    assert windows.cut == date(2018, 6, 30)


def test_a_given_span_without_an_as_of_date_is_refused() -> None:
    plan = given(
        Span(date(2016, 5, 2), date(2016, 5, 31)),
        Span(date(2017, 5, 1), date(2017, 5, 31)),
        Span(date(2018, 1, 1), date(2018, 2, 1)),
    )
    with pytest.raises(UserError, match=r"\[windows\] fit: no as-of date on day 1"):
        plan_windows(plan, FIRST, NEWEST)


def test_a_test_window_whose_labels_are_not_known_yet_is_refused() -> None:
    plan = given(
        Span(date(2016, 5, 1), date(2016, 12, 31)),
        Span(date(2017, 5, 1), date(2017, 5, 31)),
        Span(date(2018, 12, 1), date(2018, 12, 1)),
    )
    with pytest.raises(UserError, match="labels of 2018-12-01 are known on 2019-03-01, the records end on 2018-12-31"):
        plan_windows(plan, FIRST, NEWEST)


def test_a_share_depends_on_key_seed_and_purpose_alone() -> None:
    keys = [f"h{number}" for number in range(2000)]
    share = seeded_share(keys, 1, "new household")
    assert np.array_equal(share[::-1], seeded_share(keys[::-1], 1, "new household"))
    assert not np.array_equal(share, seeded_share(keys, 2, "new household"))
    assert abs(np.corrcoef(share, seeded_share(keys, 1, "tuning"))[0, 1]) < 0.1
    assert abs((share < 0.2).mean() - 0.2) < 0.03
    assert share.min() >= 0
    assert share.max() < 1


def test_the_labels_of_a_window_are_recorded_before_the_next_begins() -> None:
    windows = plan_windows(small_plan(), FIRST, NEWEST)
    assert windows.known_by("fit") == windows.calibrate[0]
    assert windows.known_by("calibrate") == windows.test[0]
    assert windows.known_by("test") == windows.cut
