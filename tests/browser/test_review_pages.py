"""Every page of the review application in Chromium: accessible, in both languages, on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.serving.review.making import PASSWORD
from tests.serving.review.server import Running

pytestmark = pytest.mark.slow
WIDTHS = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 800}}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def look(page: Page, name: str, shots: Path | None) -> None:
    """Nothing an axe rule finds, nothing wider than the window, nothing small that a thumb must hit."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px wider than the window"
    small = page.evaluate(
        "[...document.querySelectorAll('main button, main .button')].filter(b => b.getBoundingClientRect().height < 40)"
        ".map(b => b.textContent)"
    )
    assert small == []
    if shots is not None:
        page.screenshot(path=shots / f"{name}.png", full_page=True)


def test_before_a_session_and_where_nothing_is(chromium: Browser, review: Running, shots: Path | None) -> None:
    """Pages to which no link leads."""
    for width, size in WIDTHS.items():
        context = chromium.new_context(base_url=review.url, viewport=size)
        page = context.new_page()
        page.goto("/sign-in")
        look(page, f"sign-in-{width}", shots)
        sign_in(page, "caseworker")
        page.goto("/nothing")
        look(page, f"nothing-{width}", shots)
        context.close()


def test_the_whole_way_without_javascript(chromium: Browser, review: Running) -> None:
    """A worker marks a visit, puts one off, moves one, rates one, and changes the language."""
    context = chromium.new_context(
        base_url=review.url, viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, "caseworker")
    page.get_by_role("button", name="已访: H001001-007", exact=True).click()
    assert page.get_by_role("heading", level=1).text_content() == "您看到了什么？"
    page.get_by_role("radio", name="见到", exact=True).check()
    page.get_by_role("checkbox", name="各方面都看了").check()
    page.get_by_role("button", name="保存").click()
    assert page.get_by_role("status").text_content() == "已保存：H001001-007，已访。"
    page.get_by_role("link", name="H001001-008", exact=True).click()
    page.get_by_role("radio", name="延期").check()
    page.get_by_role("button", name="保存").click()
    assert page.get_by_role("alert").text_content() == "请选择一个与状态相符的原因。"
    page.get_by_label("原因（未见到或延期时必选）").select_option(label="道路不通")
    page.get_by_role("button", name="保存").click()
    assert "H001001-008，延期" in (page.get_by_role("status").text_content() or "")
    page.get_by_role("button", name="上移: H001001-010", exact=True).click()
    order = page.locator(".list h2").all_text_contents()
    assert order.index("H001001-010") == order.index("H001001-009") - 1
    page.get_by_role("link", name="H001001-005", exact=True).click()
    page.get_by_role("button", name="按序").click()
    assert page.get_by_text("祖母年满七十").is_visible()
    page.get_by_role("link", name="English").click()
    assert page.get_by_text("the grandmother is past seventy").is_visible()
    context.close()


def test_the_whole_way_by_keyboard(chromium: Browser, review: Running) -> None:
    context = chromium.new_context(base_url=review.url, locale="en-GB")
    page = context.new_page()
    page.goto("/sign-in")
    for key in ("Tab", "Enter", "Tab", "Tab"):
        page.keyboard.press(key)
    page.goto("/sign-in")
    page.focus("#name")
    page.keyboard.type("caseworker")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("/list"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert "Done: H001001-001" in seen
    context.close()


def test_no_list_is_heavy(chromium: Browser, review: Running) -> None:
    context = chromium.new_context(base_url=review.url, locale="en-GB")
    page = context.new_page()
    sign_in(page, "supervisor")
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto("/list")
    page.wait_for_load_state("networkidle")
    assert sum(sizes) < 100_000
    context.close()
