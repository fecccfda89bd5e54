"""Out to the provider of identities and back. No transaction is open while the provider is asked."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from serving.review.access.devices import device_mark
from serving.review.access.lock_out import name_key, note_attempt
from serving.review.access.provider import (
    Provider,
    ProviderError,
    account_of,
    identify,
    keep_flow,
    leave_for,
    take_flow,
)
from serving.review.access.sessions import end_own_session, open_session
from serving.review.access.viewer import NotFoundError
from serving.review.store.accounts import Outcome
from serving.review.web import cookies
from serving.review.web.ask import Ask
from serving.review.web.pages.sign_in import admitted, refused
from serving.review.work.kept_forms import newest_path

CALLBACK = "/sign-in/callback"


def go(ask: Ask) -> Response:
    """Send the browser to the provider."""
    provider = _provider(ask)
    try:
        leaving = leave_for(provider, _callback(ask), ask.now)
    except ProviderError:
        return _refused(ask, provider)
    with ask.desk.database.writing() as session:
        keep_flow(session, leaving.flow, ask.now)
    answer = RedirectResponse(leaving.url, 303)
    cookies.give(ask.request, answer, cookies.PROVIDER, leaving.state)
    return answer


def come_back(ask: Ask) -> Response:
    """Let in whom the provider vouches for, if there is an account."""
    provider = _provider(ask)
    try:
        with ask.desk.database.writing() as session:
            flow = take_flow(session, ask.query("state"), cookies.read(ask.request, cookies.PROVIDER), ask.now)
        identity = identify(provider, flow, ask.query("code"), _callback(ask))
        with ask.desk.database.writing() as session:
            account = account_of(session, identity)
            note_attempt(session, name_key(account.name), ask.address, Outcome.SIGNED_IN, ask.now)
            token = open_session(session, account, ask.request.headers.get("user-agent", ""), ask.now)
            known = device_mark(session, token)
            if ask.signed_in is not None:
                # As where a password is given: nobody would know that it still runs.
                end_own_session(session, ask.viewer, ask.signed_in.id, ask.now)
            path = newest_path(session, account.id, ask.now)
    except ProviderError:
        return _refused(ask, provider)
    answer = admitted(ask, token, known, path or "/")
    cookies.drop(ask.request, answer, cookies.PROVIDER)
    return answer


def _provider(ask: Ask) -> Provider:
    if ask.desk.provider is None:
        raise NotFoundError
    return ask.desk.provider


def _callback(ask: Ask) -> str:
    return str(ask.request.url.replace(path=CALLBACK, query="", fragment=""))


def _refused(ask: Ask, provider: Provider) -> Response:
    return refused(ask, ask.words("sign_in.provider_refused", provider=provider.label.text(ask.words.language)), 401)
