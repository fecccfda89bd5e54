"""The numbers of a register against its form: who is meant, when born, of which sex."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.identity.definition import IdentityDefinition
from features.identity.id_number import BIRTH, FAULT, IN_REGION, NUMBER, ODD, REGION, number_facts
from features.identity.register_faults import register_faults

BIRTH_DATE_RULE, SEX_RULE, BIRTH_YEAR_RULE, SAME_PERSON = "id_birth_date", "id_sex", "id_birth_year", "id_same_person"
FILLED = "id_filled"


@dataclass(frozen=True, slots=True)
class CheckedNumbers:
    """The rows with only sound numbers left in them, birth date and sex filled in from the child's, and the faults."""

    rows: pl.DataFrame
    faults: list[pl.DataFrame]


def check_numbers(rows: pl.DataFrame, identity: IdentityDefinition) -> CheckedNumbers:
    """Check every ID number of tidy rows: the child's against birth date and sex, others' against a year of birth."""
    child = identity.roles["child_number"]
    settings = identity.section("id_number")
    faults: list[pl.DataFrame] = []
    facts = {name: number_facts(rows[name], settings) for name in identity.of_kind("id_number")}
    for name, said in facts.items():
        marked = rows.with_columns(said)
        rules = said[FAULT].drop_nulls().unique().sort()
        faults += [register_faults(marked.filter(pl.col(FAULT) == rule), name, rule) for rule in rules]
        faults.append(register_faults(marked.filter(~pl.col(IN_REGION)), name, REGION, level="warning"))
    sound = rows.with_columns(said[NUMBER].alias(name) for name, said in facts.items())
    for name, year in identity.other_numbers.items():
        if name in facts:
            faults += _of_other(sound, name, year, facts[name], child)
    checked = _of_child(sound.with_columns(facts[child].select(BIRTH, ODD)), identity)
    return CheckedNumbers(checked.rows, faults + checked.faults)


def _of_other(rows: pl.DataFrame, name: str, year: str, said: pl.DataFrame, child: str) -> list[pl.DataFrame]:
    found = [register_faults(rows.filter(pl.col(name) == pl.col(child)), name, SAME_PERSON)]
    if year and year in rows.columns:
        born = said[BIRTH].dt.year().alias("implied")
        wrong = rows.with_columns(born).filter(pl.col(year).cast(pl.Int64, strict=False) != pl.col("implied"))
        found.append(register_faults(wrong, year, BIRTH_YEAR_RULE, value=year, detail=pl.col("implied")))
    return found


def _of_child(rows: pl.DataFrame, identity: IdentityDefinition) -> CheckedNumbers:
    """Birth date and sex of the form against the child's number; what the form leaves out is filled in."""
    birth, sex = identity.roles["birth_date"], identity.roles["sex"]
    words = identity.section("sex_of_order")
    of_number = pl.when(ODD).then(pl.lit(str(words["odd"]))).when(~pl.col(ODD)).then(pl.lit(str(words["even"])))
    rows = rows.with_columns(
        pl.col(BIRTH).dt.to_string("%Y-%m-%d").alias("number says " + birth), of_number.alias("number says " + sex)
    )
    faults: list[pl.DataFrame] = []
    for column, rule in ((birth, BIRTH_DATE_RULE), (sex, SEX_RULE)):
        said = pl.col("number says " + column)
        if column not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.String).alias(column))
        readable = pl.col(column).str.to_date("%Y-%m-%d", strict=False).is_not_null() if column == birth else True
        wrong = rows.filter((pl.col(column) != said) & readable)
        faults.append(register_faults(wrong, column, rule, value=column, detail=said))
        filled = rows.filter(pl.col(column).is_null() & said.is_not_null())
        faults.append(register_faults(filled, column, FILLED, level="warning", detail=said))
        rows = rows.with_columns(pl.col(column).fill_null(said))
    return CheckedNumbers(rows.drop(BIRTH, ODD, "number says " + birth, "number says " + sex), faults)
