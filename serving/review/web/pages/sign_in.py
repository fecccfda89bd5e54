"""Signing in and out, and the language of the pages."""

from __future__ import annotations

import math

from starlette.responses import RedirectResponse, Response

from serving.review.access.devices import device_mark
from serving.review.access.sessions import end_own_session, end_sessions
from serving.review.access.sign_in import Admitted, Attempt, Checked, Refused, check_password, sign_in
from serving.review.access.viewer import May
from serving.review.web import cookies
from serving.review.web.ask import Ask, own_path, see
from serving.review.web.render import page
from serving.review.work.practice import end_practice


def show(ask: Ask) -> Response:
    """The page that asks for name and password."""
    if ask.signed_in is not None:
        return see("/")
    return refused(ask, "", 200)


def check(ask: Ask) -> Checked | Refused:
    """Compare the password, before anything is written."""
    return check_password(ask.desk.database.reading, _attempt(ask), ask.now)


def enter(ask: Ask) -> Response:
    """Let a person in, or say that it did not work and nothing more."""
    found = ask.checked or Checked(None, right=False)
    result = found if isinstance(found, Refused) else sign_in(ask.session, _attempt(ask), found, ask.now)
    if isinstance(result, Admitted) and ask.signed_in is not None:
        # One that was open in this browser ends: nobody would know that it still runs.
        end_own_session(ask.session, ask.viewer, ask.signed_in.id, ask.now)
    if isinstance(result, Refused):
        seconds = result.wait.total_seconds()
        if seconds > 0:
            return refused(ask, ask.words("sign_in.wait", minutes=math.ceil(seconds / 60)), 429)
        return refused(ask, ask.words("sign_in.refused"), 401)
    known = device_mark(ask.session, result.token)
    return admitted(ask, result.token, known, own_path(ask.form.get("next", "/")))


def admitted(ask: Ask, token: str, known: str, path: str) -> Response:
    """Go on with a new session, in a browser that is ``known`` from now on."""
    answer = see(path)
    cookies.give(ask.request, answer, cookies.SESSION, token)
    cookies.give(ask.request, answer, cookies.KNOWN, known)
    cookies.drop(ask.request, answer, cookies.FORM)
    return answer


def leave(ask: Ask) -> Response:
    """End this session, or with ``everywhere`` all of the person's; what was practised goes with it."""
    if ask.signed_in is not None and ask.practising:
        end_practice(ask.session, ask.viewer, ask.signed_in)
    if ask.signed_in is not None and ask.form.get("everywhere"):
        end_sessions(ask.session, ask.signed_in.account_id, ask.now)
    elif ask.signed_in is not None:
        end_own_session(ask.session, ask.viewer, ask.signed_in.id, ask.now)
    answer = see("/sign-in?over=1")
    cookies.drop(ask.request, answer, cookies.SESSION)
    return answer


def language(ask: Ask) -> Response:
    """Change the language and go back to where the reader was."""
    answer = RedirectResponse(own_path(ask.request.query_params.get("back", "/")), 303)
    if ask.query("to") in ("zh", "en"):
        cookies.give(ask.request, answer, cookies.LANGUAGE, ask.query("to"))
    return answer


def start(ask: Ask) -> Response:
    """The first page of each role; before it, once, what the pages are for."""
    if ask.signed_in is not None and ask.signed_in.account.introduced_at is None:
        return see("/welcome")
    first = ((May.SUPERVISE, "/supervise"), (May.WORK_CASES, "/list"), (May.MANAGE_ACCOUNTS, "/accounts"))
    for right, path in (*first, (May.READ_LOG, "/log"), (May.READ_FIGURES, "/model")):
        if ask.viewer.may(right):
            return see(path)
    return see("/me")


def refused(ask: Ask, problem: str, status: int) -> Response:
    """The page again, with what did not work."""
    following = ask.form.get("next") or ask.request.query_params.get("next", "/")
    provider = ask.desk.provider
    return page(
        ask,
        "sign_in.html.jinja",
        status=status,
        problem=problem,
        over=bool(ask.query("over")) and not problem,
        kept=bool(ask.query("kept")) and not problem,
        following=own_path(following),
        name=ask.form.get("name", "")[:64],
        provider=None if provider is None else provider.label.text(ask.words.language),
    )


def _attempt(ask: Ask) -> Attempt:
    device = ask.request.headers.get("user-agent", "")
    mark = cookies.read(ask.request, cookies.KNOWN)
    return Attempt(ask.form.get("name", ""), ask.form.get("password", ""), ask.address, device, mark)
