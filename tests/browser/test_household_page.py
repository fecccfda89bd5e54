"""The household's page in Chromium in every state: unrated, rated, a duty, blanks, long names, no facts at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize

from serving.review.cases.persons import Persons, keep_persons, persons_key
from serving.review.cases.vault_persons import store_persons
from serving.review.desk import Folders
from serving.review.exchange.load import load_sheet
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.migrate import upgrade
from tests.browser.test_review_pages import LANGUAGES, look, sign_in
from tests.serving.review.families import FIRST, LONE, SECOND, make_home
from tests.serving.review.making import NOW, TOWNSHIP, account, item_id, place, sheet
from tests.serving.review.server import Running, running

pytestmark = pytest.mark.slow
WIDTHS: dict[str, ViewportSize] = {
    "narrow": {"width": 360, "height": 740},
    "phone": {"width": 390, "height": 844},
    "desk": {"width": 1280, "height": 900},
}
LONG = Persons(
    {LONE: "阿卜杜热依木·买买提吐尔逊江·阿卜杜克里木" * 2},
    "Abdurehim-Memettursunjan-Abdukerimoglu-with-no-space-anywhere",
    "13800001234",
    "某某省某某市某某县某某街道某某社区某某村民小组某某自然寨某某岭脚下大榕树旁第三排第四户",
)
SHOWN = {
    "duty": {"zh": "照护人无监护能力", "en": "the carer is incapacitated"},
    "up": [{"zh": "祖母年满七十", "en": "the grandmother is past seventy"}],
    "down": [{"zh": "上月有人走访", "en": "visited last month"}],
    "not_known": [{"zh": "住校", "en": "boards at school"}],
    "likely": [
        {"name": {"zh": "医疗", "en": "medical care"}, "ask": [{"zh": "何时看病", "en": "when at the clinic"}],
         "bring": [{"zh": "医保卡", "en": "the insurance card"}]}
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Database]]:
    """A server whose families are known: one to rate first, one with blanks and long names, one that moved away."""
    folder = tmp_path_factory.mktemp("families")
    home = make_home(folder / "home")
    database = Database.open(f"sqlite:///{folder / 'review.db'}")
    upgrade(database)
    whole = sheet(
        place(1, rating_asked=True, rank=3, shown=SHOWN),
        place(2, duty_rule="red_item:carer_incapacitated", duty_due_on=NOW.date(), shown=SHOWN, driver_child_id=LONE),
        place(3, shown=SHOWN),
    )
    with database.writing() as session:
        load_sheet(session, whole, NOW)
        store_persons(session, Folders(home, home / "ledger"), whole.places, NOW)
        key = persons_key(Folders(home))
        assert key is not None
        keep_persons(session, key, whole.places[1:2], {SECOND: LONG}, NOW)
        for language in LANGUAGES:
            for width in WIDTHS:
                account(session, Role.SUPERVISOR, TOWNSHIP, name=f"{width}-{language}")
    options = ("--home", str(home), "--ledger", str(home / "ledger"), "--scores", str(home / "scores"))
    with running(f"sqlite:///{folder / 'review.db'}", folder, *options) as server:
        yield server, database
    database.engine.dispose()


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("width", list(WIDTHS))
def test_the_page_in_every_state(
    families: tuple[Running, Database], chromium: Browser, shots: Path | None, width: str, language: str
) -> None:
    server, database = families
    with database.reading() as session:
        first, second, third = (f"/list/{item_id(session, number)}" for number in (1, 2, 3))
    context = chromium.new_context(base_url=server.url, viewport=WIDTHS[width], locale=LANGUAGES[language])
    page = context.new_page()
    sign_in(page, f"{width}-{language}")
    page.goto(first)
    look(page, f"household-unrated-{width}-{language}", shots)
    assert FIRST in page.title()
    page.locator("button[name=rating]").first.click()
    look(page, f"household-rated-{width}-{language}", shots)
    for name, path in (("rated-open", first), ("duty-long-names", second), ("no-facts", third)):
        page.goto(path)
        for summary in page.locator("details summary").all():
            summary.press("Enter")
        look(page, f"household-{name}-{width}-{language}", shots)
    context.close()
