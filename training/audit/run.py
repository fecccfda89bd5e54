"""An audit from a model to its page: every section in order, two files in one step each, and the tracked run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from features.cli.console import Progress, silent
from features.definition import Definition
from features.parallel import cores
from models.release.files import write_file
from training.audit.context import audit_context
from training.audit.page import render_page
from training.audit.report import AuditReport, make_report, refuse_personal
from training.audit.sections import chosen_makers, run_sections
from training.evidence import evidence_folder
from training.tracking import record_audit

REPORT = "audit"
PART = "audit-part"


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """What to audit. ``only``: keys of sections; such a part is kept beside the whole audit and never tracked.

    With ``stands`` a part stands as the model's audit all the same: criteria that ask for more refuse it by themselves.
    """

    ledger: Path
    home: Path
    model_id: str
    definition: Definition
    only: tuple[str, ...] = ()
    stands: bool = False
    track: bool = True
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """A finished audit and where it lies. ``run_id``: the tracked run it was logged to; None when it was not."""

    report: AuditReport
    page: Path
    data: Path
    run_id: str | None


def run_audit(request: AuditRequest, progress: Progress = silent) -> Audit:
    """Audit a model, write ``audit.html`` and ``audit.json`` beside its evidence, and log both to its run.

    Raises:
        UserError: there is no such model, evidence or section, or the ledger is another one.
    """
    makers = chosen_makers(request.only)
    threads = request.workers or cores()
    opened = audit_context(
        request.ledger, request.home, request.model_id, request.definition, threads=threads, progress=progress
    )
    with opened as context:
        report = make_report(context.evidence, request.definition.name, run_sections(context, makers))
        page, data = render_page(report), report.to_json()
        refuse_personal("\n".join((page, data, *_kept(report).values())), context.evidence)
    folder = evidence_folder(request.home, request.model_id)
    part = bool(request.only) and not request.stands
    name = PART if part else REPORT
    files = {f"{name}.html": page, f"{name}.json": data, **_kept(report)}
    for file, text in files.items():
        write_file(folder / file, text.encode())
    tracked = request.track and not part
    contents = {file: text.encode() for file, text in files.items()}
    run_id = record_audit(request.home, request.model_id, report.figures, contents) if tracked else None
    return Audit(report, folder / f"{name}.html", folder / f"{name}.json", run_id)


def _kept(report: AuditReport) -> dict[str, str]:
    """What sections keep beside the report."""
    return {file: text for section in report.sections for file, text in section.files.items()}
