"""Page sessions: signed, over in time, and gone with their key."""

from __future__ import annotations

import pytest

from serving.service.keys import KeyRing, new_key
from serving.service.sessions import open_session, session_holder
from serving.service.settings import limits

KEY, OTHER = new_key("a")[1], new_key("b")[1]
RING = KeyRing((KEY, OTHER))


def test_a_session_stands_for_its_key_until_it_is_over() -> None:
    cookie = open_session(KEY, RING, now=1000.0)
    seconds = limits().session_hours * 3600
    assert session_holder(cookie, RING, now=1000.0 + seconds) == KEY
    assert session_holder(cookie, RING, now=1002.0 + seconds) is None


def test_a_session_ends_with_its_key() -> None:
    assert session_holder(open_session(KEY, RING), KeyRing((OTHER,))) is None


@pytest.mark.parametrize(
    "forged",
    ["", ".", "a.b.c", "é.1.x", pytest.param(f"{KEY.sha256}.99999999999.", id="unsigned"), "no dots"],
)
def test_what_was_not_signed_here_is_no_session(forged: str) -> None:
    assert session_holder(forged, RING) is None


def test_a_changed_session_is_none() -> None:
    identity, ends, signature = open_session(KEY, RING).split(".")
    assert session_holder(f"{OTHER.sha256}.{ends}.{signature}", RING) is None
    assert session_holder(f"{identity}.{int(ends) + 1}.{signature}", RING) is None
