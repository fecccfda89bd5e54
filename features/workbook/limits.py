"""The limits a workbook must keep before it is parsed, and the parts it must not have, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parent / "safe.toml"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is refused, by the beginning of a part's name or by the name of a stream, and what to do instead."""

    what: str
    hint: str
    parts: tuple[str, ...]
    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a workbook may be. ``ratio`` is unpacked to packed size of parts of ``ratio_from_bytes`` and more."""

    entries: int
    ratio: float
    ratio_from_bytes: int
    unpacked_bytes: int
    cells: int
    refused: tuple[Refusal, ...]


@cache
def safe_limits() -> Limits:
    """The limits that ship with the product."""
    raw = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    refused = tuple(
        Refusal(one["what"], one["hint"], tuple(one.get("parts", ())), tuple(one.get("streams", ())))
        for one in raw["refused"]
    )
    return Limits(**raw["limits"], refused=refused)
