"""Made-up names for the people of a simulated ledger: the same for the same numbers, whoever asks."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).with_name("data") / "names.toml"
_GROUPS, _HOUSES = 8, 60


@dataclass(frozen=True, slots=True)
class HomeNames:
    """Who cares for the children of a simulated household, and where; all made up."""

    surname: str
    guardian: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class _Parts:
    surnames: tuple[str, ...]
    boys: tuple[str, ...]
    girls: tuple[str, ...]
    elders: tuple[str, ...]
    phone_prefix: str
    address: str


def home_names(household_id: str) -> HomeNames:
    """The names of a household."""
    parts, draw = _parts(), _drawn(household_id)
    surname = _one(parts.surnames, draw)
    # A guardian is as often of the mother's family as of the father's.
    guardian = surname if draw >> 16 & 1 else _one(parts.surnames, draw >> 20)
    return HomeNames(
        surname=surname,
        guardian=guardian + _one(parts.elders, draw >> 32),
        phone=f"{parts.phone_prefix}{draw % 10**8:08d}",
        address=parts.address.format(group=draw % _GROUPS + 1, house=(draw >> 8) % _HOUSES + 1),
    )


def child_name(child_id: str, household_id: str, *, girl: bool) -> str:
    """The name of a child of a household."""
    parts = _parts()
    return home_names(household_id).surname + _one(parts.girls if girl else parts.boys, _drawn(child_id))


def _one(words: Sequence[str], draw: int) -> str:
    return words[draw % len(words)]


def _drawn(words: str) -> int:
    return int.from_bytes(hashlib.sha256(f"name {words}".encode()).digest()[:8])


@lru_cache(maxsize=1)
def _parts() -> _Parts:
    raw = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    lists = {name: tuple(raw[name]) for name in ("surnames", "boys", "girls", "elders")}
    return _Parts(**lists, phone_prefix=raw["phone_prefix"], address=raw["address"])
