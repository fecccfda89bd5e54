"""Pages by keyboard alone: each control is come to by Tab, in the order it stands, and is seen to have the focus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from serving.batch.folder import ScoreFolder
from serving.review.store.accounts import Role
from tests.browser.office import Office, open_office
from tests.serving.conftest import model, released_home, scored  # noqa: F401 - fixtures that build on one another

pytestmark = pytest.mark.slow
# Of a page; a day has a stop for its year, month, day and calendar.
MOST_STOPS = 500
# What a keyboard must come to, as long as it is shown; of radio buttons of one name, the one that is chosen or one.
CONTROLS = """() => {
  const asked = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const groups = new Set();
  return [...document.querySelectorAll(asked)].filter(one => {
    if (!one.checkVisibility()) return false;
    if (one.type !== "radio") return true;
    const fresh = !groups.has(one.name);
    groups.add(one.name);
    return fresh;
  }).map(one => one.type === "radio" ? `radio ${one.name}` : one.outerHTML.slice(0, 160));
}"""
# Where the focus is, and whether a person sees it: an outline, inside the page, not under what is sticky.
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const at = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  return {
    is: one.type === "radio" ? `radio ${one.name}` : one.outerHTML.slice(0, 160),
    tag: one.tagName,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.width > 0 && box.left >= 0 && box.top >= 0 && box.bottom <= innerHeight + box.height,
    open: at !== null && (one.contains(at) || at.contains(one) || one.labels?.[0]?.contains(at) === true),
  };
}"""
# Pages of each role; ``{item}`` is a place that waits for a rating of one's own or a visit, as its page says.
PAGES = (
    (Role.CASEWORKER, "/list"),
    (Role.CASEWORKER, "{rate}"),
    (Role.CASEWORKER, "{item}"),
    (Role.CASEWORKER, "{item}/overrule"),
    (Role.CASEWORKER, "{item}/visit"),
    (Role.SUPERVISOR, "/supervise"),
    (Role.SUPERVISOR, "/supervise/workload"),
    (Role.SUPERVISOR, "/supervise/disagreements"),
    (Role.MODEL_OWNER, "/model"),
)


@pytest.fixture(scope="module")
def office(
    ledger: Path,
    released_home: Path,  # noqa: F811 - the fixture, not the import
    scored: ScoreFolder,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("keyboard") / "home", ledger, released_home, scored) as opened:
        yield opened


def test_every_control_by_keyboard(office: Office, chromium: Browser) -> None:
    for role in dict.fromkeys(role for role, _ in PAGES):
        page = chromium.new_context(base_url=office.server.url, locale="en-GB").new_page()
        page.goto("/sign-in")
        _walked(page)
        _sign_in(page, office.people[role], office.password)
        for path in (path for asked, path in PAGES if asked is role):
            page.goto(_address(page, path))
            _walked(page)
        page.context.close()


def test_an_override_and_a_visit_by_keyboard(office: Office, chromium: Browser) -> None:
    """No pointer at all: a reason is chosen with the arrows, a button pressed with Enter, a visit saved."""
    page = chromium.new_context(base_url=office.server.url, locale="en-GB").new_page()
    page.goto("/sign-in")
    _sign_in(page, office.people[Role.CASEWORKER], office.password)
    item = _address(page, "{item}")
    page.goto(f"{item}/overrule")
    _tab_to(page, "radio reason")
    page.keyboard.press("ArrowDown")
    _tab_to(page, 'value="go_first"')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("status").is_visible()
    page.goto(f"{item}/visit")
    _tab_to(page, "radio met")
    page.keyboard.press("ArrowDown")
    _tab_to(page, '"reason"')
    page.keyboard.press("ArrowDown")
    _tab_to(page, "save")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("status").is_visible()
    page.context.close()


def _sign_in(page: Page, name: str, password: str) -> None:
    page.reload()
    _tab_to(page, 'id="name"')
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _address(page: Page, path: str) -> str:
    """A path, or the household's that stands first on the list: of those to rate, or of duties."""
    for name, why in (("{rate}", "Give my rating"), ("{item}", "Duty")):
        if path.startswith(name):
            page.goto("/list")
            rows = page.locator(".list li").filter(has=page.locator(".tag", has_text=why))
            one = rows.first if rows.count() else page.locator(".list li").first
            return path.replace(name, one.locator("h2 a").get_attribute("href") or "")
    return path


def _tab_to(page: Page, mark: str) -> None:
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if mark in focus["is"]:
            return
    raise AssertionError(f"no Tab comes to {mark}")


def _walked(page: Page) -> None:
    """Tab from the top of the page to its end: the skip link first, each control once, in order, always seen."""
    expected: list[str] = page.evaluate(CONTROLS)
    met: list[str] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if met[-1:] == [focus["is"]]:
            continue
        if len(met) == len(expected):
            break
        assert focus["outlined"], f"{page.url}: no outline on {focus['is']}"
        assert focus["inside"], f"{page.url}: out of sight: {focus['is']}"
        assert focus["open"], f"{page.url}: covered: {focus['is']}"
        met.append(focus["is"])
    assert 'class="skip"' in met[0], page.url
    assert met == expected, f"{page.url}: not in order, or not come to"
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main"), page.url
