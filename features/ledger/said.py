"""Faults of the ledger's checks with what a clerk reads beside them, in both languages."""

from __future__ import annotations

import polars as pl

from features.definition import Definition
from features.definition.model import Language
from features.ledger.faults import Faults
from features.workbook.words import fault_words, load_words

SAID: dict[Language, str] = {"zh": "问题", "en": "problem"}
"""Language -> the column with the words."""


def with_words(faults: Faults, definition: Definition) -> pl.DataFrame:
    """The faults with their words. Each different fault is said once, however many rows have it."""
    kinds = faults.select("rule", "column", "wanted").unique(maintain_order=True)
    said = kinds.with_columns(
        pl.Series(
            name,
            [
                fault_words(rule, column, wanted, definition, None, language)
                for rule, column, wanted in kinds.iter_rows()
            ],
            dtype=pl.String,
        )
        for language, name in SAID.items()
    )
    return faults.join(said, on=["rule", "column", "wanted"], how="left", maintain_order="left")


def rule_title(rule: str, language: Language) -> str:
    """What kind of fault a rule finds."""
    return load_words().of_rule(rule).title.text(language)
