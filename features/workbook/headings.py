"""How senders call our fields and write our values: data beside the definition, for proposals."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.definition import DEFAULT_DEFINITION, DefinitionError
from features.definition.loader import DEFINITIONS
from features.workbook.fields import PLACES

FILE = "headings.toml"
_IN_BRACKETS = re.compile(r"[(\[{【〔][^)\]}】〕]*[)\]}】〕]")
_NO_LETTER = re.compile(r"[\W_]+")
_CHINESE = re.compile("[\u4e00-\u9fff]+")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Layout:
    """Words that tell headings, totals, notes and examples from rows, all in plain form; see ``headings.toml``."""

    search_lines: int
    least_headings: int
    total: tuple[str, ...]
    note: tuple[str, ...]
    example: tuple[str, ...]
    number_marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure a proposal must be; see ``headings.toml``."""

    least: float
    without_group: float
    values_do_not_fit: float
    fit_share: float
    sample_rows: int
    most_words: int
    longest_word: int
    least_word: float
    most_places: int


@dataclass(frozen=True, slots=True)
class Headings:
    """What senders write, of one definition.

    Attributes:
        words: field -> headings, in plain form.
        ignored: headings that are never read, in plain form.
        groups: upper heading in plain form -> the word to put before a lower one.
        values: field or code list -> word as ``plain_value`` gives it -> our word ("" = nothing known).
        unknown: words for "not known". none: words for "known to be none" in a set.
        units: field -> unit -> factor.
    """

    layout: Layout
    sureness: Sureness
    words: Mapping[str, tuple[str, ...]]
    ignored: frozenset[str]
    groups: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    unknown: frozenset[str]
    none: frozenset[str]
    units: Mapping[str, Mapping[str, float]]


def plain(heading: str) -> str:
    """A heading as it is compared: no spaces, punctuation or brackets with what is in them, full width made narrow."""
    text = unicodedata.normalize("NFKC", heading).lower()
    return _NO_LETTER.sub("", _IN_BRACKETS.sub("", text)) or _NO_LETTER.sub("", text)


def both_languages(heading: str) -> tuple[str, str] | None:
    """The Chinese and the other part of a heading that says its word twice, in plain form; None where it does not."""
    whole = plain(heading)
    other = _CHINESE.sub("", whole)
    chinese = "".join(_CHINESE.findall(whole))
    return (chinese, other) if chinese and len(other) > 1 else None


def plain_value(word: str) -> str:
    """A value as it is compared: no spaces, full width made narrow, small letters."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", word)).lower()


def load_headings(name_or_folder: str | Path = DEFAULT_DEFINITION) -> Headings:
    """Load what senders write, by the definition's name or folder.

    Raises:
        DefinitionError: the file is missing, is not TOML, or lacks a section.
    """
    folder = Path(name_or_folder)
    path = (folder if folder.is_dir() else DEFINITIONS / str(name_or_folder)) / FILE
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return _build(raw)
    except OSError as error:
        raise DefinitionError(f"{path}: missing; workbooks need it") from error
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{path}: not valid TOML: {error}") from error
    except (KeyError, TypeError) as error:
        raise DefinitionError(f"{path}: {error} is missing or not known") from error


def _build(raw: Mapping[str, Any]) -> Headings:
    layout = dict(raw["layout"])
    for name in ("total", "note", "example", "number_marks"):
        layout[name] = tuple(plain(word) for word in layout[name])
    places = {field: raw["places"][field.removeprefix("place_")] for field in PLACES}
    return Headings(
        layout=Layout(**layout),
        sureness=Sureness(**raw["propose"]),
        words={field: tuple(map(plain, said)) for field, said in (raw["fields"] | places).items()},
        ignored=frozenset(map(plain, raw["ignored"]["words"])),
        groups={plain(word): prefix for prefix, said in raw["groups"].items() for word in said},
        values={
            name: {plain_value(word): code for code, said in words.items() for word in said}
            for name, words in raw["words"].items()
        },
        unknown=frozenset(map(plain_value, raw["unknown"]["words"])),
        none=frozenset(map(plain_value, raw["unknown"]["none"])),
        units=raw["units"],
    )
