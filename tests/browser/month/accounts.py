"""The administrator lets everybody in."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.month.office import Office
from tests.browser.month.people import Person, go, open_browser, sign_in_first

_ROLES = {
    "caseworker": ("张桂芳", "phone"),
    "supervisor": ("刘督导", "desk"),
    "model_owner": ("李敏", "desk"),
    "auditor": ("审计员", "desk"),
}


def let_in(office: Office, browser: Browser, url: str, village: str, shots: Path | None) -> dict[str, Person]:
    """One account made at the terminal, the others by its owner on a page; each is signed in with its own password."""
    made = office.told("review", "user", "add", "guanliyuan", "--role", "administrator", "--region", "all")
    administrator = open_browser(browser, url, "desk", shots)
    sign_in_first(administrator, "guanliyuan", made["first_password"])
    page, people = administrator.page, {"administrator": administrator}
    regions = {"caseworker": village, "supervisor": office.township}
    for role, (person, width) in _ROLES.items():
        page.goto("/accounts")
        go(page.get_by_text("新建账号"))
        page.fill("#name", role)
        page.fill("#person", person)
        page.select_option("#role", role)
        page.fill("#regions", regions.get(role, "all"))
        go(page.get_by_role("button", name="建立账号"))
        password = page.locator(".secret code").inner_text()
        people[role] = open_browser(browser, url, width, shots)
        sign_in_first(people[role], role, password)
    page.goto("/accounts")
    for role, (person, _) in _ROLES.items():
        assert page.get_by_role("listitem").filter(has_text=role).filter(has_text=person).count() == 1
    administrator.picture("01-administrator-accounts")
    assert page.goto("/list").status == 403, "an administrator sees no child"  # type: ignore[union-attr]
    return people
