"""The pages of the model's owner: the release and its rivals, in figures."""

from __future__ import annotations

from serving.review.access.viewer import May
from serving.review.web.dispatch import Page, route
from serving.review.web.pages.model import kept, overview

_FIGURES = May.READ_FIGURES
ROUTES = [
    *route("/model", Page(overview.show, _FIGURES)),
    *route("/model/{model_id}", Page(kept.show, _FIGURES)),
    *route("/model/{model_id}/audit", Page(kept.show_audit, _FIGURES)),
    *route("/model/{model_id}/audit.html", Page(kept.download, _FIGURES)),
]
