"""The supervisor decides who is visited, shares the work out, and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page

from serving.review.store.lists import ListItem
from tests.browser.month.people import Person, go, words
from tests.browser.month.places import Chosen

ANSWER = "知道了，请下个月再去，有变化马上告诉我。"


def decide_the_pool(supervisor: Person, made: dict[str, Any], chosen: Chosen) -> None:
    """Look at the cut, put a household on from below it, take another one off, and see duties stay."""
    page = supervisor.at("supervise")
    assert f"名单共 {made['households']} 户" in words(page.locator("main"))
    supervisor.picture("02-supervisor-start")
    go(page.get_by_role("link", name="本月名单", exact=True))
    assert f"抽签 {made['random_places']} 户" in words(page.locator("main"))
    assert page.locator("li.cut").count() == 0, "the cut lies behind the first page"
    go(page.get_by_role("link", name="看线下"))
    assert "名单到此为止" in words(page.locator("#cut"))
    below = page.locator("li.cut ~ li")
    assert below.count() > 0
    assert below.filter(has=page.locator(".tag.duty")).count() == 0, "every duty stands above the cut"
    supervisor.picture("03-supervisor-pool-at-its-cut")
    _move(supervisor, chosen.put_on, "below", "加入", "家庭要求走访")
    supervisor.picture("04-supervisor-put-on")
    _move(supervisor, chosen.taken_off, "all", "移出", "全家外出")
    page.goto("/supervise/pool?show=taken")
    assert "全家外出" in words(_row(page, chosen.taken_off))
    page.goto("/supervise/pool?show=duty")
    assert page.get_by_role("link", name=re.compile("^移出")).count() == 0
    page.goto("/supervise")
    assert f"名单共 {made['households']} 户" in words(page.locator("main")), "one on, one off"


def share_out(supervisor: Person, chosen: Chosen, person: str) -> None:
    """Give the whole village to its director, and one household of it again, by hand."""
    page = supervisor.at("supervise")
    go(page.get_by_role("link", name="分工", exact=True))
    supervisor.picture("05-supervisor-who-goes-where")
    page.goto(f"/supervise/places?which=open&village={chosen.village}")
    page.locator("#to").select_option(label=_option(page, person))
    go(page.get_by_role("button", name=re.compile("^分派全村待访")))
    assert person in supervisor.said()
    page.goto(f"/supervise/places?which=open&village={chosen.village}")
    one = _row(page, chosen.put_on)
    one.get_by_role("checkbox").check()
    page.locator("#to").select_option(label="暂不分派")
    go(page.get_by_role("button", name="分派勾选的"))
    assert "已取消 1 户的分派" in supervisor.said()
    page.goto("/supervise/places?which=unassigned")
    _row(page, chosen.put_on).get_by_role("checkbox").check()
    page.locator("#to").select_option(label=_option(page, person))
    go(page.get_by_role("button", name="分派勾选的"))
    assert f"已分派 1 户给 {person}" in supervisor.said()
    page.goto(f"/supervise/places?which=all&village={chosen.village}")
    assert f"由 {person} 去" in words(_row(page, chosen.put_on))
    supervisor.picture("06-supervisor-assigned")


def answer(supervisor: Person, note: str) -> None:
    """Read what the caseworker said, and say something to it."""
    page = supervisor.at("supervise")
    waits = page.get_by_role("link", name=re.compile("不同看法，等您答复"))
    assert waits.count() == 1, words(page.locator("main"))
    page = supervisor.at("overrides")
    card = page.locator("section.card")
    assert card.count() == 1
    assert note in words(card)
    supervisor.picture("10-supervisor-override-waits")
    go(card.get_by_role("link", name=re.compile("^查看、答复")))
    page.fill("#text", ANSWER)
    go(page.get_by_role("button", name="发送"))
    assert "已发送" in supervisor.said()
    assert ANSWER in words(page.locator(".talk"))
    assert "等答复 (0)" in words(supervisor.at("overrides").locator("nav.actions"))


def see_next_month(supervisor: Person, places: Mapping[str, ListItem]) -> None:
    """The next month's pool stands in the place of this one's, and says how the last list ended."""
    page = supervisor.at("supervise")
    listed = sum(place.listed for place in places.values())
    assert f"名单共 {listed} 户" in words(page.locator("main"))
    go(page.get_by_role("link", name="本月名单", exact=True))
    assert "上期：" in words(page.locator("main"))
    supervisor.picture("27-supervisor-next-pool")


def _move(supervisor: Person, place: ListItem, show: str, button: str, reason: str) -> None:
    page = supervisor.page
    page.goto(f"/supervise/pool?show={show}")
    go(_row(page, place).get_by_role("link", name=re.compile(f"^{button}")))
    page.get_by_role("radio", name=reason).check()
    go(page.get_by_role("button", name=re.compile(f"^{button}")))
    assert "已保存，并已记入名单记录" in supervisor.said()


def _row(page: Page, place: ListItem) -> Locator:
    """The line of a household, on whichever page it stands."""
    while page.locator(f"#i{place.id}").count() == 0:
        go(page.get_by_role("link", name="下一页"))
    return page.locator(f"#i{place.id}")


def _option(page: Page, person: str) -> str:
    label = page.locator("#to option").filter(has_text=person).first.text_content()
    assert label is not None
    return label
