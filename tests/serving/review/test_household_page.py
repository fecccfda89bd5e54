"""The household's page of a running server: who and why, what to do, and nothing of the model before an own rating."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from serving.review.cases.vault_persons import store_persons
from serving.review.desk import Folders
from serving.review.exchange.load import load_sheet
from serving.review.store.accounts import Account, Role
from serving.review.store.database import Database
from serving.review.store.decisions import Refusal
from serving.review.store.lists import ListItem
from serving.review.store.trail import AccessEntry, OutboxRow
from tests.serving.review.conftest import DATABASES
from tests.serving.review.families import ELDEST, GUARDIAN, MIDDLE, NAMES, PHONE, REFUSED, SECRETS, THIRD, YOUNGEST
from tests.serving.review.making import FAR_VILLAGE, NOW, TOWNSHIP, VILLAGE, account, item_id, place, sheet
from tests.serving.review.server import Browser, Running, running

OF_THE_MODEL = (
    "the grandmother is past seventy",
    "visited last month",
    "Go first</b>",
    "A need is likely in",
    "rank 3",
)
LIKELY = [{"name": {"zh": "医疗", "en": "medical care"}, "ask": [{"zh": "何时看病", "en": "when at the clinic"}],
           "bring": [{"zh": "医保卡", "en": "the insurance card"}]}]  # fmt: skip
SHOWN = {
    "up": [{"zh": "祖母年满七十", "en": "the grandmother is past seventy"}],
    "down": [{"zh": "上月有人走访", "en": "visited last month"}],
    "not_known": [{"zh": "住校", "en": "boards at school"}],
    "likely": LIKELY,
}


@pytest.fixture(scope="module", params=DATABASES)
def pages(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, home: Path
) -> Iterator[tuple[Running, Database]]:
    """A server with ledger, scores and names, and a list: rated first, a duty, one that moved away, one far away."""
    folder = tmp_path_factory.mktemp("pages")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "review.db")
        url = f"sqlite:///{folder / 'review.db'}"
    else:
        url = request.getfixturevalue("postgres").copy("pages")
    database = Database.open(url)
    whole = sheet(
        place(1, rating_asked=True, shown=SHOWN, rank=3),
        place(2, duty_rule="red_item:no_guardian", driver_child_id="C002"),
        place(3, shown={}),
        place(4, shown=SHOWN),
        place(7, FAR_VILLAGE),
    )
    with database.writing() as session:
        load_sheet(session, whole, NOW)
        store_persons(session, Folders(home, home / "ledger"), whole.places, NOW)
        account(session, name="worker")
        account(session, Role.SUPERVISOR, TOWNSHIP, name="boss")
        account(session, Role.SUPERVISOR, FAR_VILLAGE[:9], name="stranger")
        account(session, Role.MODEL_OWNER, name="owner")
    options = ("--home", str(home), "--ledger", str(home / "ledger"), "--scores", str(home / "scores"))
    with running(url, folder, *options) as server:
        yield server, database
    database.engine.dispose()


def inside(pages: tuple[Running, Database], name: str, language: str = "en") -> Browser:
    browser = pages[0].browser(language)
    browser.sign_in(name)
    return browser


def address(pages: tuple[Running, Database], number: int, region: str = VILLAGE) -> str:
    with pages[1].reading() as session:
        return f"/list/{item_id(session, number, region)}"


def test_before_the_own_rating_nothing_of_the_model_and_after_it_all(pages: tuple[Running, Database]) -> None:
    browser, path = inside(pages, "boss"), address(pages, 1)
    before = browser.get(path)
    assert f"<h1>family of {GUARDIAN}</h1>" in before
    assert "Your own rating first" in before
    assert all(name in before for name in (NAMES[ELDEST], NAMES[MIDDLE], NAMES[YOUNGEST]))
    assert not [word for word in OF_THE_MODEL if word in before]
    assert "What the model says" not in before
    assert "gives it its place" not in before
    assert "the child is 12 years old" not in before, "nor of the other children"
    browser.send(f"{path}/rating", {"rating": "soon"}, seen=before)
    after = browser.get(path)
    assert [word for word in OF_THE_MODEL if word not in after] == []
    assert "the insurance card" in after
    assert "boards at school" in after
    assert f"Placed by {NAMES[ELDEST]}" in after
    assert after.count("What the model says (30 Jun 2018)") == 2, "of the two other children"
    assert "the guardian refused the model" in after


def test_who_lives_there_what_is_open_and_what_to_do(pages: tuple[Running, Database]) -> None:
    path = address(pages, 1)
    page = inside(pages, "worker").get(path)
    assert f'href="tel:{PHONE}"' in page
    assert 'class="level level-red"' in page
    assert "assessed 9 Jun 2018" in page
    assert page.index("Needs not settled yet") < page.index("You can also") < page.index("Details")
    assert "eligible but not covered" in page
    for action in ("visit", "correct", "sheet"):
        assert f'href="{path}/{action}"' in page
    assert len(page) < 100_000
    assert "<script" not in page


def test_a_duty_says_its_rule_and_overruling_is_at_hand(pages: tuple[Running, Database]) -> None:
    path = address(pages, 2)
    page = inside(pages, "worker", "zh").get(path)
    assert "<h1>家庭 H001001-002</h1>" in page
    assert "应办</b>: 无人监护" in page
    assert f'href="{path}/overrule"' in page
    assert "由儿童 C002" in page
    assert "没有登记" in page


def test_a_household_that_moved_away_is_told_as_the_list_tells_it(pages: tuple[Running, Database]) -> None:
    page = inside(pages, "worker").get(address(pages, 3))
    assert "The facts of this household are not at hand here." in page
    assert "What happened" not in page
    assert THIRD in page


def test_a_refusal_made_since_the_list_hides_band_and_reasons(pages: tuple[Running, Database]) -> None:
    _, database = pages
    with database.writing() as session:
        item = session.get_one(ListItem, item_id(session, 4))
        boss = session.scalars(select(Account.id).where(Account.name == "boss")).one()
        session.add(
            Refusal(account_id=boss, household_id=item.household_id, child_id=REFUSED, region_code=VILLAGE,
                    refused_on=NOW.date(), made_at=NOW)
        )  # fmt: skip
    page = inside(pages, "boss").get(address(pages, 4))
    assert "The guardian refuses the model since 5 Jul 2018" in page
    assert not [word for word in OF_THE_MODEL if word in page]
    assert "Go first" not in page


def test_others_see_nothing_of_it(pages: tuple[Running, Database]) -> None:
    path = address(pages, 1)
    inside(pages, "stranger").get(path, 404)
    inside(pages, "owner").get(path, 403)
    inside(pages, "worker").get(address(pages, 7, FAR_VILLAGE), 404)


def test_a_name_is_in_no_address_no_log_and_no_row(pages: tuple[Running, Database]) -> None:
    browser = inside(pages, "worker")
    page = browser.get(address(pages, 1))
    links = re.findall(r'(?:href|action|src)="([^"]*)"', page)
    assert not [link for link in links for secret in SECRETS if secret in link and not link.startswith("tel:")]
    title = re.search(r"<title>(.*?)</title>", page)
    assert title is not None
    assert not [secret for secret in SECRETS if secret in title[1]], "a browser keeps titles"
    server, database = pages
    log = server.log.read_text(encoding="utf-8")
    with database.reading() as session:
        rows = " ".join(str(row.content) for row in session.scalars(select(OutboxRow)))
        places = " ".join(str(item.shown) for item in session.scalars(select(ListItem)))
        purposes = set(session.scalars(select(AccessEntry.purpose)))
    assert not [secret for secret in SECRETS if secret in log + rows + places]
    assert "household" in purposes, "that the family was read is noted"
