"""Pages of a running server: overruling and its thread, searching, paper, and the workbook there and back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import openpyxl
import pytest
from sqlalchemy import select

from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Status
from serving.review.store.trail import AccessEntry
from tests.serving.review.making import account, item_id, loaded
from tests.serving.review.server import Browser, Running, hosted


@dataclass(frozen=True, slots=True)
class Site:
    """A running application with a caseworker and a supervisor signed in."""

    server: Running
    database: Database
    worker: Browser
    boss: Browser

    def item(self, number: int) -> int:
        with self.database.reading() as session:
            return item_id(session, number)

    def status(self, number: int) -> Status:
        with self.database.reading() as session:
            return session.get_one(ListItem, item_id(session, number)).status

    def purposes(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(AccessEntry.purpose).order_by(AccessEntry.id)))


@pytest.fixture
def site(database: Database, database_url: str, tmp_path: Path) -> Iterator[Site]:
    loaded(database)
    with database.writing() as session:
        account(session, name="worker")
        account(session, Role.SUPERVISOR, name="boss")
    with hosted(database_url, tmp_path) as server:
        people = [server.browser() for _ in range(2)]
        people[0].sign_in("worker")
        people[1].sign_in("boss")
        yield Site(server, database, *people)
        assert "Error" not in server.log.read_text()


def send_book(browser: Browser, content: bytes, status: int = 200) -> str:
    seen = browser.get("/list/upload")
    token = re.search(r'name="token" value="(\w+)"', seen)
    assert token
    answer = browser.client.post("/list/upload", data={"token": token[1]}, files={"book": ("list.xlsx", content)})
    assert answer.status_code == status, answer.text[-800:]
    return answer.text


def download(browser: Browser, path: str = "/list/workbook") -> bytes:
    answer = browser.client.get(path)
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert 'filename="mopai-list-2018-07.xlsx"' in answer.headers["content-disposition"]
    return answer.content


def done(content: bytes, *lines: int) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    columns = {cell.value: cell.column for cell in book.worksheets[0][1]}
    for line in lines:
        book.worksheets[0].cell(line, columns["status"]).value = "Done"
        book.worksheets[0].cell(line, columns["on"]).value = "2018-07-05"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_overruling_answering_and_withdrawing(site: Site) -> None:
    path = f"/list/{site.item(5)}/overrule"
    form = site.worker.get(path)
    assert "Choose a reason" in site.worker.send(path, {"wanted": "go_first"}, seen=form, status=400).text
    site.worker.send(path, {"wanted": "never", "reason": "other"}, seen=form, status=404)
    wish = {"wanted": "go_first", "reason": "knows_family", "note": "the <aunt> left"}
    made = site.worker.send(path, wish, seen=form)
    thread = made.url.path
    assert "On the whole list it went from place 5 to place 3" in made.text
    assert "the &lt;aunt&gt; left" in made.text
    assert "Waiting (1)" in site.boss.get("/overrides")
    for path in ("/overrides", "/corrections", "/tasks"):
        assert "Simulated data" in site.worker.get(path), path  # though the list is of the whole township
    page = site.boss.get(thread)
    assert "Write a few words" in site.boss.send(thread, {"do": "reply", "text": " "}, seen=page, status=400).text
    site.boss.send(thread, {"do": "nothing"}, seen=page, status=404)
    assert "Sent." in site.boss.send(thread, {"do": "reply", "text": "go tomorrow"}, seen=page).text
    assert "Answered (1)" in site.boss.get("/overrides?state=waiting")
    mine = site.worker.get(f"/list/{site.item(5)}")
    assert "go tomorrow" in mine
    back = site.worker.send(thread, {"do": "withdraw"}, seen=site.worker.get(thread)).text
    assert "Withdrawn" in back
    assert "<textarea" not in back
    assert "the &lt;aunt&gt; left" in site.boss.get("/overrides?state=withdrawn")


def test_a_duty_is_told_and_a_place_to_rate_is_rated_first(site: Site) -> None:
    assert "never later" in site.worker.get(f"/list/{site.item(1)}/overrule")
    page = site.worker.get(f"/list/{site.item(4)}/overrule")
    assert "Give your own rating of this household first." in page
    assert "Go sooner" not in page
    form = {"wanted": "soon", "reason": "other"}
    other = site.worker.get(f"/list/{site.item(1)}/overrule")
    assert "first" in site.worker.send(f"/list/{site.item(4)}/overrule", form, seen=other, status=400).text
    site.worker.get("/overrides/999", 404)


def test_a_search_leaves_no_name_in_an_address(site: Site) -> None:
    page = site.worker.get("/list")
    answer = site.worker.send("/list/find", {"text": "-003"}, seen=page)
    assert answer.url.query == b""
    assert "H001001-003" in answer.text
    assert "H001001-001" not in answer.text
    assert "There is no such household" in site.worker.send("/list/find", {"text": "nobody"}, seen=page).text
    assert site.worker.send("/list/find", {"text": " "}, seen=page).url.path == "/list"
    assert "<h1>My list</h1>" in site.worker.get("/list/find")
    for query in ("why=duty", "order=name", "order=village", "why=x&order=y&status=z"):
        assert "H001001-001" in site.boss.get(f"/list?{query}")
    assert "search" in site.purposes()


def test_paper_with_names_is_a_purpose_of_its_own(site: Site) -> None:
    assert "no names" in site.worker.get("/list/print")
    assert "With names" in site.worker.get("/list/print?names=1&order=village")
    assert site.purposes()[-2:] == ["print", "print_names"]


def test_the_workbook_there_and_back(site: Site) -> None:
    content = done(download(site.worker), 5, 7)
    page = send_book(site.worker, content)
    assert "2 changes" in page
    assert site.status(3) is Status.OPEN
    rows = {"rows": re.search(r'name="rows" value="([^"]*)"', page)[1].replace("&#34;", '"')}  # type: ignore[index]
    assert "2 households saved" in site.worker.send("/list/upload/apply", rows, seen=page).text
    assert (site.status(3), site.status(5)) == (Status.DONE, Status.DONE)
    assert "nothing in this workbook to save" in send_book(site.worker, content)
    for wrong in ("", "[[1]]", "7", '[["a",1,1,"","","done","","",""]]', '[[1,1,1,"","","done","","x",""]]'):
        site.worker.send("/list/upload/apply", {"rows": wrong}, seen=page, status=404)
    download(site.worker, "/list/workbook?names=1")
    assert {"workbook", "workbook_names", "workbook_in"} <= set(site.purposes())


def test_a_conflict_is_chosen_side_by_side(site: Site) -> None:
    content = done(download(site.worker), 5)
    place = site.item(3)
    form = {"version": "1", "status": "postponed", "on": "2018-07-05", "reason": "road", "note": "flood"}
    site.boss.send(f"/list/{place}", form, seen=site.boss.get(f"/list/{place}"))
    page = send_book(site.worker, content)
    assert "Somebody changed these first" in page
    assert "flood" in page
    rows = {"rows": re.search(r'name="rows" value="([^"]*)"', page)[1].replace("&#34;", '"')}  # type: ignore[index]
    again = site.worker.send("/list/upload/apply", rows, seen=page).text
    assert "nothing was saved yet" in again
    site.worker.send("/list/upload/apply", {**rows, f"choice-{place}": "mine:2"}, seen=again)
    assert site.status(3) is Status.DONE


def test_what_is_no_workbook_is_said_and_what_is_too_large_not_read(site: Site) -> None:
    assert "Choose a workbook" in send_book(site.worker, b"", 400)
    assert "cannot be opened" in send_book(site.worker, b"PK not really", 400)
    answer = httpx.post(f"{site.server.url}/list/upload", files={"book": ("x.xlsx", b"x" * 2_100_000)})
    assert answer.status_code == 413
    assert httpx.post(f"{site.server.url}/list", content=b"x" * 70_000).status_code == 413
