"""Suspending and lifting: once, by name, for a reason, and never forgotten."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import Label
from models.release.suspensions import read_suspensions, suspensions_file
from training.monitor.alarm import Alarm
from training.monitor.suspend import LOG, Lift, lift, suspend, suspension_log

DAY, LATER = date(2026, 5, 31), date(2026, 6, 30)
WHO = Lift("520001", "李华 Li Hua", "records were sent again")


def _alarm(kind: str) -> Alarm:
    return Alarm("hard", kind, "520001", Label(f"{kind}原因", f"{kind} reason"), 100.0, 92.0)


HARD = {"520001": (_alarm("old_data"), _alarm("equal_scores"))}


def test_a_hard_alarm_suspends_once_with_its_reasons(tmp_path: Path) -> None:
    (fresh,) = suspend(tmp_path, HARD, DAY, "m1")
    assert (fresh.county, fresh.since, fresh.model_id) == ("520001", DAY, "m1")
    assert fresh.kinds == ("old_data", "equal_scores")
    assert fresh.reason == Label("old_data原因；equal_scores原因", "old_data reason; equal_scores reason")
    assert read_suspensions(tmp_path) == {"520001": fresh}
    assert suspend(tmp_path, HARD, LATER, "m1") == ()
    assert read_suspensions(tmp_path)["520001"].since == DAY
    assert [line["action"] for line in suspension_log(tmp_path)] == ["suspend"]


def test_no_hard_alarm_suspends_nobody_and_frees_nobody(tmp_path: Path) -> None:
    assert suspend(tmp_path, {}, DAY, "m1") == ()
    suspend(tmp_path, HARD, DAY, "m1")
    suspend(tmp_path, {}, LATER, "m1")
    assert set(read_suspensions(tmp_path)) == {"520001"}


def test_a_person_lifts_it_and_the_log_keeps_who_and_why(tmp_path: Path) -> None:
    suspend(tmp_path, HARD, DAY, "m1")
    ended = lift(tmp_path, WHO)
    assert ended.since == DAY
    assert read_suspensions(tmp_path) == {}
    first, last = suspension_log(tmp_path)
    assert first["action"] == "suspend"
    assert (last["action"], last["county"], last["name"], last["reason"]) == (
        "lift", WHO.county, WHO.name, WHO.reason,
    )  # fmt: skip


def test_what_was_lifted_stays_lifted_for_that_day_and_release_only(tmp_path: Path) -> None:
    suspend(tmp_path, HARD, DAY, "m1")
    lift(tmp_path, WHO)
    assert suspend(tmp_path, HARD, DAY, "m1") == ()
    assert len(suspend(tmp_path, HARD, LATER, "m1")) == 1
    lift(tmp_path, WHO)
    assert len(suspend(tmp_path, HARD, DAY, "m2")) == 1


@pytest.mark.parametrize("wanted", [Lift("520001", " ", "why"), Lift("520001", "who", "")])
def test_nobody_lifts_without_a_name_and_a_reason(tmp_path: Path, wanted: Lift) -> None:
    suspend(tmp_path, HARD, DAY, "m1")
    with pytest.raises(UserError, match="by somebody, for a reason"):
        lift(tmp_path, wanted)
    assert set(read_suspensions(tmp_path)) == {"520001"}


def test_only_a_suspended_county_can_be_lifted(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'520001' is not suspended") as error:
        lift(tmp_path, WHO)
    assert error.value.hint == "suspended: none"


def test_a_line_torn_by_a_power_cut_harms_no_other(tmp_path: Path) -> None:
    suspend(tmp_path, HARD, DAY, "m1")
    path = suspensions_file(tmp_path).parent / LOG
    with path.open("a", encoding="utf-8") as stream:
        stream.write('{"action": "li')
    lift(tmp_path, WHO)
    assert [line["action"] for line in suspension_log(tmp_path)] == ["suspend", "lift"]
