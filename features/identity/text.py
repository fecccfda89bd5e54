"""Names, numbers, telephones and addresses in one spelling, so that equal persons are equal text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from features.identity.definition import FieldKind, IdentityDefinition
from features.identity.id_number import tidy_number

_DOTS = r"[·•‧・∙.．]"  # between the parts of a name; keyboards differ

_ONE_DIGIT = "^(?:" + "|".join(f"{digit}+" for digit in range(10)) + ")$"
_SHORTEST_PHONE = 7  # a landline of a county without its area code


def _plain(value: pl.Expr) -> pl.Expr:
    """Full-width letters and digits as ordinary ones, no white space, nothing instead of empty text."""
    text = value.str.normalize("NFKC").str.replace_all(r"[\s\u200b\ufeff]", "")
    return pl.when(text != "").then(text)


def tidy_name(value: pl.Expr) -> pl.Expr:
    """A name without white space, with one kind of dot between its parts."""
    return _plain(value).str.to_uppercase().str.replace_all(_DOTS, "·")


def tidy_phone(value: pl.Expr) -> pl.Expr:
    """The digits of a telephone number without the country's prefix; nothing where they can be nobody's."""
    digits = value.str.normalize("NFKC").str.replace(r"\.0+$", "").str.replace_all(r"[^0-9]", "")
    digits = digits.str.replace(r"^(0{2})?86(1\d{10})$", "${2}")
    return pl.when((digits.str.len_chars() >= _SHORTEST_PHONE) & ~digits.str.contains(_ONE_DIGIT)).then(digits)


def _tidy_sent_number(value: pl.Expr) -> pl.Expr:
    """A sender's own number; a spreadsheet may have made 12 into 12.0."""
    return _plain(value).str.replace(r"^(\d+)\.0+$", "${1}")


TIDY: Mapping[FieldKind, Callable[[pl.Expr], pl.Expr]] = {
    "name": tidy_name,
    "id_number": tidy_number,
    "phone": tidy_phone,
    "address": _plain,
    "number": _tidy_sent_number,
}


def tidy(rows: pl.DataFrame, identity: IdentityDefinition) -> pl.DataFrame:
    """The rows with every identity field in one spelling; a field that was not sent is there, empty."""
    absent = [name for name in identity.fields if name not in rows.columns]
    full = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    return full.with_columns(TIDY[field.kind](pl.col(name)).alias(name) for name, field in identity.fields.items())
