"""Faults in the words of a clerk, Chinese and English: what is wrong, what is wanted, what to do."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from features.definition import Column, Definition, Label
from features.definition.model import Language
from features.definition.singular import singular
from features.identity.definition import IdentityDefinition
from features.ledger.contracts import BOOKKEEPING
from features.workbook.fields import PLACE_LABELS

WORDS = Path(__file__).resolve().parent / "words.toml"
_MOST_DETAIL = 60


@dataclass(frozen=True, slots=True)
class RuleWords:
    """How one rule is said.

    ``whole`` is said of a whole row where that differs; ``wanted`` tells that what the column may hold is said too;
    ``when`` gives other words where the detail names a column.
    """

    title: Label
    wrong: Label
    whole: Label
    do: Label
    wanted: bool
    when: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class Words:
    """All words of ``words.toml``."""

    rules: Mapping[str, RuleWords]
    unknown: RuleWords
    wanted: Mapping[str, Label]
    patterns: Mapping[str, Label]
    whole_row: Label
    whole_book: Label
    left_out: Mapping[str, Label]
    pairs: Mapping[str, Label]

    def of_rule(self, rule: str) -> RuleWords:
        """The words of one rule; of a rule from elsewhere general ones."""
        return self.rules.get(rule, self.unknown)


@lru_cache(maxsize=1)
def load_words() -> Words:
    """The words that ship with the product."""
    raw = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return Words(
        rules={name: _rule(said) for name, said in raw["rules"].items()},
        unknown=_rule(raw["unknown_rule"]),
        wanted={name: Label(**said) for name, said in raw["wanted"].items()},
        patterns={name: Label(**said) for name, said in raw["patterns"].items()},
        whole_row=Label(**raw["whole_row"]),
        whole_book=Label(**raw["whole_book"]),
        left_out={name: Label(**said) for name, said in raw["left_out"].items()},
        pairs={name: Label(**said) for name, said in raw["pairs"].items()},
    )


def _rule(raw: Mapping[str, Any]) -> RuleWords:
    return RuleWords(
        title=Label(**raw["title"]),
        wrong=Label(**raw["wrong"]),
        whole=Label(**raw.get("whole", raw["wrong"])),
        do=Label(**raw["do"]),
        wanted=bool(raw.get("wanted", False)),
        when={name: Label(**said["wrong"]) for name, said in raw.get("when", {}).items()},
    )


def fault_words(
    rule: str,
    field: str,
    detail: str,
    definition: Definition,
    identity: IdentityDefinition | None,
    language: Language,
    *,
    other: str = "",
) -> str:
    """What is wrong with a cell and what to do, in one line.

    Args:
        rule: the code of the rule that was broken.
        field: a ledger column or identity field; "" for the whole row.
        detail: what the check found, such as a date; codes of the definition become words.
        definition: says what the column may hold.
        identity: the identity fields, where the sender's rows have such.
        language: zh or en.
        other: the place of the other row where the rule speaks of two.
    """
    words = load_words()
    said = words.of_rule(rule)
    wrong = next(
        (label for name, label in said.when.items() if f"'{name}'" in detail), said.wrong if field else said.whole
    )
    parts = [
        wrong.text(language).format(
            field=field_label(field, definition, identity).text(language),
            detail=value_label(field, detail, definition).text(language)[:_MOST_DETAIL],
            other=other or ("另一行" if language == "zh" else "another row"),
            rule=rule,
        )
    ]
    if said.wanted and (allowed := wanted_words(field, definition, identity, language)):
        parts.append(allowed if language == "zh" else f"wanted: {allowed}")
    parts.append(said.do.text(language))
    return "；".join(parts) + "。" if language == "zh" else singular("; ".join(parts)) + "."


def field_label(field: str, definition: Definition, identity: IdentityDefinition | None) -> Label:
    """The name of a column as people read it; what is no column of ours stays as it is."""
    if field in ("", "(row)"):
        return load_words().whole_row
    if identity is not None and field in identity.fields:
        return identity.fields[field].label
    if field in PLACE_LABELS:
        return PLACE_LABELS[field]
    column = find_column(field, definition)
    return column.label if column is not None else Label(field, field)


def find_column(field: str, definition: Definition) -> Column | None:
    """The ledger column of a name in the first table that has it."""
    for table in definition.tables.values():
        if field in table.columns:
            return table.columns[field]
    return next((column for column in BOOKKEEPING if column.name == field), None)


def wanted_words(field: str, definition: Definition, identity: IdentityDefinition | None, language: Language) -> str:
    """What may stand in a column; "" for one that is not of ours."""
    words = load_words().wanted
    if identity is not None and field in identity.fields:
        kind = identity.fields[field].kind
        return words["identity_number" if kind == "number" else kind].text(language)
    column = find_column(field, definition)
    return "" if column is None else column_wanted(column, definition, language)


def column_wanted(column: Column, definition: Definition, language: Language) -> str:
    """What may stand in one column of the ledger."""
    words = load_words()
    if column.pattern is not None and column.pattern in words.patterns:
        return words.patterns[column.pattern].text(language)
    labels = [label.text(language) for label in definition.codes.get(column.codes or "", {}).values()]
    return (
        words.wanted[column.type]
        .text(language)
        .format(
            values=("、" if language == "zh" else ", ").join(labels),
            earliest=definition.dates_from,
            latest=definition.dates_to,
            range=_range_words(column, language),
        )
    )


def _range_words(column: Column, language: Language) -> str:
    low, high = column.minimum, column.maximum
    kind = "between" if None not in (low, high) else "at_least" if low is not None else "at_most"
    if low is None and high is None:
        return ""
    text = load_words().wanted[kind].text(language)
    return text.format(minimum=_number(low), maximum=_number(high))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def value_label(field: str, value: str, definition: Definition) -> Label:
    """A value of a ledger column as people read it: a code or the name of another column as its word, else as it is."""
    column, other = find_column(field, definition), find_column(value, definition)
    codes = definition.codes.get(column.codes or "", {}) if column is not None else {}
    return codes.get(value, other.label if other is not None else Label(value, value))
