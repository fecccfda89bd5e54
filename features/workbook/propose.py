"""Which column of a workbook is which field: proposed from the headings and what the cells look like, for a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz

from features.ledger.faults import shown_header
from features.workbook.cells import Vocabulary, normalised
from features.workbook.fields import Field
from features.workbook.header import BETWEEN
from features.workbook.headings import Headings, both_languages, plain, plain_value

EXACT = 100.0
_LEGEND = re.compile(r"(\d{1,2})\s*[:：.、=-]?\s*([\u4e00-\u9fffA-Za-z]+)")
_TWICE = re.compile(r"#\d+$")
_FORMS: Mapping[str, str] = {
    "date": r"^\d{4}-\d{2}-\d{2}$",
    "integer": r"^[+-]?\d+(?:\.0+)?$",
    "number": r"^[+-]?\d+(?:\.\d+)?$",
    "boolean": r"^(?:true|false)$",
    "id_number": r"^\d{15}(?:\d{2,3}[\dX]?)?$",
    "phone": r"^[+\d][\d ()-]{5,17}$",
    "name": r"^[^\d]{1,40}$",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One column: the heading as sent, the field ("" = not read), how sure (0-100), and the form of a cell.

    ``form`` never shows a value: digits are 9, Chinese characters 字, other letters a.
    """

    heading: str
    field: str
    sure: float
    form: str


def own_words(fields: Mapping[str, Field]) -> dict[str, str]:
    """Headings that need no confirmation, in plain form: a field's name, its label, or both labels together."""
    words: dict[str, str] = {}
    for name, one in fields.items():
        zh, en = plain(one.label.zh), plain(one.label.en)
        words |= dict.fromkeys((plain(name), zh, en, zh + en), name)
    return words


def known_headings(headings: Headings, fields: Mapping[str, Field], told: Collection[str]) -> frozenset[str]:
    """Every heading that can be recognised at all, in plain form; ``told`` are a sender's own."""
    listed = {word for words in headings.words.values() for word in words}
    lower = {_lower(heading) for heading in told}
    return frozenset(listed | own_words(fields).keys() | headings.ignored | {plain(text) for text in told} | lower)


def _lower(heading: str) -> str:
    return plain(_TWICE.sub("", heading).rsplit(BETWEEN, 1)[-1])


def propose(
    sent: Mapping[str, pl.Series], fields: Mapping[str, Field], vocabulary: Vocabulary, taken: Collection[str] = ()
) -> list[Proposal]:
    """A field for every heading of one sheet, each field once, the surest first and of equals the left one.

    Args:
        sent: heading -> some cells of the column as text, in the order of the sheet.
        fields: what a column may be.
        vocabulary: words and headings.
        taken: fields that other columns of the sheet hold already.
    """
    headings = vocabulary.headings
    sampled = {heading: cells.drop_nulls().head(headings.sureness.sample_rows) for heading, cells in sent.items()}
    words = {name: {*headings.words.get(name, ()), *_own(one)} for name, one in fields.items()}
    lower = [_lower(heading) for heading in sent]
    shared = {text for text in lower if lower.count(text) > 1}
    scored = [
        (_sure(score, fields[name], sampled[heading], vocabulary), score, heading, name)
        for heading in sent
        for name, score in _scores(heading, words, headings, shared).items()
        if score >= headings.sureness.least
    ]
    chosen: dict[str, tuple[str, float]] = {}
    used = set(taken)
    order = {heading: place for place, heading in enumerate(sent)}
    for sure, _, heading, name in sorted(scored, key=lambda one: (-one[0], -one[1], order[one[2]], one[3])):
        if heading not in chosen and name not in used:
            chosen[heading] = (name, sure)
            used.add(name)
    return [Proposal(heading, *chosen.get(heading, ("", 0.0)), form_of(sampled[heading])) for heading in sent]


def _own(one: Field) -> tuple[str, ...]:
    return plain(one.name), plain(one.label.zh), plain(one.label.en), plain(one.label.zh) + plain(one.label.en)


def _scores(
    heading: str, words: Mapping[str, Collection[str]], headings: Headings, shared: Collection[str]
) -> dict[str, float]:
    """How much a heading resembles each field. A group such as 父亲 counts with the heading below it.

    A heading that stands below several groups says less where its own group is not known.
    """
    upper, _, lower = _TWICE.sub("", heading).rpartition(BETWEEN)
    below = plain(lower)
    if below in headings.ignored and not upper:
        return {}
    prefix = _prefix(upper.rsplit(BETWEEN, 1)[-1], headings)
    alone = _resembles(lower, words, headings)
    if not prefix:
        less = headings.sureness.without_group if upper and below in shared else 1.0
        return {name: less * score for name, score in alone.items()}
    whole = _ratios(_below_group(prefix, lower, words), words)
    return {name: max(whole[name], headings.sureness.without_group * alone[name]) for name in words}


def _prefix(group: str, headings: Headings) -> str:
    """The word a group puts before the headings below it, in whichever language it is written."""
    said = (plain(group), *(both_languages(group) or ()))
    return next((headings.groups[word] for word in said if word in headings.groups), "")


def _below_group(prefix: str, lower: str, words: Mapping[str, Collection[str]]) -> list[str]:
    """What a heading says below a group, also by other words of the field it has alone: Mother/ID -> 母亲身份证号."""
    forms = {plain(lower), (both_languages(lower) or ("",))[0]} - {""}
    alike = {word for said in words.values() if not forms.isdisjoint(said) for word in said}
    return [form if form.startswith(plain(prefix)) else plain(prefix) + form for form in sorted(forms | alike)]


def _resembles(text: str, words: Mapping[str, Collection[str]], headings: Headings) -> dict[str, float]:
    """How much a text resembles each field; of two languages both count, one alone only if the other says nothing."""
    whole = _ratios([plain(text)], words)
    parts = both_languages(text)
    if parts is None:
        return whole
    chinese, other = (_ratios([part], words) for part in parts)
    known = [max(ratios.values(), default=0.0) >= headings.sureness.least for ratios in (chinese, other)]
    less = headings.sureness.without_group
    weights = {(True, True): (0.5, 0.5), (True, False): (less, 0.0), (False, True): (0.0, less)}
    first, second = weights.get((known[0], known[1]), (0.0, 0.0))
    return {name: max(whole[name], first * chinese[name] + second * other[name]) for name in words}


def _ratios(texts: Collection[str], words: Mapping[str, Collection[str]]) -> dict[str, float]:
    return {
        name: max((fuzz.ratio(text, word) for word in said for text in texts), default=0.0)
        for name, said in words.items()
    }


def _sure(score: float, one: Field, cells: pl.Series, vocabulary: Vocabulary) -> float:
    sureness = vocabulary.headings.sureness
    return score if fits(one, cells, vocabulary) >= sureness.fit_share else score * sureness.values_do_not_fit


def fits(one: Field, cells: pl.Series, vocabulary: Vocabulary) -> float:
    """The share of cells that a field could hold; of a field with codes, whether they could be a list of words."""
    if cells.is_empty():
        return 1.0
    read = normalised(one, cells, vocabulary).drop_nulls()
    if read.is_empty():
        return 1.0
    if one.type in ("category", "categories", "boolean"):
        return float(is_word_list(cells, vocabulary.headings))
    form = one.column.pattern if one.column is not None and one.column.pattern else _FORMS.get(one.type)
    return 1.0 if form is None else float(read.str.contains(form).sum()) / len(read)


def is_word_list(cells: pl.Series, headings: Headings) -> bool:
    """Whether cells are a few short words again and again."""
    different = cells.unique().drop_nulls()
    longest = different.str.len_chars().max()
    few = len(different) <= headings.sureness.most_words
    return few and isinstance(longest, int) and longest <= headings.sureness.longest_word


def form_of(cells: pl.Series) -> str:
    """What a cell looks like without saying what is in it."""
    if cells.is_empty():
        return ""
    text = str(cells[0])[:20]
    return "".join(_form(letter) for letter in text)


def _form(letter: str) -> str:
    if letter.isdigit():
        return "9"
    if "\u4e00" <= letter <= "\u9fff":
        return "字"
    return "a" if letter.isalpha() else letter


def legend(heading: str, one: Field, vocabulary: Vocabulary) -> dict[str, str]:
    """The words a heading itself explains, as 性别(1男2女) does: number -> ours."""
    if one.type not in ("category", "boolean"):
        return {}
    words = vocabulary.words(one)
    pairs = {number: words.get(plain_value(word)) for number, word in _LEGEND.findall(heading)}
    return {number: ours for number, ours in pairs.items() if ours}


def unknown_words(one: Field, cells: pl.Series, vocabulary: Vocabulary) -> list[str]:
    """The words of a coded column that nobody has explained, if they are few and short, sorted."""
    if one.type not in ("category", "categories", "boolean") or not is_word_list(cells, vocabulary.headings):
        return []
    ours = {"true", "false", ";", *vocabulary.codes.get((one.column.codes if one.column else None) or "", {}).values()}
    different = cells.unique().drop_nulls()
    read = normalised(one, different, vocabulary)
    unread = [
        word
        for word, made in zip(different, read, strict=True)
        if made is not None and any(part not in ours for part in made.strip(";").split(";") if part)
    ]
    return sorted(unread)


def guess_word(word: str, one: Field, vocabulary: Vocabulary) -> str | None:
    """Our word for one that nobody has explained, if another that means it is nearly the same."""
    scored = [(fuzz.ratio(plain_value(word), known), ours) for known, ours in vocabulary.words(one).items() if ours]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= vocabulary.headings.sureness.least_word else None


def shown_headings(names: Sequence[str]) -> str:
    """Headings as a message may show them."""
    return ", ".join(shown_header(name) for name in names)
