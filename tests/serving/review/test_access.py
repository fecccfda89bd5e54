"""Passwords, waiting, and how long a session lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.accounts import OPERATOR, AccountFaultError, NewAccount, add_account, set_locked
from serving.review.access.devices import device_mark
from serving.review.access.passwords import hash_password, outdated, verify, weakness
from serving.review.access.sessions import end_own_session, find_session, hash_token, own_sessions, touch
from serving.review.access.sign_in import Admitted, Attempt, Checked, Refused, change_password, check_password, sign_in
from serving.review.access.viewer import NotFoundError, Viewer
from serving.review.settings import settings
from serving.review.store.accounts import Account, Role, SignedIn, SignInAttempt
from serving.review.store.database import Database
from tests.serving.review.making import NOW, PASSWORD, VILLAGE, account


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session."""
    with database.writing() as opened:
        yield opened


@pytest.fixture
def worker(session: Session) -> Viewer:
    """A caseworker named wang."""
    return account(session, name="wang")


def tried(session: Session, attempt: Attempt, now: datetime) -> Admitted | Refused:
    """An attempt in an open transaction, which alone sees what the test put there."""
    checked = check_password(lambda: nullcontext(session), attempt, now)
    return checked if isinstance(checked, Refused) else sign_in(session, attempt, checked, now)


def attempt(session: Session, password: str = PASSWORD, name: str = "wang", minutes: float = 0) -> Admitted | Refused:
    return tried(session, Attempt(name, password, "10.0.0.9", "phone"), NOW + timedelta(minutes=minutes))


def token(session: Session) -> str:
    result = attempt(session)
    assert isinstance(result, Admitted)
    return result.token


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short9", "password_short"), ("x" * 257, "password_long"), ("aaaaaaaaaaaa", "password_simple"),
        ("123456789:;", "password_simple"), ("abcdefghijkl", "password_simple"), ("my wang pass", "password_has_name"),
        ("password1234", "password_common"), ("Woaini1314520", "password_common"), ("1qaz2wsx3edc", "password_common"),
        (PASSWORD, None), ("三只小猪去上学吃早饭了", None),
    ],
)  # fmt: skip
def test_weak_passwords_are_named(password: str, fault: str | None) -> None:
    assert weakness(password, "wang") == fault


def test_a_short_name_is_in_a_password_by_chance() -> None:
    assert weakness("kxq7wangwing", "wang") == "password_has_name"
    assert weakness("dg9r4a9qx3fag2", "x") is None


def test_passwords_are_kept_as_argon2id_of_the_settings_in_force() -> None:
    kept = hash_password(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (verify(kept, PASSWORD), verify(kept, "other"), verify(None, PASSWORD)) == (True, False, False)
    assert verify("no hash at all", PASSWORD) is False
    assert not outdated(kept)
    assert outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$YWJjZGVmZ2hpamtsbW5vcA")


def test_nobody_s_password_opens_nothing() -> None:
    assert verify(None, "nobody has this password") is False


def test_the_wait_doubles_up_to_its_limit_and_ends_with_success(session: Session, worker: Viewer) -> None:
    assert worker
    limits = settings().lock_out
    for _ in range(limits.free_attempts):
        assert attempt(session, "wrong") == Refused()
    assert attempt(session) == Refused(limits.first_wait)
    assert attempt(session, "wrong", minutes=0.5) == Refused(), "the wait is over"
    assert attempt(session, minutes=0.5) == Refused(2 * limits.first_wait)
    assert isinstance(attempt(session, minutes=2), Admitted)
    assert attempt(session, "wrong", minutes=3) == Refused(), "a success begins anew"


def test_names_that_do_not_exist_wait_the_same(session: Session) -> None:
    for _ in range(settings().lock_out.free_attempts):
        assert attempt(session, name="nobody") == Refused()
    assert attempt(session, name="NOBODY ") == Refused(settings().lock_out.first_wait)
    assert "nobody" not in {row.name_key for row in session.scalars(select(SignInAttempt))}


def test_an_address_that_tries_many_names_waits(session: Session, worker: Viewer) -> None:
    assert worker
    for number in range(settings().lock_out.address_attempts):
        session.add(SignInAttempt(name_key=f"{number}", address="10.0.0.9", at=NOW, outcome="refused"))
    session.flush()
    assert isinstance(attempt(session), Refused)


def test_strangers_keep_nobody_out_of_a_browser_they_used_before(session: Session, worker: Viewer) -> None:
    limits = settings().lock_out
    mark, other = device_mark(session, token(session)), account(session, name="li")
    for _ in range(limits.free_attempts):
        attempt(session, "wrong")
    for number in range(limits.address_attempts):
        session.add(SignInAttempt(name_key=f"{number}", address="10.0.0.9", at=NOW, outcome="refused"))
    session.flush()

    def known(name: str, password: str = PASSWORD, mark: str = mark, seconds: int = 0) -> Admitted | Refused:
        now = NOW + timedelta(seconds=seconds)
        return tried(session, Attempt(name, password, "10.0.0.9", "phone", mark), now)

    assert worker
    assert isinstance(attempt(session), Refused), "from anywhere else the name waits"
    for forged in ("", "1.", "1.abc", f"9{mark}", mark[:-1], "²." + "0" * 64):
        assert known("wang", mark=forged) == Refused(limits.first_wait)
    assert isinstance(known(other.name), Refused), "known for its own person alone"
    assert isinstance(known("Wang "), Admitted)
    for _ in range(limits.free_attempts):
        assert known("wang", "wrong", seconds=1) == Refused()
    assert known("wang", seconds=1) == Refused(limits.first_wait), "and nobody guesses there for ever"
    assert device_mark(session, "no session") == ""


def test_many_attempts_at_the_same_moment_are_counted_one_by_one(database: Database) -> None:
    with database.writing() as session:
        account(session, name="wang")
    start, answers = threading.Barrier(12), list[Admitted | Refused]()
    right = Attempt("wang", PASSWORD, "10.0.0.9", "phone")

    def guess() -> None:
        wrong = replace(right, password="wrong")  # noqa: S106 - a guess
        checked = check_password(database.reading, wrong, NOW)
        start.wait()
        assert isinstance(checked, Checked)
        with database.writing() as session:
            answers.append(sign_in(session, wrong, checked, NOW))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with database.reading() as session:
        assert len(session.scalars(select(SignInAttempt)).all()) == settings().lock_out.free_attempts
    assert answers.count(Refused()) == settings().lock_out.free_attempts
    assert answers.count(Refused(settings().lock_out.first_wait)) == 12 - settings().lock_out.free_attempts
    assert check_password(database.reading, right, NOW) == Refused(settings().lock_out.first_wait), "nothing is hashed"


@pytest.mark.parametrize("change", ["password", "lock"])
def test_what_was_right_before_the_password_or_the_account_changed_lets_nobody_in(
    session: Session, worker: Viewer, change: str
) -> None:
    mine = Attempt("wang", PASSWORD, "10.0.0.9", "phone")
    checked = check_password(lambda: nullcontext(session), mine, NOW)
    assert isinstance(checked, Checked)
    assert checked.right
    if change == "lock":
        set_locked(session, OPERATOR, "wang", NOW, locked=True)
    else:
        session.get_one(Account, worker.account_id).password_hash = hash_password("another-stone-93-wall")
    assert sign_in(session, mine, checked, NOW) == Refused()


def test_the_present_password_is_guessed_no_faster_at_a_session_than_at_the_door(
    session: Session, worker: Viewer
) -> None:
    def change(old: str, minutes: float = 0) -> str | None:
        now = NOW + timedelta(minutes=minutes)
        return change_password(session, worker, old, "another-stone-93-wall", session_id=0, now=now)

    for _ in range(settings().lock_out.free_attempts):
        assert change("wrong") == "password_wrong"
    assert change(PASSWORD) == "password_wait"
    assert isinstance(attempt(session), Admitted), "the door is another one"
    assert change(PASSWORD, minutes=1) is None


def test_attempts_are_forgotten(session: Session, worker: Viewer) -> None:
    assert worker
    for _ in range(settings().lock_out.free_attempts):
        attempt(session, "wrong")
    attempt(session, minutes=24 * 60 + 1)
    assert len(session.scalars(select(SignInAttempt)).all()) == 1


def test_a_session_ends_idle_or_old_or_with_its_account(session: Session, worker: Viewer) -> None:
    times, secret = settings().session, token(session)
    found = find_session(session, secret, NOW + times.idle - timedelta(seconds=1))
    assert found is not None
    assert find_session(session, secret, NOW + times.idle) is None
    touch(session, found.id, NOW + times.longest - timedelta(seconds=1))
    assert find_session(session, secret, NOW + times.longest - timedelta(seconds=1)) is not None
    assert find_session(session, secret, NOW + times.longest) is None
    assert find_session(session, "another", NOW) is None
    set_locked(session, OPERATOR, worker.name, NOW, locked=True)
    assert find_session(session, secret, NOW) is None
    assert attempt(session) == Refused()
    set_locked(session, OPERATOR, worker.name, NOW, locked=False)
    assert isinstance(attempt(session), Admitted)


def test_one_s_own_sessions_and_no_other_s(session: Session, worker: Viewer) -> None:
    first, second = token(session), token(session)
    other = account(session, name="li")
    one = session.scalars(select(SignedIn).where(SignedIn.token_hash == hash_token(first))).one()
    with pytest.raises(NotFoundError):
        end_own_session(session, other, one.id, NOW)
    end_own_session(session, worker, one.id, NOW)
    assert find_session(session, first, NOW) is None
    assert [own.token_hash for own in own_sessions(session, worker, NOW)] == [hash_token(second)]
    assert list(own_sessions(session, worker, NOW + timedelta(hours=2))) == []


def test_an_old_hash_is_renewed_at_the_sign_in(session: Session, worker: Viewer) -> None:
    from argon2 import PasswordHasher

    kept = session.get_one(Account, worker.account_id)
    kept.password_hash = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    assert isinstance(attempt(session), Admitted)
    assert kept.password_hash.startswith("$argon2id$v=19$m=19456,")


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("name_taken", {"name": "Wang"}), ("name_bad", {"name": " x"}), ("name_bad", {"name": ""}),
        ("email_taken", {"email": "W@example.cn"}), ("regions_bad", {"regions": ()}),
        ("regions_bad", {"regions": ("520101",)}), ("regions_bad", {"regions": ("52010100100x",)}),
        ("regions_bad", {"regions": ("",)}), ("name_bad", {"display_name": "x" * 65}), ("name_bad", {"name": "a\0b"}),
        ("name_bad", {"display_name": "王\u202e"}), ("email_bad", {"email": f"{'w' * 250}@e.cn"}),
    ],
)  # fmt: skip
def test_accounts_that_cannot_be(session: Session, worker: Viewer, code: str, change: dict[str, object]) -> None:
    session.get_one(Account, worker.account_id).email = "w@example.cn"
    session.flush()
    usual = {"name": "new", "display_name": "x", "role": Role.CASEWORKER, "regions": (VILLAGE,), "email": None}
    with pytest.raises(AccountFaultError) as refused:
        add_account(session, OPERATOR, NewAccount(**{**usual, **change}), PASSWORD, NOW)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_nobody_locks_themselves_out(session: Session) -> None:
    administrator = account(session, Role.ADMINISTRATOR, name="boss")
    with pytest.raises(AccountFaultError):
        set_locked(session, administrator, "boss", NOW, locked=True)
