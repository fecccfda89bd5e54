"""First use and practice in Chromium: every step of every role, and every exercise done by hand without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from features.identity.keys import load_key
from serving.review.store.accounts import Account, Role
from serving.review.store.database import Database
from serving.review.store.migrate import upgrade
from serving.review.web.pages.guide.welcome import guide
from tests.browser.test_review_pages import LANGUAGES, look, sign_in
from tests.serving.review.making import account, loaded
from tests.serving.review.server import Running, running

pytestmark = pytest.mark.slow
WIDTHS: dict[str, ViewportSize] = {
    "narrow": {"width": 360, "height": 740},
    "phone": {"width": 390, "height": 844},
    "desk": {"width": 1280, "height": 900},
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with an account of each role that was never signed in, and names that can be kept."""
    folder = tmp_path_factory.mktemp("guide")
    load_key(folder / "home")
    database = Database.open(f"sqlite:///{folder / 'review.db'}")
    upgrade(database)
    with database.writing() as session:
        for role in Role:
            made = account(session, role, name=role.value)
            session.get_one(Account, made.account_id).introduced_at = None
    loaded(database)
    with running(f"sqlite:///{folder / 'review.db'}", folder, "--home", str(folder / "home")) as server:
        yield server
    database.engine.dispose()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_step_and_practice_are_accessible(
    chromium: Browser, office: Running, shots: Path | None, width: str, language: str
) -> None:
    kind = f"{width}-{language}"
    for role in Role:
        context = chromium.new_context(base_url=office.url, viewport=WIDTHS[width], locale=LANGUAGES[language])
        page = context.new_page()
        sign_in(page, role.value)
        for step in range(1, len(guide().steps[role]) + 1):
            page.goto(f"/welcome?step={step}")
            assert page.evaluate("document.querySelector('main img').naturalWidth") > 0
            look(page, f"welcome-{role}-{step}-{kind}", shots)
        context.close()
    context = chromium.new_context(base_url=office.url, viewport=WIDTHS[width], locale=LANGUAGES[language])
    page = context.new_page()
    sign_in(page, "caseworker")
    page.goto("/practice")
    look(page, f"practice-before-{kind}", shots)
    page.locator("button[value=start]").click()
    look(page, f"practice-{kind}", shots)
    page.goto("/list")
    look(page, f"practice-list-{kind}", shots)
    for number in range(6):
        page.goto("/list")
        page.locator(".list h2 a").nth(number).click()
        look(page, f"practice-family-{number + 1}-{kind}", shots)
    context.close()


def test_every_exercise_is_done_without_javascript(chromium: Browser, office: Running) -> None:
    context = chromium.new_context(
        base_url=office.url, viewport=WIDTHS["phone"], locale="en-GB", java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, "supervisor")
    page.goto("/practice")
    page.get_by_role("button", name="Start to practise").click()
    _visit(page, "Record a visit that found nothing", severe=False)
    _visit(page, "Record a red finding", severe=True)
    _open(page, "Overrule a place", "I see it differently")
    page.get_by_role("radio", name="I know the family").check()
    page.get_by_role("button", name="Later").click()
    page.goto("/practice")
    page.get_by_role("link", name="Rate before the list does").click()
    page.get_by_role("button", name="In turn").click()
    _open(page, "Correct a wrong fact", "Correct a fact")
    page.get_by_role("link", name=re.compile("schooling", re.IGNORECASE)).first.click()
    page.get_by_role("radio", name="junior secondary").check()
    page.fill("#since", page.locator("#since").get_attribute("max") or "")
    page.locator("main form button").last.click()
    _open(page, "Note that the guardian refuses", "Family refuses the model")
    page.locator("input[name=child]").first.check()
    page.locator("form.card button").click()
    page.goto("/practice")
    assert page.get_by_text("to do").count() == 0, page.locator("main").inner_text()
    assert page.get_by_role("status").text_content() == "All done. You are ready to work."
    page.get_by_role("button", name="End practice").click()
    assert page.get_by_text("Practice:").count() == 0
    context.close()


def _open(page: Page, exercise: str, button: str) -> None:
    page.goto("/practice")
    page.get_by_role("link", name=exercise).click()
    page.get_by_role("link", name=button).first.click()


def _visit(page: Page, exercise: str, *, severe: bool) -> None:
    """Record a visit on which every child was seen, and maybe a severe need."""
    _open(page, exercise, "Record a visit")
    page.locator("input[name=met]").first.check()
    for child in page.locator("input[name^=seen]").all():
        if child.get_attribute("value") in ("1", "yes", "true", "seen"):
            child.check()
    if severe:
        page.locator("details").first.locator("summary").click()
        page.locator("select[name=f0_who]").select_option(index=1)
        page.locator("select[name=f0_domain]").select_option("guardianship")
        page.locator("select[name=f0_severity]").select_option("3")
    page.locator("button.save").click()
