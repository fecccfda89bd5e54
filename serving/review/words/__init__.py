"""The words of the pages in the reader's language, and how dates are said."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from features.definition import Label, Language
from serving.review.settings import settings

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# What follows a number where the language has a word for one and a word for many: [count: visit|visits].
_ONE_OR_MANY = re.compile(r"\[(\w+): ([^|\]]*)\|([^\]]*)\]")


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Label]:
    """Every word by ``section.key``, from all files beside this one. ValueError for a word that stands in two."""
    found: dict[str, Label] = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        for section, keys in tomllib.loads(file.read_text(encoding="utf-8")).items():
            words = {f"{section}.{key}": Label(both["zh"], both["en"]) for key, both in keys.items()}
            if twice := sorted(words.keys() & found.keys()):
                raise ValueError(f"{file.name}: {', '.join(twice)} stands in another file too")
            found |= words
    return found


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue in one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """A word, its {names} filled in, of one or of many as its numbers say. KeyError for one that is not there."""
        text = catalogue()[key].text(self.language)
        return counted(text, values).format(**values) if values else text

    def day(self, day: date, *, year: bool = True) -> str:
        """A day as people write it."""
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日" if year else f"{day.month}月{day.day}日"
        said = f"{day.day} {_MONTHS[day.month - 1]}"
        return f"{said} {day.year}" if year else said

    def moment(self, moment: datetime) -> str:
        """A moment by the clock of the place of work."""
        local = moment.astimezone(settings().time_zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def either(self, words: Mapping[str, str]) -> str:
        """Words that were kept in both languages."""
        return words[self.language]


def counted(text: str, values: Mapping[str, object]) -> str:
    """A text with the word for one wherever a value is 1, and the word for many elsewhere."""
    return _ONE_OR_MANY.sub(lambda found: found[2] if values[found[1]] in {1, "1"} else found[3], text)


def preferred(accept: str) -> Language:
    """The language a browser asks for: the better placed of Chinese and English, Chinese if it says neither."""
    best: dict[str, float] = {}
    for part in accept.split(","):
        tag, _, quality = part.strip().partition(";q=")
        name = tag.split("-")[0].lower()
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        best[name] = max(best.get(name, 0.0), weight)
    return "en" if best.get("en", 0.0) > best.get("zh", 0.0) else "zh"
