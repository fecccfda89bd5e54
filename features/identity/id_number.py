"""Citizens' identity numbers: what is wrong with one, and what it says of its bearer.

GB 11643-1999: six digits of a region, eight of the date of birth, three of an order (odd for men), and one check
character by ISO 7064, MOD 11-2. Numbers of 15 digits, given before, lack the century and the check character.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"

ROUNDED, LENGTH, CHECKSUM, NO_DATE, REGION = "id_rounded", "id_length", "id_checksum", "id_no_date", "id_region"

NUMBER, FAULT, BIRTH, ODD, IN_REGION = "number", "fault", "birth", "odd", "in_region"


def tidy_number(value: pl.Expr) -> pl.Expr:
    """A number as it is compared: ordinary digits, capital X, no spaces, hyphens or apostrophe of a spreadsheet."""
    text = value.str.normalize("NFKC").str.to_uppercase().str.replace_all(r"[\s'’‘`\-\u200b\ufeff]", "")
    text = text.str.replace(r"^(\d+)\.0+$", "${1}").str.replace("×$", "X")
    return pl.when(text != "").then(text)


def check_character(digits: str) -> str:
    """The check character for 17 digits (ISO 7064, MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def number_facts(numbers: pl.Series, settings: Mapping[str, Any]) -> pl.DataFrame:
    """What each of many tidy numbers says; row by row the same as ``numbers``.

    Args:
        numbers: as ``tidy_number`` leaves them; null where there is none.
        settings: the section ``[id_number]`` of the identity definition.

    Returns:
        ``number`` in 18 characters (null when faulty), ``fault`` (a rule or null), ``birth``, ``odd`` (order number),
        ``in_region`` (whether its first two digits are a province).
    """
    text = pl.col("sent")
    long = pl.DataFrame({"sent": numbers}).with_columns(_in_18(text, settings).alias("long"))
    known = long.with_columns(_expected_check(pl.col("long")).alias("check"), _birth(pl.col("long")).alias(BIRTH))
    known = known.with_columns(_fault(settings).alias(FAULT))
    good = pl.col(FAULT).is_null()
    provinces = [str(code) for code in settings["provinces"]]
    return known.select(
        pl.when(good).then(pl.col("long")).alias(NUMBER),
        FAULT,
        pl.when(good).then(pl.col(BIRTH)).alias(BIRTH),
        pl.when(good).then(pl.col("long").str.slice(16, 1).cast(pl.Int64, strict=False) % 2 == 1).alias(ODD),
        pl.when(good).then(pl.col("long").str.slice(0, 2).is_in(provinces)).alias(IN_REGION),
    )


def _in_18(text: pl.Expr, settings: Mapping[str, Any]) -> pl.Expr:
    """The number in its long form; null when it has another form."""
    old = text.str.slice(0, 6) + pl.lit(str(settings["old_century"])) + text.str.slice(6)
    return (
        pl.when(text.str.contains(r"^\d{17}[\dX]$"))
        .then(text)
        .when(text.str.contains(r"^\d{15}$"))
        .then(old + _expected_check(old))
    )


def _expected_check(text: pl.Expr) -> pl.Expr:
    total = pl.sum_horizontal(
        text.str.slice(place, 1).cast(pl.Int64, strict=False) * weight for place, weight in enumerate(WEIGHTS)
    )
    return (total % 11).replace_strict(dict(enumerate(CHECK_CHARACTERS)), return_dtype=pl.String)


def _birth(text: pl.Expr) -> pl.Expr:
    return text.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)


def _fault(settings: Mapping[str, Any]) -> pl.Expr:
    """The first thing wrong with a number, or null."""
    text, long = pl.col("sent"), pl.col("long")
    wrong_check = long.str.slice(17, 1) != pl.col("check")
    kept = int(settings["significant_digits"])
    cut = text.str.contains(rf"^\d{{{kept}}}0{{{18 - kept}}}$")
    # One number in eleven keeps a right check character when its end is lost: where the column has others that
    # certainly lost theirs, it did too.
    rounded = cut & (wrong_check | (cut & wrong_check).any())
    scientific = text.str.contains(r"^\d(\.\d+)?E\+?\d+$")
    return (
        pl.when(text.is_null())
        .then(None)
        .when(rounded | scientific)
        .then(pl.lit(ROUNDED))
        .when(long.is_null())
        .then(pl.lit(LENGTH))
        .when(wrong_check)
        .then(pl.lit(CHECKSUM))
        .when(pl.col(BIRTH).is_null())
        .then(pl.lit(NO_DATE))
    )
