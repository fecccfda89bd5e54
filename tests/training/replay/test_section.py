"""Tests of ``training.replay.section``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from features.definition import Label
from tests.training.audited import audited
from training.evaluation import LOGISTIC, MODEL, OVERDUE, RANDOM
from training.replay.replay import BEST, Replay, Replayed
from training.replay.section import describe, interval_text, section
from training.stability.resample import NOT_ESTIMABLE, Interval

WORDS: Mapping[str, Label] = {"only age": Label("只看年龄", "only age")}


def _replay(model: Interval, chance: Interval, *, needs: int = 40) -> Replay:
    orders = (
        (MODEL, model),
        ("only age", Interval(1.0, -1.0, 3.0)),
        (RANDOM, chance),
        (BEST, Interval(20.0, 19.0, 21.0)),
    )
    return Replay(100, needs, 3, tuple(Replayed(name, days, 0.3, 0.6, days) for name, days in orders))


def test_what_the_model_gains_and_loses_is_said_with_its_limits() -> None:
    found = describe(_replay(Interval(6.0, 3.0, 9.0), Interval(0.4, -2.0, 2.0)), WORDS)
    said = " ".join(label.en for label in found.findings)
    assert "6.0 days sooner (95 % interval 3.0 to 9.0" in said
    assert "30 % of them come later" in said
    assert "no different from the real order" in said
    assert "may not have existed earlier" in said
    assert "早6.0天" in found.findings[0].zh
    assert found.figures["days_sooner"] == 6.0
    assert (found.figures["days_sooner_lower"], found.figures["days_sooner_upper"]) == (3.0, 9.0)
    assert found.figures["later_share"] == 0.3
    assert [row[0] for row in found.tables[0].rows][1] == WORDS["only age"]
    assert "svg" in found.pictures[0].en


def test_a_real_order_better_or_worse_than_chance_is_told_apart() -> None:
    better = describe(_replay(Interval(-1.0, -3.0, 1.0), Interval(-5.0, -7.0, -3.0)), WORDS)
    assert "1.0 days later" in better.findings[0].en
    assert "better than chance already" in better.findings[1].en
    worse = describe(_replay(Interval(9.0, 8.0, 10.0), Interval(5.0, 3.0, 7.0)), WORDS)
    assert "worse than chance" in worse.findings[1].en
    unknown = describe(_replay(Interval(9.0, None, None), Interval(5.0, None, None)), WORDS)
    assert "no interval" in unknown.findings[0].en
    assert "not estimable" in unknown.findings[1].en


def test_a_window_without_a_need_is_not_replayed() -> None:
    found = describe(_replay(NOT_ESTIMABLE, NOT_ESTIMABLE, needs=0), WORDS)
    assert "nothing to replay" in found.findings[0].en
    assert found.tables == found.pictures == ()
    assert found.figures["days_sooner"] is None


def test_intervals_are_written_as_far_as_they_are_known() -> None:
    assert interval_text(Interval(1.0, 0.5, 1.5)) == "1.0 (0.5 – 1.5)"
    assert interval_text(Interval(1.0, None, None)) == "1.0"
    assert isinstance(interval_text(NOT_ESTIMABLE), Label)


@pytest.mark.slow
def test_the_section_of_a_trained_model_replays_its_test_window(ledger: Path) -> None:
    found = section(audited(ledger))
    orders = found.data["orders"]
    assert isinstance(orders, list)
    names = [one["name"] for one in orders]
    assert names[0] == MODEL
    assert {OVERDUE, LOGISTIC, RANDOM, BEST} <= set(names)
    assert sum(name.startswith("only ") for name in names) == 5
    days = {one["name"]: one["days"][0] for one in orders}
    assert days[BEST] == max(days.values())
    lower, upper = found.figures["random_days_lower"], found.figures["random_days_upper"]
    assert lower is not None
    assert upper is not None
    assert lower <= (found.figures["random_days"] or 0) <= upper
    assert 0 < (found.figures["later_share"] or 0) < 1
