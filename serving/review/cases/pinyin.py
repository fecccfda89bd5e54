"""The order of names as Chinese readers expect it: by the sound of the surname, then of the given name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path


def pinyin_key(name: str) -> tuple[tuple[str, str], ...]:
    """What names are sorted by: sound with tone of each character, then the character itself.

    A surname is read as one (曾 zēng, 单 shàn), also one of two characters (尉迟 yùchí). Letters count as themselves.
    """
    text = "".join(name.split())
    surname = _surname(text)
    return tuple(zip([*surname, *map(_sound, text[len(surname) :])], text, strict=True))


@lru_cache(maxsize=8192)
def _sound(character: str) -> str:
    """How one character is said, looked up once each: a list by name asks for the same few hundred again and again."""
    from pypinyin import Style, lazy_pinyin

    return str(lazy_pinyin(character, style=Style.TONE3, errors=str.lower)[0])


def _surname(text: str) -> tuple[str, ...]:
    """The sounds of a surname that is read in a way of its own; empty for any other."""
    of_two, of_one = _surnames()
    if (both := of_two.get(text[:2])) is not None:
        return both
    one = of_one.get(text[:1])
    return () if one is None else (one,)


@lru_cache(maxsize=1)
def _surnames() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    raw = tomllib.loads(Path(__file__).with_name("surnames.toml").read_text(encoding="utf-8"))
    return {name: tuple(sounds) for name, sounds in raw["of_two"].items()}, dict(raw["of_one"])
