"""Signing in through a real provider of identities, run as a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from features.cli.console import UserError
from serving.review.access.accounts import OPERATOR, NewAccount, add_account, set_locked
from serving.review.access.provider import Provider, keep_flow
from serving.review.store.accounts import Account, ProviderFlow, Role, SignedIn
from serving.review.store.database import Database
from tests.serving.review.making import VILLAGE
from tests.serving.review.server import Browser, Running, free_port, running

MAIL = "wang@example.cn"


@dataclass(frozen=True, slots=True)
class Door:
    """A running application, its provider, and its database."""

    server: Running
    provider: str
    database: Database

    def begin(self, browser: Browser) -> str:
        """Go to the provider; returns its address with what we sent along."""
        answer = browser.client.get("/sign-in/provider")
        assert answer.status_code == 303
        return answer.headers["location"]

    def consent(self, address: str, subject: str, action: str = "authorize") -> str:
        """Say there who one is; returns where the provider sends the browser."""
        answer = httpx.post(address, data={"sub": subject, "action": action})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


@pytest.fixture(scope="module")
def door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Both processes."""
    folder, port = tmp_path_factory.mktemp("door"), free_port()
    provider = f"http://127.0.0.1:{port}"
    claims = [json.dumps({"sub": "nobody", "email": "nobody@example.cn"})]
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *(f"--user-claims={claim}" for claim in claims)], stdout=log, stderr=log, env={**os.environ}
        )
    (folder / "secret").write_text("a secret of tests")
    settings = folder / "provider.toml"
    settings.write_text(
        f'issuer = "{provider}"\nclient_id = "mopai"\nclient_secret_file = "secret"\n'
        'zh = "县政务平台"\nen = "the county portal"\nemails_verified = true\n'
    )
    shutil.copy(sqlite_template, folder / "review.db")
    url = f"sqlite:///{folder / 'review.db'}"
    database = Database.open(url)
    try:
        _wait(provider)
        with running(url, folder, "--provider", str(settings)) as server:
            yield Door(server, provider, database)
    finally:
        process.terminate()
        process.wait(20)
        database.engine.dispose()


@pytest.fixture
def worker(door: Door) -> Iterator[str]:
    """An account that only the provider lets in, known by its address; gone after the test."""
    with door.database.writing() as session:
        for row in session.scalars(select(Account)):
            session.delete(row)
        session.flush()
        add_account(
            session, OPERATOR, NewAccount("wang", "王", Role.CASEWORKER, (VILLAGE,), MAIL), None, datetime.now(UTC)
        )
    return MAIL


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/.well-known/openid-configuration").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the provider did not start")


def test_who_has_an_account_is_let_in_and_known_from_then_on(door: Door, worker: str) -> None:
    browser = door.server.browser()
    assert "Sign in with the county portal" in browser.get("/sign-in")
    address = door.begin(browser)
    sent = parse_qs(urlsplit(address).query)
    assert (sent["response_type"], sent["code_challenge_method"]) == (["code"], ["S256"])
    assert all(len(sent[name][0]) > 30 for name in ("state", "nonce", "code_challenge"))
    assert "Skip this" in browser.get(door.consent(address, worker)), "the first time leads by the hand"
    assert "<h1>My list</h1>" in browser.get("/list")
    with door.database.reading() as session:
        kept = session.scalars(select(Account)).one()
        assert (kept.oidc_issuer, kept.oidc_subject) == (door.provider, worker)
        assert session.scalars(select(ProviderFlow)).all() == []


def test_a_session_that_was_open_in_the_browser_ends(door: Door, worker: str) -> None:
    browser = door.server.browser()
    for _ in range(2):
        browser.get(door.consent(door.begin(browser), worker))
    with door.database.reading() as session:
        ended = [one.ended_at is not None for one in session.scalars(select(SignedIn).order_by(SignedIn.id))]
    assert ended == [True, False]
    assert "mopai_known" in browser.client.cookies


def test_sign_ins_nobody_came_back_from_are_forgotten(database: Database) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        for number, minutes in enumerate((60, 11, 9, 0)):
            began = now - timedelta(minutes=minutes)
            keep_flow(session, ProviderFlow(state_hash=str(number), nonce="n", verifier="v", created_at=began), now)
        assert set(session.scalars(select(ProviderFlow.state_hash))) == {"2", "3"}


def test_an_answer_serves_once(door: Door, worker: str) -> None:
    browser = door.server.browser()
    back = door.consent(door.begin(browser), worker)
    browser.get(back)
    page = browser.get(back, 401)
    assert "did not work" in page


def test_an_answer_of_another_browser_lets_nobody_in(door: Door, worker: str) -> None:
    victim, attacker = door.server.browser(), door.server.browser()
    back = door.consent(door.begin(attacker), worker)
    victim.get(back, 401)
    assert "<h1>Sign in</h1>" in victim.get("/me")


def test_a_code_of_another_sign_in_does_not_fit(door: Door, worker: str) -> None:
    """PKCE: a stolen code is worth nothing without the verifier, which never left the server."""
    browser, other = door.server.browser(), door.server.browser()
    mine, theirs = door.consent(door.begin(browser), worker), door.consent(door.begin(other), worker)
    stolen = re.sub(r"code=[^&]+", f"code={parse_qs(urlsplit(theirs).query)['code'][0]}", mine)
    browser.get(stolen, 401)


@pytest.mark.parametrize("changed", ["?", "?state=x&code=y", "?error=access_denied"])
def test_made_up_answers_are_refused(door: Door, changed: str) -> None:
    browser = door.server.browser()
    door.begin(browser)
    browser.get("/sign-in/callback" + changed, 401)


def test_who_declines_or_has_no_account_stays_outside(door: Door, worker: str) -> None:
    browser = door.server.browser()
    state = parse_qs(urlsplit(door.begin(browser)).query)["state"][0]
    browser.get(f"/sign-in/callback?error=access_denied&state={state}", 401)
    page = browser.get(door.consent(door.begin(browser), "stranger@example.cn"), 401)
    assert "stranger" not in page
    with door.database.writing() as session:
        set_locked(session, OPERATOR, "wang", datetime.now(UTC), locked=True)
    browser.get(door.consent(door.begin(browser), worker), 401)


def test_an_account_without_password_has_none(door: Door, worker: str) -> None:
    assert worker
    door.server.browser().sign_in("wang", "", 401)
    door.server.browser().sign_in("wang", "nobody has this password", 401)


def test_nothing_of_it_stands_in_the_log(door: Door) -> None:
    assert "Error" not in door.server.log.read_text()


def test_settings_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "provider.toml"
    with pytest.raises(UserError, match="not the settings"):
        Provider.read(path)
    path.write_text('issuer = "https://id.example.cn"\n')
    with pytest.raises(UserError, match="not the settings"):
        Provider.read(path)
