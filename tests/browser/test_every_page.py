"""Every page that a person can reach by links, in Chromium: accessible, light, at home on a phone, simulated said.

Each role follows the links it is shown. A page that no role comes to fails the test, so a new one cannot be forgotten.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response
from starlette.routing import Match

from serving.batch.folder import ScoreFolder
from serving.review.store.accounts import Role
from serving.review.web.app import AREAS
from tests.browser.office import Office, open_office
from tests.browser.test_review_pages import LANGUAGES, WIDTHS, look
from tests.serving.conftest import model, released_home, scored  # noqa: F401 - fixtures that build on one another

pytestmark = pytest.mark.slow
ROUTES = [route for area in AREAS for route in area if "GET" in (route.methods or ())]
# What is no page: files, changes of language, and a provider of identities that this office does not have.
NO_PAGE = {
    "/language", "/sign-in/provider", "/sign-in/callback", "/list/workbook", "/model/{model_id}/audit.html",
    "/static/pictures/{name}.svg",
}  # fmt: skip
# Pages to which a form leads, or nobody who is signed in, or the audit of a model that this office's never had.
BY_FORM = {"/list/upload/apply", "/list/find", "/sign-in", "/model/{model_id}/audit"}
# Of pages alike, as many are looked at in each window; each role looks at one at least.
OF_A_KIND = 2
LIGHT_BYTES = 100_000
seen_routes: set[str] = set()


@pytest.fixture(scope="module")
def office(
    ledger: Path,
    released_home: Path,  # noqa: F811 - the fixture, not the import
    scored: ScoreFolder,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office") / "home", ledger, released_home, scored) as opened:
        yield opened


def route_of(address: str) -> str:
    """The pattern an address belongs to."""
    scope = {"type": "http", "method": "GET", "path": urlsplit(address).path}
    return next((route.path for route in ROUTES if route.matches(scope)[0] is Match.FULL), "")


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("width", list(WIDTHS))
def test_every_page_by_its_links(
    office: Office, chromium: Browser, shots: Path | None, width: str, language: str
) -> None:
    wrong: list[str] = []
    counts: dict[str, int] = {}
    for role, name in office.people.items():
        context = chromium.new_context(base_url=office.server.url, viewport=WIDTHS[width], locale=LANGUAGES[language])  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("#name", name)
        page.fill("#password", office.password)
        page.click("main form button")
        wrong += _walk(page, role, f"{width}-{language}", counts, shots)
        context.close()
    assert wrong == []


def test_no_page_was_forgotten() -> None:
    """Runs last: what the walks above came to is every page there is."""
    assert {route.path for route in ROUTES} - seen_routes == NO_PAGE | BY_FORM


def _walk(page: Page, role: Role, kind: str, counts: dict[str, int], shots: Path | None) -> list[str]:
    """Follow every link; returns what is wrong, so that one run tells all."""
    waiting, met, kinds, wrong = deque([page.url]), set[str](), set[str](), list[str]()
    home = f"http://{urlsplit(page.url).netloc}/"
    page.on("request", lambda request: None if request.url.startswith(home) else wrong.append(f"loads {request.url}"))
    while waiting:
        address = waiting.popleft()
        pattern = route_of(address)
        enough = counts.get(pattern, 0) >= OF_A_KIND and pattern in kinds
        if address in met or pattern in NO_PAGE or enough:
            continue
        met.add(address)
        kinds.add(pattern)
        counts[pattern] = counts.get(pattern, 0) + 1
        answer = page.goto(address)
        try:
            _sound(page, answer, pattern)
            look(page, f"{role}-{_file_name(pattern)}-{counts[pattern]}-{kind}", shots)
        except AssertionError as error:
            wrong.append(f"{role} {kind} {address}: {error}")
        seen_routes.add(pattern)
        waiting.extend(_links(page))
    return wrong


def _sound(page: Page, answer: Response | None, pattern: str) -> None:
    assert answer is not None
    assert answer.status == 200, answer.status
    assert pattern, "a link to no page of ours"
    assert len(answer.body()) < LIGHT_BYTES
    assert page.locator("script").count() == 0
    assert page.locator("h1").count() == 1, "not one heading"


def _links(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return [link.split("#")[0] for link in found if link.startswith("http")]


def _file_name(pattern: str) -> str:
    return re.sub(r"[{}:/]+", "-", pattern).strip("-") or "start"
