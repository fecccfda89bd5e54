"""A person at a browser of their own, and the pictures of what they see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.browser.test_review_pages import LANGUAGES, WIDTHS, look

PASSWORD = "forty blue kettles sing"  # noqa: S105 - of an office of invented families
_MENU = {
    "list": "我的名单", "overrides": "不同看法", "tasks": "报告任务", "supervise": "督导", "model": "模型",
    "log": "访问记录",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in, on a phone or at a desk, in Chinese. ``shots``: where pictures go, if they are kept."""

    browser: Browser
    context: BrowserContext
    page: Page
    shots: Path | None

    def at(self, menu: str) -> Page:
        """Choose a page from the menu."""
        go(self.page.get_by_role("navigation").first.get_by_role("link", name=_MENU[menu], exact=True))
        return self.page

    def said(self) -> str:
        """What the page says was done."""
        return self.page.get_by_role("status").first.text_content() or ""

    def picture(self, name: str) -> None:
        """What this person sees now, on a phone and at a desk, in both languages; looked at as every page is."""
        if self.shots is None:
            return
        for width, size in WIDTHS.items():
            for language, locale in LANGUAGES.items():
                context = self.browser.new_context(
                    base_url=self.page.url, storage_state=self.context.storage_state(), viewport=size, locale=locale
                )  # type: ignore[arg-type]
                seen = context.new_page()
                seen.goto(self.page.url)
                look(seen, f"{name}-{width}-{language}", self.shots)
                context.close()


def open_browser(browser: Browser, url: str, width: str, shots: Path | None) -> Person:
    """A browser in Chinese, where nobody is signed in yet."""
    context = browser.new_context(base_url=url, viewport=WIDTHS[width], locale=LANGUAGES["zh"])  # type: ignore[arg-type]
    return Person(browser, context, context.new_page(), shots)


def sign_in_first(person: Person, name: str, first_password: str) -> None:
    """The first sign-in: an own password, then the guide to one's pages, which is skipped."""
    page = person.page
    page.goto("/sign-in")
    page.fill("#name", name)
    page.fill("#password", first_password)
    go(page.locator("main form button"))
    page.fill("#old", first_password)
    page.fill("#new", PASSWORD)
    page.fill("#again", PASSWORD)
    go(page.get_by_role("button", name="修改密码"))
    if page.get_by_label("账号").count():
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        go(page.locator("main form button"))
    if "/welcome" not in page.url:
        page.goto("/")
    assert "欢迎" in page.locator("main").inner_text()
    go(page.get_by_role("button", name="跳过"))


def words(locator: Locator) -> str:
    """The text a person reads there."""
    return " ".join(locator.inner_text().split())


def go(locator: Locator) -> None:
    """Click, and wait until the page it leads to is there."""
    locator.click()
    locator.page.wait_for_load_state()
