"""Forms that came too late: what was typed is not lost, and nobody else is shown it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from starlette.responses import Response

from serving.review.access.sessions import ended_by_time
from serving.review.settings import settings
from serving.review.store.accounts import SignedIn
from serving.review.web import cookies
from serving.review.web.ask import Ask, form_token_of, see
from serving.review.work.kept_forms import keep_form, take_form, waits

PASSWORD, SIGN_IN = "/password", "/sign-in"


def genuine(ask: Ask) -> bool:
    """Whether a form is one of ours, for this session, sent from our own page."""
    return not from_elsewhere(ask) and _same(ask, ask.token)


def from_elsewhere(ask: Ask) -> bool:
    """Whether another site's page sent the form."""
    origin = ask.request.headers.get("origin")
    return bool(origin) and urlsplit(origin).netloc != ask.request.headers.get("host", "")


def kept_for_later(ask: Ask) -> Response | None:
    """Keep a form whose session ran out, and ask its person to sign in again; None where nobody can know whose it is.

    The browser still has the token of that session, and the form is of it: nobody else could have sent it.
    """
    ended = ran_out(ask)
    if ended is None:
        return None
    path, fields = ask.request.url.path, {name: value for name, value in ask.form.items() if name != "token"}
    secret = cookies.read(ask.request, cookies.KEPT) or secrets.token_urlsafe(32)
    keep_form(ask.session, ended.account_id, path, fields, secret=secret, now=ask.now)
    answer = see(f"{SIGN_IN}?kept=1&next={quote(path)}")
    cookies.give(ask.request, answer, cookies.KEPT, secret, seconds=int(settings().session.form.total_seconds()))
    return answer


def ran_out(ask: Ask) -> SignedIn | None:
    """The session that ran out before its form was sent; None for a form of none, or from elsewhere."""
    token = cookies.read(ask.request, cookies.SESSION)
    ended = ended_by_time(ask.session, token, ask.now) if token else None
    if ended is None or from_elsewhere(ask) or not _same(ask, form_token_of(token, ended.account_id)):
        return None
    return ended


def is_old_form(ask: Ask) -> bool:
    """Whether the form is of an earlier session of the person who is signed in, sent from our own page."""
    person = f"_{ask.signed_in.account_id}" if ask.signed_in is not None else ""
    said = bool(ask.request.headers.get("origin")) and not from_elsewhere(ask)
    return said and bool(person) and ask.form.get("token", "").endswith(person)


def given_back(ask: Ask) -> Mapping[str, str]:
    """What the reader typed on this page before the session ended; empty when nothing is kept."""
    if ask.signed_in is None or not waits(ask.session, ask.signed_in.account_id, ask.request.url.path):
        return {}
    secret = cookies.read(ask.request, cookies.KEPT)
    with ask.desk.database.writing() as session:
        return take_form(session, ask.signed_in.account_id, ask.request.url.path, secret=secret, now=ask.now)


def _same(ask: Ask, wanted: str) -> bool:
    return hmac.compare_digest(ask.form.get("token", "").encode(), wanted.encode())
