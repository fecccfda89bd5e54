"""A whole month, as each of its people lives it: in Chromium where they use pages, by commands where they type.

Import, list, the supervisor's decisions, own ratings, overrides and answers, paper and workbook, visits and a report
task, what was found back into the ledger, retraining, the gate, and the next month's list.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from serving.review.store.database import database_url
from tests.browser.month import caseworker, ledger, owner, paper, supervisor
from tests.browser.month.accounts import let_in
from tests.browser.month.days import Calendar
from tests.browser.month.office import Office, open_office, promote, retrain, sign
from tests.browser.month.places import choose, items
from tests.serving.review.server import running

pytestmark = pytest.mark.slow


def test_a_month(chromium: Browser, tmp_path: Path, shots: Path | None) -> None:
    live(open_office(tmp_path / "home", Calendar.now()), chromium, tmp_path, shots)


def live(office: Office, chromium: Browser, folder: Path, shots: Path | None) -> None:
    """The month of an office whose first model is in use and whose county is ranked."""
    released = office.told("models", "list")["released"]
    made = office.load(office.calendar.period)
    chosen = choose(office.home, office.calendar.period)
    names = ledger.family_names(office)
    serve = ("--home", str(office.home), "--scores", str(office.home / "scores"))
    with running(database_url(office.home, None), office.home, *serve) as server:
        people = let_in(office, chromium, server.url, chosen.village, shots)
        worker, over, model_owner = people["caseworker"], people["supervisor"], people["model_owner"]
        supervisor.decide_the_pool(over, made, chosen)
        supervisor.share_out(over, chosen, "张桂芳")
        caseworker.see_the_list(worker, chosen)
        caseworker.rate_first(worker, chosen)
        caseworker.overrule(worker, chosen)
        supervisor.answer(over, caseworker.NOTE)
        caseworker.read_the_answer(worker, chosen)
        paper.print_without_names(worker, names, shots or folder)
        paper.workbook_round_trip(worker, chosen, office.calendar, folder)
        caseworker.refuse(worker, chosen)
        caseworker.visit(worker, chosen, office.calendar)
        caseworker.visit_with_a_red_finding(worker, chosen, office.calendar)
        owner.see_the_release(model_owner, released)
        ledger.export(office)
        ledger.holds_what_people_did(office, chosen)
        challenger = retrain(office)
        assert challenger["steps"] == ["train", "audit", "compare"]
        assert challenger["released"] == released
        ledger.was_learned_from(office, challenger["model_id"], chosen)
        owner.see_the_challenger(model_owner, challenger["model_id"])
        sign(office, challenger["model_id"])
        owner.see_it_signed(model_owner, challenger["model_id"])
        promote(office, challenger["model_id"])
        owner.see_it_in_use(model_owner, challenger["model_id"], released)
        office.score(str(office.calendar.today))
        office.load(office.calendar.next_period)
        places = {one.household_id: one for one in items(office.home, office.calendar.next_period)}
        ledger.next_list_is_as_it_should_be(places, chosen, challenger["model_id"])
        caseworker.see_next_month(worker, chosen, places)
        supervisor.see_next_month(over, places)
        owner.read_the_log(people["auditor"], names)
