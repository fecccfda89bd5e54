"""The owner of the model and the auditor: figures, signatures and accesses, no child."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

from tests.browser.month.office import SIGNERS
from tests.browser.month.people import Person, go, words


def see_the_release(owner: Person, model: str) -> None:
    """The release in use, with figures and who let it in."""
    page = owner.at("model")
    said = words(page.locator("main"))
    assert model in said
    assert "正在使用" in said
    assert SIGNERS[0][0] in said
    assert re.search(r"H\d{11}|C\d{11}", page.content()) is None, "no household and no child"
    owner.picture("18-owner-model-before")


def see_the_challenger(owner: Person, model: str) -> None:
    """A challenger that nobody has signed for: its figures, its audit, and what is still missing."""
    page = owner.at("model")
    line = page.locator(".models li").filter(has_text=model)
    assert line.count() == 1, words(page.locator("main"))
    owner.picture("21-owner-challenger-listed")
    go(line.get_by_role("link", name="详情和批准"))
    said = words(page.locator("main"))
    assert "没有使用" in said
    assert "还没有人签名" in said
    assert "未达到" in words(_criterion(page, "批准"))
    owner.picture("22-owner-challenger")
    go(page.get_by_role("link", name=re.compile("人怎么看")))
    assert page.locator("main table").count() > 0
    owner.picture("22-owner-audit-people")


def see_it_signed(owner: Person, model: str) -> None:
    """Both signatures count."""
    page = owner.page
    page.goto(f"/model/{model}")
    for name, _ in SIGNERS:
        assert name in words(page.locator("main"))
    assert "未达到" not in words(_criterion(page, "批准"))
    owner.picture("23-owner-signed")


def see_it_in_use(owner: Person, model: str, before: str) -> None:
    """The challenger took the place of the release, which stands in the history."""
    page = owner.at("model")
    release = words(page.locator("section", has_text="正在使用").first)
    assert model in release, release
    assert page.locator(".models li").filter(has_text=before).count() == 1
    moves = [words(row) for row in page.locator("table.moves tbody tr").all()]
    assert len(moves) == 2
    assert model[:12] in moves[0]
    assert before[:12] in moves[1]
    owner.picture("24-owner-promoted")


def read_the_log(auditor: Person, names: list[str]) -> None:
    """Who looked at what, and why; no name of any family."""
    page = auditor.at("log")
    said = words(page.locator("main"))
    for purpose in ("我的名单", "caseworker"):
        assert purpose in said, purpose
    assert [name for name in names if name in page.content()] == []
    auditor.picture("28-auditor-log")


def _criterion(page: Page, name: str) -> Locator:
    return page.locator("table.rows tr").filter(has_text=name).first
