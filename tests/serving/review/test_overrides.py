"""Overruling a place, the thread that answers it, and what stays whatever people do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.viewer import NotAllowedError, NotFoundError, Viewer
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import Override, Rating
from serving.review.store.lists import ListItem, Status
from serving.review.store.trail import AccessEntry, OutboxRow
from serving.review.work.changes import ChangeFaultError
from serving.review.work.my_list import Wanted, my_list
from serving.review.work.overrides import ThreadState, find_thread, how_many, thread_of, threads
from serving.review.work.overruling import Overruling, overrule, reply, withdraw
from serving.review.work.ratings import rate
from tests.serving.review.making import FAR_VILLAGE, NEXT_VILLAGE, NOW, account, item_id, loaded

LATER = NOW + timedelta(days=1)


@pytest.fixture
def people(database: Database) -> dict[str, Viewer]:
    """Two caseworkers of the village, its supervisor, and one of another township."""
    loaded(database)
    with database.writing() as session:
        return {
            "worker": account(session, name="worker"),
            "colleague": account(session, name="colleague"),
            "supervisor": account(session, Role.SUPERVISOR, name="supervisor"),
            "stranger": account(session, Role.SUPERVISOR, FAR_VILLAGE[:9], name="stranger"),
        }


@pytest.fixture
def session(database: Database, people: dict[str, Viewer]) -> Iterator[Session]:
    """A writing session; nothing of it is kept."""
    assert people
    with Session(database.writer) as opened:
        yield opened


def wish(session: Session, number: int, wanted: Rating = Rating.GO_FIRST, **other: str) -> Overruling:
    return replace(Overruling(item_id(session, number), wanted, "knows_family"), **other)


def order(session: Session, viewer: Viewer) -> list[str]:
    return [item.household_id[-1] for item in my_list(session, viewer, Wanted(), "list", NOW).items]


def facts(session: Session) -> list[OutboxRow]:
    return list(session.scalars(select(OutboxRow).where(OutboxRow.table == "overrides").order_by(OutboxRow.id)))


def test_sooner_goes_before_its_kind_and_never_before_a_duty(session: Session, people: dict[str, Viewer]) -> None:
    made = overrule(session, people["worker"], wish(session, 5, note="her aunt left"), NOW)
    assert order(session, people["worker"]) == ["1", "2", "5", "3", "4"]
    assert (made.place_was, made.place_is, made.band, made.rank, made.duty_rule) == (5, 3, "soon", 5, None)
    item = session.get_one(ListItem, made.item_id)
    assert (item.moved_by_hand, item.stratum, item.changed_by) == (True, "score", people["worker"].account_id)


def test_later_goes_behind_and_not_needed_last(session: Session, people: dict[str, Viewer]) -> None:
    rate(session, people["supervisor"], item_id(session, 4), Rating.SOON, NOW)
    overrule(session, people["supervisor"], wish(session, 4, Rating.IN_TURN), NOW)
    assert order(session, people["supervisor"]) == ["1", "2", "3", "5", "6", "4"]
    overrule(session, people["supervisor"], wish(session, 3, Rating.SOON), NOW)
    assert order(session, people["supervisor"]) == ["1", "2", "5", "6", "3", "4"]


def test_those_who_make_way_keep_their_version(session: Session, people: dict[str, Viewer]) -> None:
    overrule(session, people["worker"], wish(session, 5), NOW)
    session.expire_all()
    assert [session.get_one(ListItem, item_id(session, number)).version for number in (3, 4, 5)] == [1, 1, 2]


@pytest.mark.parametrize("wanted", [Rating.SOON, Rating.IN_TURN])
def test_a_duty_is_never_put_off_but_the_word_is_kept(
    session: Session, people: dict[str, Viewer], wanted: Rating
) -> None:
    made = overrule(session, people["worker"], wish(session, 1, wanted), NOW)
    assert order(session, people["worker"]) == ["1", "2", "3", "4", "5"]
    assert (made.place_was, made.place_is, made.duty_rule) == (1, 1, "red_item:no_guardian")


def test_a_duty_goes_sooner_among_duties(session: Session, people: dict[str, Viewer]) -> None:
    overrule(session, people["worker"], wish(session, 2), NOW)
    assert order(session, people["worker"]) == ["2", "1", "3", "4", "5"]


def test_places_of_other_villages_stay_where_they_are(session: Session, people: dict[str, Viewer]) -> None:
    overrule(session, people["worker"], wish(session, 3, Rating.IN_TURN), NOW)
    session.expire_all()
    assert session.get_one(ListItem, item_id(session, 6, NEXT_VILLAGE)).place == 6
    assert session.get_one(ListItem, item_id(session, 3)).place == 5


def test_what_is_settled_does_not_move(session: Session, people: dict[str, Viewer]) -> None:
    session.get_one(ListItem, item_id(session, 5)).status = Status.DONE
    made = overrule(session, people["worker"], wish(session, 5), NOW)
    assert made.place_is == made.place_was == 5


@pytest.mark.parametrize(
    ("fault", "other"),
    [
        ("overrule_reason", {"reason": ""}),
        ("overrule_reason", {"reason": "no_such"}),
        ("note_long", {"note": "x" * 2001}),
    ],
)
def test_what_cannot_be_is_refused(
    session: Session, people: dict[str, Viewer], fault: str, other: dict[str, str]
) -> None:
    with pytest.raises(ChangeFaultError, match=fault):
        overrule(session, people["worker"], wish(session, 3, **other), NOW)


def test_the_own_rating_comes_first_where_it_is_asked_for(session: Session, people: dict[str, Viewer]) -> None:
    with pytest.raises(ChangeFaultError, match="rate_first"):
        overrule(session, people["worker"], wish(session, 4), NOW)
    rate(session, people["worker"], item_id(session, 4), Rating.SOON, NOW)
    overrule(session, people["worker"], wish(session, 4), NOW)
    item = session.get_one(ListItem, item_id(session, 4))
    assert len(thread_of(session, people["worker"], item)) == 1
    assert thread_of(session, people["colleague"], item) == (), "another's word would lead the own rating"
    assert (item.stratum, item.inclusion_probability) == ("random", 0.1), "the draw stays as it was"


def test_the_same_word_twice_is_one_and_another_replaces_it(session: Session, people: dict[str, Viewer]) -> None:
    first = overrule(session, people["worker"], wish(session, 5), NOW)
    assert overrule(session, people["worker"], wish(session, 5), NOW) is first
    second = overrule(session, people["worker"], wish(session, 5, Rating.IN_TURN), LATER)
    assert (first.withdrawn_at, second.withdrawn_at) == (LATER, None)
    assert second.place_was == 5, "the first was undone before the second"
    assert order(session, people["worker"]) == ["1", "2", "3", "4", "5"]


def test_a_thread_goes_back_and_forth(session: Session, people: dict[str, Viewer]) -> None:
    made = overrule(session, people["worker"], wish(session, 5), NOW)
    assert find_thread(session, people["supervisor"], made.id, NOW).state is ThreadState.WAITING
    reply(session, people["supervisor"], made.id, " Right. Go tomorrow. ", LATER)
    reply(session, people["supervisor"], made.id, "Right. Go tomorrow.", LATER)
    thread = find_thread(session, people["worker"], made.id, NOW)
    assert (thread.state, [said.text for said in thread.answers]) == (ThreadState.ANSWERED, ["Right. Go tomorrow."])
    assert (thread.own, thread.answers[0].own, thread.may_reply) == (True, False, True)
    reply(session, people["worker"], made.id, "Nobody was there.", LATER)
    assert find_thread(session, people["worker"], made.id, NOW).state is ThreadState.WAITING
    assert made.answered_at is None


def test_a_colleague_reads_and_does_not_answer(session: Session, people: dict[str, Viewer]) -> None:
    made = overrule(session, people["worker"], wish(session, 5), NOW)
    thread = find_thread(session, people["colleague"], made.id, NOW)
    assert (thread.own, thread.may_reply) == (False, False)
    with pytest.raises(NotAllowedError):
        reply(session, people["colleague"], made.id, "I agree", NOW)
    with pytest.raises(NotFoundError):
        withdraw(session, people["colleague"], made.id, NOW)
    assert threads(session, people["colleague"], ThreadState.WAITING, NOW) == ()


@pytest.mark.parametrize(("text", "fault"), [("  ", "reply_missing"), ("x" * 2001, "note_long")])
def test_an_answer_says_something(session: Session, people: dict[str, Viewer], text: str, fault: str) -> None:
    made = overrule(session, people["worker"], wish(session, 5), NOW)
    with pytest.raises(ChangeFaultError, match=fault):
        reply(session, people["supervisor"], made.id, text, NOW)


def test_withdrawn_stays_to_be_read_and_the_place_goes_back(session: Session, people: dict[str, Viewer]) -> None:
    made = overrule(session, people["worker"], wish(session, 5), NOW)
    withdraw(session, people["worker"], made.id, LATER)
    withdraw(session, people["worker"], made.id, LATER + timedelta(days=1))
    assert order(session, people["worker"]) == ["1", "2", "3", "4", "5"]
    assert made.withdrawn_at == LATER
    thread = find_thread(session, people["supervisor"], made.id, NOW)
    assert (thread.state, thread.may_reply) == (ThreadState.WITHDRAWN, False)
    with pytest.raises(ChangeFaultError, match="override_withdrawn"):
        reply(session, people["supervisor"], made.id, "why?", NOW)


def test_the_longest_waiting_stands_first_and_each_sees_theirs(session: Session, people: dict[str, Viewer]) -> None:
    made = [
        overrule(session, people[who], wish(session, number), NOW + timedelta(hours=number))
        for who, number in (("worker", 5), ("colleague", 3), ("supervisor", 1))
    ]
    seen = threads(session, people["supervisor"], ThreadState.WAITING, NOW)
    assert [thread.override.id for thread in seen] == [made[2].id, made[1].id, made[0].id]
    assert [thread.override.id for thread in threads(session, people["worker"], ThreadState.WAITING, NOW)] == [
        made[0].id
    ]
    assert threads(session, people["stranger"], ThreadState.WAITING, NOW) == ()
    assert how_many(session, people["supervisor"], ThreadState.WAITING) == 3
    assert len(threads(session, people["supervisor"], ThreadState.WAITING, NOW, first=2, count=2)) == 1


def test_outside_the_region_there_is_nothing(session: Session, people: dict[str, Viewer]) -> None:
    made = overrule(session, people["worker"], wish(session, 5), NOW)
    for act in (
        lambda: find_thread(session, people["stranger"], made.id, NOW),
        lambda: reply(session, people["stranger"], made.id, "x", NOW),
        lambda: withdraw(session, people["stranger"], made.id, NOW),
        lambda: overrule(session, people["stranger"], wish(session, 5), NOW),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert thread_of(session, people["stranger"], session.get_one(ListItem, made.item_id)) == ()


def test_the_ledger_hears_how_it_stands_and_nothing_people_wrote(session: Session, people: dict[str, Viewer]) -> None:
    made = overrule(session, people["worker"], wish(session, 5, note="her aunt left"), NOW)
    reply(session, people["supervisor"], made.id, "go tomorrow", LATER)
    first, second = facts(session)
    assert first.content == {
        "override_id": f"review-{made.id}", "list_id": "L2018-07", "household_id": "H001001-005",
        "by_id": f"account-{people['worker'].account_id}", "wanted": "go_first", "reason": "knows_family",
        "band": "soon", "model_id": "m1", "place_was": 5, "made_on": "2018-07-05", "answered": False,
        "withdrawn": False,
    }  # fmt: skip
    assert (second.content["answered"], second.valid_from) == (True, first.valid_from + timedelta(days=1))
    assert not any("aunt" in str(row.content) or "tomorrow" in str(row.content) for row in facts(session))


def test_every_touch_is_logged(database: Database, people: dict[str, Viewer]) -> None:
    with database.writing() as session:
        made = overrule(session, people["worker"], wish(session, 5), NOW)
        number = made.id
    with database.reading() as session:
        find_thread(session, people["supervisor"], number, NOW)
    with database.reading() as session:
        kept = session.scalars(select(AccessEntry).order_by(AccessEntry.id)).all()
        assert [(one.purpose, one.action) for one in kept] == [("overrule", "write"), ("overrides", "read")]


Step = tuple[str, int, str]
steps = st.lists(
    st.tuples(
        st.sampled_from(["overrule", "reply", "answer_back", "withdraw"]),
        st.integers(min_value=0, max_value=3),
        st.sampled_from(["go_first", "soon", "in_turn"]),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_the_order_of_steps_the_thread_is_consistent(
    database: Database, people: dict[str, Viewer], steps: list[Step]
) -> None:
    """Duties stay first, places stay a permutation, one word stands per person, states agree with what was said."""
    with Session(database.writer) as session:
        for turn, step in enumerate(steps):
            _do(session, people, step, NOW + timedelta(minutes=turn))
        _require_consistent(session, people)


def _do(session: Session, people: dict[str, Viewer], step: Step, now: datetime) -> None:
    what, number, wanted = step
    if what == "overrule":
        overrule(session, people["worker"], wish(session, (1, 2, 3, 5)[number], Rating(wanted)), now)
        return
    made = session.scalars(select(Override).order_by(Override.id)).all()
    if not made:
        return
    one = made[number % len(made)]
    if what == "withdraw":
        withdraw(session, people["worker"], one.id, now)
        return
    who = people["supervisor" if what == "reply" else "worker"]
    if one.withdrawn_at is None:
        reply(session, who, one.id, f"{what} {number}", now)
        return
    with pytest.raises(ChangeFaultError, match="override_withdrawn"):
        reply(session, who, one.id, f"{what} {number}", now)


def _require_consistent(session: Session, people: dict[str, Viewer]) -> None:
    session.expire_all()
    items = my_list(session, people["supervisor"], Wanted(), "list", NOW).items
    assert sorted(item.place for item in items) == [1, 2, 3, 4, 5, 6]
    assert [item.is_duty for item in items] == [True, True, False, False, False, False]
    made = session.scalars(select(Override)).all()
    standing = [one.item_id for one in made if one.withdrawn_at is None]
    assert len(standing) == len(set(standing))
    for one in made:
        thread = find_thread(session, people["supervisor"], one.id, NOW)
        assert (thread.state is ThreadState.WITHDRAWN) == (one.withdrawn_at is not None)
        last = thread.answers[-1] if thread.answers else None
        if thread.state is not ThreadState.WITHDRAWN:
            assert (thread.state is ThreadState.ANSWERED) == (last is not None and last.own)
        assert all(said.at >= one.made_at for said in thread.answers)
    in_states = sum(how_many(session, people["supervisor"], state) for state in ThreadState)
    assert in_states == len(made)
    taken = {row.retracts for row in facts(session)}
    stated = [row for row in facts(session) if row.retracts is None and row.row_id not in taken]
    current = {row.content["override_id"]: row.content for row in stated}
    for one in made:
        said_of = current[f"review-{one.id}"]
        assert (said_of["withdrawn"], said_of["answered"]) == (
            one.withdrawn_at is not None,
            one.answered_at is not None,
        )
