"""A village's director works through the list on a phone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from playwright.sync_api import Page

from serving.review.settings import settings
from serving.review.store.lists import ListItem
from tests.browser.month.days import Calendar
from tests.browser.month.people import Person, go, words
from tests.browser.month.places import Chosen
from tests.browser.month.supervisor import ANSWER

NOTE = "上周在村口见过孩子和奶奶，都好。"
_BANDS = ("优先", "其次", "按序")


def see_the_list(caseworker: Person, chosen: Chosen) -> None:
    """Duties first; nothing of a score on places that wait for the worker's own rating."""
    page = caseworker.at("list")
    assert "模拟数据" in words(page.locator(".simulated"))
    tags = [words(one) for one in page.locator(".list .tags").all()]
    duty = ["应办" in one for one in tags]
    assert any(duty)
    assert duty == sorted(duty, reverse=True), "duties come first"
    assert page.locator(f"#i{chosen.put_on.id}").count() == 1, "put on by the supervisor"
    assert "人工加入" in words(page.locator(f"#i{chosen.put_on.id}"))
    assert page.locator(f"#i{chosen.taken_off.id}").count() == 0, "taken off by the supervisor"
    asked = words(page.locator(f"#i{chosen.asked.id} .tags"))
    assert "先说您的判断" in asked
    assert not any(band in asked for band in (*_BANDS, "抽签")), asked
    caseworker.picture("07-caseworker-list")


def rate_first(caseworker: Person, chosen: Chosen) -> None:
    """The own rating in one tap, and only then the band and its reasons."""
    page = caseworker.at("list")
    go(page.locator(f"#i{chosen.asked.id} h2 a"))
    assert page.locator("#why, .reasons").count() == 0, "nothing of the score before the own rating"
    assert page.get_by_role("link", name="我有不同看法").count() == 0
    caseworker.picture("08-caseworker-rates-first")
    go(page.get_by_role("button", name="优先", exact=True))
    assert "您的判断已保存" in caseworker.said()
    why = words(page.locator("section", has=page.locator("#why")))
    assert any(band in why for band in _BANDS), why
    assert page.locator(".reasons li").count() > 0
    caseworker.picture("08-caseworker-rated")


def overrule(caseworker: Person, chosen: Chosen) -> None:
    """A household looked at, and the list told that it is wrong, with a reason in one tap."""
    page = caseworker.at("list")
    go(page.locator(f"#i{chosen.overruled.id} h2 a"))
    assert page.locator("#why").count() == 1
    assert page.locator(".people li").count() > 0, "the children"
    assert "官方等级" in words(page.locator(".people").first)
    caseworker.picture("09-caseworker-household")
    go(page.get_by_role("link", name="我有不同看法"))
    page.get_by_role("radio", name="我了解这家情况").check()
    page.fill("#note", NOTE)
    go(page.get_by_role("button", name="晚去"))
    assert "督导员会答复" in caseworker.said()
    caseworker.picture("09-caseworker-overruled")


def read_the_answer(caseworker: Person, chosen: Chosen) -> None:
    """The supervisor's answer, where the caseworker looks for it and on the household's page."""
    page = caseworker.at("overrides")
    go(page.get_by_role("link", name=re.compile("^已答复")))
    assert ANSWER in words(page.locator("section.card"))
    caseworker.picture("11-caseworker-answered")
    page.goto(f"/list/{chosen.overruled.id}")
    assert ANSWER in words(page.locator("section", has=page.locator("#threads")))


def refuse(caseworker: Person, chosen: Chosen) -> None:
    """A family does not want the model: at once nothing of it is shown any more."""
    page = caseworker.page
    page.goto(f"/list/{chosen.refused.id}")
    assert page.locator(".reasons").count() > 0
    go(page.get_by_role("link", name="家长不同意用模型"))
    page.get_by_role("radio").last.check()
    go(page.get_by_role("button", name="记下拒绝"))
    assert "已记下" in caseworker.said()
    caseworker.picture("14-caseworker-refused")
    page.goto(f"/list/{chosen.refused.id}")
    assert page.locator(".reasons").count() == 0
    assert "这里不显示模型的看法" in words(page.locator("main"))
    assert not any(band in words(page.locator(".tags").first) for band in _BANDS)


def visit(caseworker: Person, chosen: Chosen, calendar: Calendar) -> None:
    """A visit that found nothing: marked on the list, completed on its page."""
    page = caseworker.at("list")
    go(page.locator(f"#i{chosen.finished.id}").get_by_role("button", name=re.compile("^已访")))
    assert words(page.locator("h1")) == "您看到了什么？"
    _saw_everything(page, calendar)
    caseworker.picture("15-caseworker-visit")
    go(page.get_by_role("button", name="保存", exact=True))
    assert "已访" in caseworker.said()


def visit_with_a_red_finding(caseworker: Person, chosen: Chosen, calendar: Calendar) -> None:
    """A visit with a finding that the law wants reported: the task says to whom, and ends when that is done."""
    page = caseworker.at("list")
    go(page.locator(f"#i{chosen.red.id} h2 a"))
    go(page.get_by_role("link", name="填走访记录"))
    page.locator("input[name=met][value=yes]").check()
    _saw_everything(page, calendar)
    go(page.get_by_text("发现 1", exact=True))
    page.locator("#f0_who").select_option(index=1)
    page.locator("#f0_domain").select_option(label="监护")
    page.locator("#f0_severity").select_option(label="重")
    page.locator("#f0_action").select_option(index=1)
    go(page.get_by_role("button", name="保存", exact=True))
    assert "必须马上报告" in caseworker.said()
    assert page.locator("ol.steps li").count() > 0, "what to do now"
    assert "第" in words(page.locator(".lawtext").first), "the law it rests on"
    caseworker.picture("16-caseworker-report-task")
    alarm = words(caseworker.at("list").get_by_role("alert"))
    assert "有 1 件强制报告未完成" in alarm, alarm
    go(page.get_by_role("link", name="去办理"))
    go(page.locator(".tasklist a").first)
    page.locator("#to_whom").select_option(index=0)
    now = datetime.now(settings().time_zone).replace(tzinfo=None)
    page.fill("#at", now.isoformat(timespec="minutes"))
    page.fill("#note", "接警台账第 18 号")
    go(page.get_by_role("button", name="登记已报告"))
    assert "已登记" in caseworker.said()
    assert "接警台账第 18 号" in words(page.locator("section", has=page.locator("#history")))
    caseworker.picture("17-caseworker-reported")
    assert "待报告 (0)" in words(caseworker.at("tasks").locator("main"))
    assert caseworker.at("list").get_by_text("强制报告未完成").count() == 0


def note_only(caseworker: Person, place: ListItem, status: str, reason: str) -> None:
    """What became of a household, without a record of a visit."""
    page = caseworker.page
    page.goto(f"/list/{place.id}")
    page.get_by_role("radio", name=status, exact=True).check()
    page.locator("#reason").select_option(label=reason)
    go(page.get_by_role("button", name="保存", exact=True))
    assert status in caseworker.said()


def see_next_month(caseworker: Person, chosen: Chosen, places: Mapping[str, ListItem]) -> None:
    """The next list: what was not met waits there and says so, what is done or refused stands as it should."""
    page = caseworker.at("list")
    tags = [words(one) for one in page.locator(".list .tags").all()]
    duty = ["应办" in one for one in tags]
    assert duty == sorted(duty, reverse=True), "duties come first"
    for before in (chosen.not_met, chosen.postponed):
        row = page.locator(f"#i{places[before.household_id].id}")
        assert "结转" in words(row), words(row)
        assert row.get_by_role("button", name=re.compile("^已访")).count() == 1, "to be visited again"
    caseworker.picture("26-caseworker-next-list")


def _saw_everything(page: Page, calendar: Calendar) -> None:
    """Every child seen, every domain looked at, some days ago."""
    page.fill("#on", str(calendar.visit_day))
    for seen in page.locator("input[name^='seen:'][value=yes]").all():
        seen.check()
    for whole in page.locator("input[name^='whole:']").all():
        whole.check()
