"""Passwords: which are good enough, and how they are kept (argon2id)."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from serving.review.settings import settings

_COMMON = Path(__file__).with_name("common_passwords.txt")


def weakness(password: str, name: str) -> str | None:
    """Why a password is not good enough, as a code of ``words/``; None for a good one."""
    rules = settings().password
    plain = password.casefold()
    if len(password) < rules.characters_at_least:
        return "password_short"
    if len(password) > rules.characters_at_most:
        return "password_long"
    if len(set(plain)) < rules.different_at_least or _is_run(plain):
        return "password_simple"
    if len(name) >= rules.name_at_least and name.casefold() in plain:
        return "password_has_name"
    if _core(plain) in common_passwords() or plain in common_passwords():
        return "password_common"
    return None


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(password)


def verify(kept: str | None, password: str) -> bool:
    """Whether a password is the one kept. Without one as much work is done: time tells nobody who exists."""
    try:
        _hasher().verify(kept or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made with other settings than those in force."""
    return _hasher().check_needs_rehash(kept)


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Passwords that many people use, in small letters."""
    return frozenset(_COMMON.read_text(encoding="utf-8").split())


def _core(plain: str) -> str:
    """A password without the digits and marks that people put around a common word."""
    return plain.strip("0123456789!@#$%^&*.,?_-+= ")


def _is_run(plain: str) -> bool:
    """Whether a text is one run of neighbours, such as 1234567890 or abcdefghij."""
    steps = {ord(second) - ord(first) for first, second in pairwise(plain)}
    return steps in ({1}, {-1})


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    rules = settings().password
    return PasswordHasher(time_cost=rules.passes, memory_cost=rules.memory_kib, parallelism=rules.lanes)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
