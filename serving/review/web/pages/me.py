"""One's own account: password and sessions."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.access.sessions import end_own_session, own_sessions
from serving.review.access.sign_in import change_password
from serving.review.access.viewer import May
from serving.review.settings import settings
from serving.review.web.ask import Ask, see, whole
from serving.review.web.render import page


def show(ask: Ask) -> Response:
    """Where the person is signed in, and what the account is for."""
    return page(
        ask,
        "me.html.jinja",
        sessions=own_sessions(ask.session, ask.viewer, ask.now),
        this=ask.signed_in.id if ask.signed_in else 0,
        regions=[] if ask.signed_in is None else [one.region_code for one in ask.signed_in.account.regions],
        practises=ask.viewer.may(May.WORK_CASES),
        device=device_words,
        done=bool(ask.query("changed")),
    )


def end(ask: Ask) -> Response:
    """End one of the person's own sessions."""
    end_own_session(ask.session, ask.viewer, whole(ask.form.get("session", "")) or 0, ask.now)
    return see("/me")


def show_password(ask: Ask) -> Response:
    """The form for a new password."""
    return _password(ask, None)


def set_password(ask: Ask) -> Response:
    """Change the password, or say why not."""
    old, new = ask.form.get("old", ""), ask.form.get("new", "")
    if new != ask.form.get("again", ""):
        return _password(ask, "password_differs")
    session_id = ask.signed_in.id if ask.signed_in else 0
    fault = change_password(ask.session, ask.viewer, old, new, session_id=session_id, now=ask.now)
    if fault is not None:
        return _password(ask, fault)
    new_here = ask.signed_in is not None and ask.signed_in.account.introduced_at is None
    return see("/welcome" if new_here else "/me?changed=1")


def device_words(device: str) -> str:
    """A browser's own name cut to what a person recognises; empty when it says nothing known."""
    systems = ("Android", "iPhone", "iPad", "HarmonyOS", "Windows", "Mac OS X", "Linux")
    browsers = ("MicroMessenger", "Edg", "QQBrowser", "UCBrowser", "Firefox", "Chrome", "Safari")
    found = [next((name for name in names if name in device), "") for names in (browsers, systems)]
    return " · ".join(name for name in found if name)


def _password(ask: Ask, fault: str | None) -> Response:
    return page(
        ask,
        "password.html.jinja",
        status=200 if fault is None else 400,
        fault=fault,
        least=settings().password.characters_at_least,
    )
