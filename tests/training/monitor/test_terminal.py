"""The report in a terminal of 100 columns: alarms at the end, where a person looks first."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

from rich.console import Console

from features.definition import Label
from tests.builders import default_definition
from training.monitor.alarm import Alarm
from training.monitor.names import Words
from training.monitor.report import MonitorReport
from training.monitor.terminal import print_report


def _shown(report: MonitorReport) -> str:
    text = StringIO()
    print_report(report, Words.of(default_definition()), Console(file=text, width=100))
    return text.getvalue()


def test_alarms_are_said_by_county_and_those_of_inputs_are_counted(report: MonitorReport) -> None:
    county = report.counties[0].county
    words = Label("旧", "old")
    alarms = (
        Alarm("hard", "old_data", county, words, 100, 92),
        Alarm("warn", "below_expected", "", words, 0.1, 0.05),
        Alarm("warn", "feature_drift", county, words, 0.5, 0.3, "age"),
        Alarm("warn", "unknown", county, words, 0.5, 0.2, "age"),
    )
    shown = _shown(replace(report, alarms=alarms))
    assert f"暂停 suspends {county}: 旧 old" in shown
    assert "注意 warning: 旧 old" in shown
    assert f"{county}: 1 项输入分布变化，1 项不详增多 1 inputs moved, 1 are less often known" in shown
    assert "Simulated ledger" in shown


def test_a_real_ledger_is_not_called_simulated(report: MonitorReport) -> None:
    shown = _shown(replace(report, simulated=False, alarms=()))
    assert "Simulated" not in shown
    assert "The scores of no county are suspended." in shown
    assert "inputs moved" not in shown
