"""One Chromium for all tests, and one review application with an account of each role."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, sync_playwright

from serving.review.exchange.load import Sheet
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import Stratum
from serving.review.store.migrate import upgrade
from tests.serving.review.making import FAR_VILLAGE, NEXT_VILLAGE, account, loaded, place, sheet
from tests.serving.review.server import Running, running

SHOTS = "MOPAI_SCREENSHOTS"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; a root user's has no sandbox."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "no Chromium on this machine: install the package chromium"
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def review(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running application: accounts named by their role, and a list of this week."""
    folder = tmp_path_factory.mktemp("review")
    url = f"sqlite:///{folder / 'review.db'}"
    database = Database.open(url)
    upgrade(database)
    fill(database)
    with running(url, folder) as server:
        yield server
    database.engine.dispose()


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures of the pages go; none are kept unless a folder is named."""
    folder = os.environ.get(SHOTS)
    if folder is None:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


def fill(database: Database) -> None:
    """Accounts of every role and a list around today: duties, places by score and by lot, two villages."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    with database.writing() as session:
        for role in Role:
            account(session, role, name=role.value)
    loaded(database, _sheet(today), sheet(place(1, FAR_VILLAGE), list_id="far", region=FAR_VILLAGE[:9]))


def _sheet(today: date) -> Sheet:
    def day(days: int) -> date:
        return today + timedelta(days=days)

    level = {"duty": {"zh": "按等级走访：黄色", "en": "due by level: yellow"}}
    need = {"duty": {"zh": "跟进未结需要：医疗，中", "en": "follow up an open need: medical care, moderate"}}
    places = [
        place(1, duty_rule="red_item:no_guardian", duty_due_on=day(-4), last_visit_on=day(-95)),
        place(2, duty_rule="interval:yellow", duty_due_on=day(3), carried=True, shown=level),
        place(3, duty_rule="open_finding:medical:2", duty_due_on=day(19), shown=need, last_visit_on=day(-30)),
        place(4, new=True),
        place(5, stratum=Stratum.RANDOM, inclusion_probability=0.1, rating_asked=True),
        place(6, band="soon", last_visit_on=day(-200), carried=True, stratum=Stratum.CARRIED),
        *(place(number, band="in_turn") for number in range(7, 46)),
        place(46, NEXT_VILLAGE, stratum=Stratum.RANDOM, inclusion_probability=0.1),
    ]
    return sheet(
        *places, list_id="now", period_from=day(-5), period_to=day(25), as_of=day(-7), data_newest_on=day(-9)
    )  # fmt: skip
