"""The pages of the model's owner, as a browser sees them, on a database of each kind: figures, and nobody's child."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread

import httpx
import pytest
import uvicorn

from features.definition import Label, load_definition
from features.ledger.importer import import_folder
from models.release.suspensions import Suspension, write_suspensions
from serving.review.desk import Desk, Folders
from serving.review.exchange.facts import Fact, queue_fact
from serving.review.exchange.runs import note_failure, run_export
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.web.app import application
from serving.review.work.exchange_state import exchange_state
from tests.builders import COUNTY, VILLAGE, make_tables, write_source
from tests.models.making import small_bundle
from tests.models.release.gate.made import ASSESSED, Standing
from tests.serving.review.making import NOW, account
from tests.serving.review.server import Browser, free_port
from tests.serving.review.test_release import WORDS, report

PERSONAL = re.compile(r"household_id|child_id|H520|C000")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a release two people signed for, a ledger of one county, an audit, monitoring and a suspension."""
    folder = tmp_path_factory.mktemp("home")
    stood = Standing.make(folder, card="---\nsimulated: true\n---\n")
    table = {"title": WORDS, "columns": [WORDS, "n"], "rows": [[WORDS, "0.5"]]}
    section = {"title": WORDS, "findings": [WORDS], "tables": [table], "pictures": [WORDS], "figures": {}, "data": {}}
    figures = {"known.gain_over_best": 0.02, "known.gain_over_best_lower": 0.01, "known.gain_over_best_upper": 0.03,
               "groups.least_recall_ratio": 0.9, "groups.least_recall_ratio_lower": 0.5,
               "new_county.price": None}  # fmt: skip
    stood.audit(figures, sections={"known": section, "groups": section})
    stood.sign("Li Hua")
    stood.sign("王芳")
    stood.sign("王芳", "impact", document=ASSESSED)
    stood.store.promote(stood.model_id)
    (folder / "evidence" / stood.model_id / "audit.html").write_text("<style>p{}</style><p>audit")
    report(folder, "2018-06-30", [("hard", COUNTY), ("warn", None)], {"precision": 0.3, "least": 0.1, "most": 0.7})
    write_suspensions(folder, {COUNTY: Suspension(COUNTY, date(2018, 6, 30), "m1", ("drift",), Label("甲", "one"))})
    source = write_source(make_tables(children=[{"child_id": "c1", "household_id": "h1"}]), folder / "sent")
    assert import_folder(source, folder / "ledger", load_definition(), workers=1).faults.is_empty()
    return folder


@pytest.fixture
def desk(database: Database, home: Path) -> Desk:
    return Desk(database, folders=Folders(home, home / "ledger"), tracking="http://127.0.0.1:5000")


@pytest.fixture
def people(database: Database) -> Database:
    with database.writing() as session:
        for role in Role:
            account(session, role, name=role.value)
        account(session, Role.MODEL_OWNER, "990101", name="far")
    return database


@pytest.fixture
def browse(desk: Desk, people: Database) -> Iterator[Browser]:
    assert people
    with opened(desk) as browser:
        yield browser


@contextmanager
def opened(desk: Desk) -> Iterator[Browser]:
    """A browser on the pages of a desk, served by a thread of this process."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(application(desk), port=port, log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, headers={"Accept-Language": "en"}, timeout=30) as client:
            yield Browser(client)
    finally:
        server.should_exit = True
        thread.join(30)


def model_id(home: Path) -> str:
    return next((home / "releases" / "bundles").glob("[!.]*")).name


def test_everything_about_the_release_is_on_one_page(browse: Browser, home: Path) -> None:
    browse.sign_in("model_owner")
    seen = browse.get("/model")
    assert model_id(home) in seen
    for words in (
        "This model was made from simulated data", "+2.0", "+1.0 – +3.0", "from 0.50", "not estimable", "30.0%",
        "Last looked at: 30 Jun 2018.", "That is more than a month ago.", "Grave", "Other notices: 1",
        f"{COUNTY}: suspended since 30 Jun 2018. one", "not checked",
        "There is no other model", "Nothing was exported yet",
        "Open MLflow", 'href="http://127.0.0.1:5000"', "mopai monitor --lift",
    ):  # fmt: skip
        assert words in seen, words
    assert not PERSONAL.search(seen)
    assert "<script" not in seen
    assert len(seen.encode()) < 100_000


def test_one_model_shows_its_gate_and_signatures_and_signs_nothing(browse: Browser, home: Path) -> None:
    browse.sign_in("model_owner")
    seen = browse.get(f"/model/{model_id(home)}")
    assert "Li Hua" in seen
    assert "王芳" in seen
    assert "2 people" in seen
    assert "not met" in seen
    assert "This model is in use; nothing needs approving." in seen
    assert "<form" not in seen
    assert browse.client.post(f"/model/{model_id(home)}").status_code in (403, 404, 405)


def test_a_challenger_shows_what_is_left_to_do(desk: Desk, people: Database, home: Path, tmp_path: Path) -> None:
    assert people
    mine = Path(shutil.copytree(home, tmp_path / "mine"))
    other = small_bundle(mine / "releases" / "bundles", num_leaves=5).name
    with opened(replace(desk, folders=Folders(mine, mine / "ledger"))) as browse:
        browse.sign_in("model_owner")
        assert other in browse.get("/model")
        challenger = browse.get(f"/model/{other}")
        assert f"mopai models approve {other} --name NAME --role ROLE --keys FOLDER" in challenger
        assert f"mopai audit --model {other}" in challenger
        assert "Two people are two only while each alone holds the own key" in challenger
        assert "Nobody has signed yet." in challenger
        (mine / "approvals" / "people.json").write_text("{")
        assert "no signature counts" in browse.get(f"/model/{other}")
        (mine / "releases" / "bundles" / other / "manifest.json").write_text("{}")
        assert "The files of this model are not sound" in browse.get(f"/model/{other}")


def test_the_audit_is_read_in_parts_and_kept_as_a_file(browse: Browser, home: Path) -> None:
    browse.sign_in("model_owner")
    model = model_id(home)
    assert "<caption>one</caption>" in browse.get(f"/model/{model}/audit?section=groups")
    assert "1 picture" in browse.get(f"/model/{model}/audit")
    browse.get(f"/model/{model}/audit?section=other", status=404)
    kept = browse.client.get(f"/model/{model}/audit.html")
    assert kept.headers["content-disposition"] == f'attachment; filename="audit-{model}.html"'
    assert kept.text.endswith("<p>audit")
    assert "default-src 'none'" in kept.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["other", "..%2f..%2fledger", "x" * 65])
def test_only_models_that_are_kept_have_a_page(browse: Browser, path: str) -> None:
    browse.sign_in("model_owner")
    for end in ("", "/audit", "/audit.html"):
        browse.get(f"/model/{path}{end}", status=404)


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.ADMINISTRATOR])
def test_others_are_told_it_is_not_theirs(browse: Browser, home: Path, role: Role) -> None:
    browse.sign_in(role.value)
    for path in ("/model", f"/model/{model_id(home)}", f"/model/{model_id(home)}/audit.html"):
        browse.get(path, status=403)


def test_an_auditor_reads_the_model_and_writes_nothing_there(browse: Browser, home: Path) -> None:
    browse.sign_in("auditor")
    assert 'href="/model"' in browse.get("/log")
    model = model_id(home)
    for path in ("/model", f"/model/{model}", f"/model/{model}/audit", f"/model/{model}/audit.html"):
        seen = browse.get(path)
        assert not PERSONAL.search(seen)
        assert "<form" not in seen
        assert browse.client.post(path).status_code in (403, 404, 405)
    assert "2 people" in browse.get(f"/model/{model}")


def test_nobody_is_let_in_without_a_name(browse: Browser) -> None:
    assert "Sign in" in browse.get("/model")


def test_counties_of_others_are_not_told(browse: Browser) -> None:
    browse.sign_in("far")
    seen = browse.get("/model")
    assert COUNTY not in seen
    assert "No county is suspended." in seen
    assert "no county of yours" in seen
    assert "No grave alarm." in seen


def test_what_is_not_at_hand_is_said(desk: Desk, people: Database, tmp_path: Path) -> None:
    assert people
    broken = tmp_path / "broken"
    (broken / "releases").mkdir(parents=True)
    (broken / "releases" / "current.json").write_text("{")
    (broken / "monitor").mkdir()
    (broken / "monitor" / "suspended.json").write_text("{")
    for folders, words in (
        (Folders(), "No folder of models is at hand here"),
        (Folders(tmp_path), "No model is in use."),
        (Folders(broken), "The record of releases cannot be read."),
    ):
        with opened(replace(desk, folders=folders, tracking="")) as browser:
            browser.sign_in("model_owner")
            seen = browser.get("/model")
            assert words in seen
            assert "MLflow is not connected here." in seen
            browser.get("/model/anything", status=404)


def test_the_exchange_is_told_to_owners_and_supervisors_of_their_counties(
    browse: Browser, people: Database, home: Path
) -> None:
    columns = {"household_id": "nobody", "visited_on": NOW.date(), "purpose": "listed", "met": True}
    with people.writing() as session:
        queue_fact(session, Fact("visits", VILLAGE, {"visit_id": "v1"}, columns, NOW.date()), NOW)
        queue_fact(session, Fact("ratings", "990101001001", {"rating_id": "r1"}, {}, NOW.date()), NOW)
        queue_fact(session, Fact("wishes", "990101001001", {"wish_id": "w1"}, {}, NOW.date()), NOW)
    run_export(people, home / "ledger", load_definition(), NOW)
    note_failure(people, "ledger", NOW)
    browse.sign_in("model_owner")
    seen = browse.get("/model")
    assert "Last export: 5 Jul 2018 11:00." in seen
    assert "The export of 5 Jul 2018 11:00 was not made" in seen
    assert "Waiting: ratings 1, other rows 1." in seen
    assert "Not taken by the ledger: visits 1." in seen
    with people.writing() as session:
        supervisor = account(session, Role.SUPERVISOR, VILLAGE[:9])
        with_nothing = replace(supervisor, regions=())
    with people.reading() as session:
        mine = exchange_state(session, supervisor)
        assert (dict(mine.waiting), dict(mine.refused), mine.fault) == ({}, {"visits": 1}, "ledger")
        assert exchange_state(session, with_nothing).refused == {}
    browse.client.cookies.clear()
    browse.sign_in(supervisor.name)
    assert "Last export: 5 Jul 2018 11:00." in browse.get("/supervise")


def test_both_languages_are_said_whole(browse: Browser, home: Path) -> None:
    browse.sign_in("model_owner")
    for language, words in (("zh", "正在使用"), ("en", "In use")):
        browse.get(f"/language?to={language}&back=/model")
        for path in ("/model", f"/model/{model_id(home)}", f"/model/{model_id(home)}/audit"):
            assert ("模拟" in browse.get(path)) or language == "en"
        assert words in browse.get("/model")
    assert json.loads((home / "releases" / "current.json").read_text())["model_id"]
