"""The release in use, the models beside it, monitoring, counties, and the exchange with the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from features.cli.console import UserError
from serving.review.release.kept import JUDGED_TO, Kept, figures_of, kept_models, subject_of
from serving.review.release.settings import model_settings
from serving.review.release.watch import GRAVE, CountyStanding, county_standings, standing_counts, suspended, watched
from serving.review.settings import settings
from serving.review.web.ask import Ask
from serving.review.web.pages.model.figures import figure_row, ranged
from serving.review.web.render import page
from serving.review.work.exchange_state import exchange_state


def show(ask: Ask) -> Response:
    """Everything about the models on one page; what is not at hand is said in words."""
    limits, home = model_settings(), ask.desk.folders.home
    kept = _kept(ask)
    return page(
        ask,
        "model/overview.html.jinja",
        kept=kept,
        others=kept.others[: limits.models] if kept else (),
        hidden=max(len(kept.others) - limits.models, 0) if kept else 0,
        moves=tuple(reversed(kept.pointer.moves[-limits.moves :])) if kept else (),
        exchange=exchange_state(ask.session, ask.viewer),
        tracking=ask.desk.tracking,
        has_home=home is not None,
        **_release(ask, kept),
        **_monitoring(ask),
        **_counties(ask, kept),
    )


def _kept(ask: Ask) -> Kept | None:
    if ask.desk.folders.home is None:
        return None
    try:
        return kept_models(ask.desk.folders.home)
    except UserError:
        return None


def _release(ask: Ask, kept: Kept | None) -> dict[str, Any]:
    home, released = ask.desk.folders.home, kept.released if kept else None
    nothing: dict[str, Any] = {"release": released, "subject": None, "figures": (), "age": None}
    if home is None or kept is None or released is None:
        return nothing
    today = settings().day_of(ask.now)
    subject = subject_of(home, released.model_id, today)
    if subject is None:
        return nothing
    judged = released.windows.get(JUDGED_TO)
    return {
        "release": released,
        "subject": subject,
        "figures": tuple(figure_row(one, ask.words) for one in figures_of(subject)),
        "age": (today - judged).days if judged else None,
    }


def _monitoring(ask: Ask) -> dict[str, Any]:
    home, limits = ask.desk.folders.home, model_settings()
    seen = None if home is None else watched(home, ask.viewer)
    alarms = seen.alarms if seen else ()
    milder = tuple(one for one in alarms if one.level != GRAVE)
    late = seen is not None and settings().day_of(ask.now) - seen.as_of > timedelta(days=limits.unwatched_days)
    return {
        "watch": seen,
        "grave": tuple(one for one in alarms if one.level == GRAVE),
        "warnings": milder[: limits.alarms],
        "more_alarms": max(len(milder) - limits.alarms, 0),
        "watch_late": late,
        "expected": ranged(seen.expected, ask.words) if seen else "",
        "realised": ranged(seen.realised, ask.words) if seen and seen.realised else "",
        "suspended": () if home is None else suspended(home, ask.viewer),
    }


def _counties(ask: Ask, kept: Kept | None) -> dict[str, Any]:
    folders, released = ask.desk.folders, kept.released if kept else None
    if folders.home is None or released is None:
        found: tuple[CountyStanding, ...] = ()
    else:
        found = county_standings(folders.home, folders.ledger, released.model_id, ask.viewer)
    shown = model_settings().counties
    return {
        "counties": found[:shown],
        "more_counties": max(len(found) - shown, 0),
        "county_counts": standing_counts(found),
    }
