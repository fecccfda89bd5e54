"""One model: its figures, how it stands before the gate, who signed, what is left to do, and its audit."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from features.cli.console import UserError
from serving.review.access.viewer import NotFoundError
from serving.review.release.kept import KeptModel, figures_of, find_model, kept_models, subject_of
from serving.review.release.report import audit_page, audit_sections
from serving.review.release.standing import standing_of
from serving.review.settings import settings
from serving.review.web.ask import Ask
from serving.review.web.pages.model.figures import figure_row
from serving.review.web.render import page

_ID_CHARACTERS = 64


def show(ask: Ask) -> Response:
    """A model that is kept: figures, the gate, signatures, commands."""
    home, model = _model(ask)
    today = settings().day_of(ask.now)
    subject = subject_of(home, model.model_id, today)
    return page(
        ask,
        "model/kept.html.jinja",
        model=model,
        subject=subject,
        figures=() if subject is None else tuple(figure_row(one, ask.words) for one in figures_of(subject)),
        standing=None if subject is None else standing_of(home, subject, kept_models(home).pointer, today),
        sections=audit_sections(home, model.model_id),
    )


def show_audit(ask: Ask) -> Response:
    """One section of a model's audit with its tables, the first if none is named."""
    home, model = _model(ask)
    sections = audit_sections(home, model.model_id)
    wanted = ask.query("section")
    chosen = next((one for one in sections if one.key == wanted or not wanted), None)
    if chosen is None:
        raise NotFoundError
    subject = subject_of(home, model.model_id, settings().day_of(ask.now))
    simulated = subject is not None and subject.simulated is True
    return page(ask, "model/audit.html.jinja", model=model, sections=sections, section=chosen, simulated=simulated)


def download(ask: Ask) -> Response:
    """The stored page of the audit as a file: its own styles may not run here, and it is meant to be kept."""
    home, model = _model(ask)
    content = audit_page(home, model.model_id)
    if content is None:
        raise NotFoundError
    name = {"Content-Disposition": f'attachment; filename="audit-{model.model_id}.html"'}
    return Response(content, media_type="text/html; charset=utf-8", headers=name)


def _model(ask: Ask) -> tuple[Path, KeptModel]:
    """The model of the address; only ids that are kept are ever looked for on the disk."""
    home, wanted = ask.desk.folders.home, str(ask.request.path_params["model_id"])
    try:
        model = None if home is None or len(wanted) > _ID_CHARACTERS else find_model(home, wanted)
    except UserError:
        model = None
    if home is None or model is None:
        raise NotFoundError
    return home, model
