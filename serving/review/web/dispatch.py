"""From a request to its page: session, form token, rights and transaction, the same for every page."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from features.definition import Language
from serving.review.access.sessions import find_session, touch
from serving.review.access.sign_in import Checked, Refused
from serving.review.access.viewer import May, NotAllowedError, NotFoundError
from serving.review.settings import settings
from serving.review.web import cookies
from serving.review.web.again import PASSWORD, SIGN_IN, genuine, given_back, is_old_form, kept_for_later, ran_out
from serving.review.web.ask import DIGITS, Ask, see
from serving.review.web.pages.conflict import conflict_page
from serving.review.web.render import problem_page
from serving.review.words import Words, preferred
from serving.review.work.changes import ConflictError

Handler = Callable[[Ask], Response]
_SAFE = ("GET", "HEAD")
# Nobody types them; PostgreSQL keeps no zero and workbooks none of them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class _Number(Convertor[int]):
    """A key in an address; any longer one is none of ours, in no database."""

    regex = f"[0-9]{{1,{DIGITS}}}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("number", _Number())


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent: its fields, and the files along with them."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: what answers, the right it needs, and whether anyone may open it.

    ``before_password`` lets a person in who must still choose a password. ``again`` shows its form filled in as it was
    sent, saving nothing: a page that has it loses nothing that was typed when a session ends.
    ``before`` is slow work of a form, done before the transaction that writes; what it refuses writes nothing.
    """

    handler: Handler
    right: May | None = None
    public: bool = False
    before_password: bool = False
    again: Handler | None = None
    before: Callable[[Ask], Checked | Refused] | None = None

    def endpoint(self) -> Callable[[Request], Awaitable[Response]]:
        """The page as Starlette calls it."""

        async def answer(request: Request) -> Response:
            sent = Sent() if request.method in _SAFE else await _sent(request)
            return await run_in_threadpool(self.answer, request, sent)

        return answer

    def answer(self, request: Request, sent: Sent) -> Response:
        """Answer in one transaction; a conflict is shown from another, after everything was undone."""
        desk, now, checked = request.app.state.desk, datetime.now(UTC), None
        writes = request.method not in _SAFE
        if writes:
            with desk.database.reading() as session:
                ask = _ask(request, session, sent, now)
                response = self._turned_away(ask)
            if response is not None:
                _keep_form_secret(request, response, ask)
                return response
            checked = self.before(ask) if self.before is not None else None
            writes = not isinstance(checked, Refused)
        try:
            with desk.database.writing() if writes else desk.database.reading() as session:
                ask = replace(_ask(request, session, sent, now), checked=checked)
                response = self._let_in(ask) or self._answer(ask)
                due = _touched(ask)
        except (NotFoundError, NotAllowedError, ConflictError) as error:
            with desk.database.reading() as session:
                ask = _ask(request, session, sent, now)
                return _problem(ask, error)
        if due:
            with desk.database.writing() as session:
                touch(session, due, now)
        _keep_form_secret(request, response, ask)
        return response

    def _answer(self, ask: Ask) -> Response:
        """What the page answers; once, with what was typed there before the session ended."""
        if self.again is not None and ask.request.method in _SAFE and (typed := given_back(ask)):
            return self.again(replace(ask, form=typed, again="kept"))
        return self.handler(ask)

    def _turned_away(self, ask: Ask) -> Response | None:
        """What is answered to a form of nobody, who must not keep others from saving: nothing is written for it."""
        if genuine(ask):
            nobody = ask.signed_in is None and not self.public
            return see(f"{SIGN_IN}?next={quote(ask.request.url.path)}") if nobody else None
        theirs = self.again is not None and (ask.signed_in is not None or ran_out(ask) is not None)
        return None if theirs else problem_page(ask, "problem.form", 403)

    def _too_late(self, ask: Ask) -> Response:
        """A form that is not of this session: what was typed is kept where it can be known whose it is."""
        kept = None
        if self.again is not None and ask.signed_in is None:
            kept = kept_for_later(ask)
        elif self.again is not None and ask.signed_in is not None and is_old_form(ask):
            if ask.signed_in.account.must_change:
                return see(PASSWORD)
            if self.right is not None:
                ask.viewer.require(self.right)
            kept = self.again(replace(ask, again="old"))
            kept.status_code = 409
        return kept or problem_page(ask, "problem.form", 403)

    def _let_in(self, ask: Ask) -> Response | None:
        """Who may not open the page is sent elsewhere or told so."""
        if ask.request.method not in _SAFE and not genuine(ask):
            return self._too_late(ask)
        if self.public:
            return None
        if ask.signed_in is None:
            return see(f"{SIGN_IN}?next={quote(ask.request.url.path)}")
        if ask.signed_in.account.must_change and not self.before_password:
            return see(PASSWORD)
        if self.right is not None:
            ask.viewer.require(self.right)
        return None


def route(path: str, get: Page | None = None, post: Page | None = None) -> list[Route]:
    """What answers an address: a page for reading it, one for its forms, or both."""
    routes = [Route(path, get.endpoint(), methods=["GET"])] if get else []
    return [*routes, Route(path, post.endpoint(), methods=["POST"])] if post else routes


def _ask(request: Request, session: Session, sent: Sent, now: datetime) -> Ask:
    token = cookies.read(request, cookies.SESSION)
    signed_in = find_session(session, token, now) if token else None
    secret = token if signed_in else cookies.read(request, cookies.FORM) or secrets.token_urlsafe(32)
    words = Words(_language(request))
    return Ask(request, session, request.app.state.desk, words, now, sent.fields, secret, signed_in, sent.files)


def _language(request: Request) -> Language:
    chosen = cookies.read(request, cookies.LANGUAGE)
    if chosen in ("zh", "en"):
        return "zh" if chosen == "zh" else "en"
    return preferred(request.headers.get("accept-language", ""))


async def _sent(request: Request) -> Sent:
    async with request.form() as form:
        fields = {name: _UNSEEN.sub("", value) for name, value in form.items() if isinstance(value, str)}
        files = {name: await value.read() for name, value in form.items() if isinstance(value, UploadFile)}
        return Sent(fields, files)


def _touched(ask: Ask) -> int:
    """The session whose use must be written down; 0 when that was done lately."""
    used = ask.signed_in
    late = used is not None and ask.now - used.seen_at >= settings().session.touch
    return used.id if used is not None and late else 0


def _problem(ask: Ask, error: Exception) -> Response:
    if isinstance(error, ConflictError):
        return conflict_page(ask, error.change) if error.change else see("/list?meanwhile=1")
    if isinstance(error, NotAllowedError):
        return problem_page(ask, "problem.not_allowed", 403)
    return problem_page(ask, "problem.not_found", 404)


def _keep_form_secret(request: Request, response: Response, ask: Ask) -> None:
    """Forms before the sign-in need a secret too, kept in a cookie of its own."""
    if ask.signed_in is None and cookies.read(request, cookies.FORM) != ask.secret:
        cookies.give(request, response, cookies.FORM, ask.secret)
