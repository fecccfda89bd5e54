"""The report of a region as one HTML page, in the form of the audit's."""

from __future__ import annotations

from pathlib import Path

from features.cli.console import UserError
from features.definition import Definition, Label
from training.audit.page import render_page
from training.audit.report import AuditReport
from training.monitor.names import Words
from training.monitor.report import MonitorReport
from training.monitor.sections import sections

TITLE = Label("上线后监测", "After release")


def monitor_page(report: MonitorReport, definition: Definition) -> str:
    """The page as HTML text; it refers to nothing outside itself and names no child."""
    day = report.as_of.isoformat()
    return render_page(
        AuditReport(
            model_id=report.model_id,
            simulated=report.simulated,
            definition=definition.name,
            plan=report.plan.name,
            plan_hash=report.plan.hash,
            data_hash=report.data_hash,
            dates={"as of": (day, day)},
            places_share=report.plan.capacity.share,
            sections=sections(report, Words.of(definition)),
        ),
        title=TITLE,
    )


def write_page(path: Path, html: str) -> None:
    """Write a page. UserError when the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror})", "give --page a file that may be written"
        ) from error
