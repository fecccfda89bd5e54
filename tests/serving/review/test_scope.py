"""No viewer ever gets a row out of its regions or its role, whatever the regions and the role."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

import serving.review.work
from serving.review.access.accounts import accounts_of
from serving.review.access.viewer import RIGHTS, May, NotFoundError, Viewer
from serving.review.store.accounts import Account, Role
from serving.review.store.database import Database
from serving.review.store.decisions import Rating
from serving.review.store.lists import ListItem, Status
from serving.review.work.access_log import accesses, note
from serving.review.work.changes import Change, change_status, move
from serving.review.work.my_list import Wanted, find_item, my_list
from serving.review.work.ratings import rate
from tests.serving.review.making import NOW, account, loaded, place, sheet

VILLAGES = [
    f"52{county:02}0{county}{town:03}{village:03}" for county in (1, 2) for town in (1, 2) for village in (1, 11)
]
REGIONS = sorted({village[:digits] for village in VILLAGES for digits in (6, 9, 12)})


@pytest.fixture
def crowd(database: Database) -> Iterator[Session]:
    """Households in eight villages of two counties, codes that begin alike among them, and people who work there."""
    places = [place(number, village) for number, village in enumerate(VILLAGES, 1)]
    loaded(database, sheet(*places, list_id="all", region="52"))
    with database.writing() as session:
        worker = account(session, Role.CASEWORKER, *VILLAGES[:2], name="w")
        for village in VILLAGES:
            account(session, Role.CASEWORKER, village, name=village)
            note(session, worker, "list", "read", [(f"H{village}", village)], NOW)
    with database.writing() as session:
        yield session


viewers = st.builds(
    lambda role, regions: Viewer(1, "w", role, tuple(sorted(regions))),
    st.sampled_from(list(Role)),
    st.sets(st.sampled_from(REGIONS), max_size=3),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(viewer=viewers)
def test_no_viewer_gets_a_row_out_of_region_or_role(crowd: Session, viewer: Viewer) -> None:
    inside = {village for village in VILLAGES if any(village.startswith(region) for region in viewer.regions)}
    cases = inside if May.READ_CASES in RIGHTS[viewer.role] else set()
    assert {item.region_code for item in my_list(crowd, viewer, Wanted(), "list", NOW).items} == cases
    assert set(my_list(crowd, viewer, Wanted(), "list", NOW).villages) == cases
    logged = {one.household_id for one in accesses(crowd, viewer)}
    assert logged == ({f"H{village}" for village in inside} if viewer.role is Role.AUDITOR else set())
    managed = {one.name for one in accounts_of(crowd, viewer)} - {"w"}
    assert managed == (inside if viewer.role is Role.ADMINISTRATOR else set())
    for item in crowd.scalars(select(ListItem)).all():
        if item.region_code not in cases:
            _assert_out_of_reach(crowd, viewer, item)
    assert crowd.scalars(select(ListItem.version).distinct()).all() == [1]


def _assert_out_of_reach(session: Session, viewer: Viewer, item: ListItem) -> None:
    change = Change(item.id, item.version, Status.DONE, item.visit_list.as_of)
    for act in (
        lambda: find_item(session, viewer, item.id, "household", NOW),
        lambda: change_status(session, viewer, change, NOW),
        lambda: move(session, viewer, item.id, item.version, 1, NOW),
        lambda: rate(session, viewer, item.id, Rating.SOON, NOW),
    ):
        with pytest.raises(NotFoundError):
            act()


# What runs for nobody, or goes on with what was found for a viewer already and is handed to it.
FOR_NOBODY = {"tasks.escalate_due", "kept_forms.forget_forms"}
GOES_ON = {
    "kept_forms.keep_form", "kept_forms.newest_path", "kept_forms.take_form", "kept_forms.waits",
    "refusals.is_refused", "same_visit.count_no_more", "states.queue_states", "states.take_back_row",
    "tasks.visited_on", "visit_facts.tell_assignment", "visit_facts.tell_findings", "visit_facts.tell_visit",
}  # fmt: skip


def test_every_function_that_takes_a_session_takes_a_viewer() -> None:
    """Below the web nothing can be asked for without saying for whom."""
    asked = 0
    for module in pkgutil.iter_modules(serving.review.work.__path__, "serving.review.work."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if function.__module__ != module.name or name.startswith("_"):
                continue
            hints = get_type_hints(function)
            short = f"{module.name.rpartition('.')[2]}.{name}"
            if Session in hints.values() and short not in FOR_NOBODY | GOES_ON:
                assert Viewer in hints.values(), f"{module.name}.{name}"
                viewer = next(key for key, hint in hints.items() if hint is Viewer)
                assert inspect.signature(function).parameters[viewer].default is inspect.Parameter.empty
                asked += 1
    assert asked >= 9


def test_a_viewer_is_what_its_account_says(database: Database) -> None:
    with database.writing() as session:
        viewer = account(session, Role.SUPERVISOR, "520101", "520102001", name="s")
        again = Viewer.of(session.scalars(select(Account).where(Account.name == "s")).one())
    assert viewer == again
    assert (again.role, again.regions) == (Role.SUPERVISOR, ("520101", "520102001"))
