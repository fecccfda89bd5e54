"""The log of accesses, for auditors."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.settings import settings
from serving.review.web.ask import Ask
from serving.review.web.render import page
from serving.review.work.access_log import accesses


def show(ask: Ask) -> Response:
    """Accesses, the newest first, of one household or by one account if asked for."""
    household, account = ask.query("household")[:64], ask.query("account")[:64]
    number, count = max(ask.number("page"), 1), settings().log_entries
    first = (number - 1) * count
    # One more than fits tells whether there is another page.
    found = accesses(ask.session, ask.viewer, household=household, account=account, first=first, count=count + 1)
    return page(
        ask,
        "log.html.jinja",
        entries=found[:count],
        household=household,
        by=account,
        number=number,
        more=len(found) > count,
    )
