"""One spelling for names, telephones and addresses."""

from __future__ import annotations

import polars as pl
import pytest

from features.identity.definition import IdentityDefinition
from features.identity.text import TIDY, tidy
from tests.features.identity.conftest import register


@pytest.mark.parametrize(
    ("kind", "sent", "wanted"),
    [
        ("name", " 张　三 ", "张三"),
        ("name", "阿依古丽．买买提", "阿依古丽·买买提"),
        ("name", "阿依古丽•买买提", "阿依古丽·买买提"),
        ("name", "  ", None),
        ("phone", "+86 138-0000-1111", "13800001111"),
        ("phone", "00８６13800001111", "13800001111"),
        ("phone", "0851-8600123", "08518600123"),
        ("phone", "13800001111.0", "13800001111"),
        ("phone", "无", None),
        ("phone", "0", None),
        ("phone", "00000000000", None),
        ("phone", "8600123", "8600123"),
        ("address", "３组 １２号", "3组12号"),
        ("number", "12.0", "12"),
        ("number", "A-7", "A-7"),
    ],
)
def test_values_have_one_spelling(kind: str, sent: str, wanted: str | None) -> None:
    frame = pl.DataFrame({"sent": [sent]})
    assert frame.select(TIDY[kind](pl.col("sent"))).item() == wanted  # type: ignore[index]


def test_fields_that_were_not_sent_are_there_empty(identity: IdentityDefinition) -> None:
    rows = tidy(register({"name": "张 三", "schooling": " primary"}), identity)
    assert rows["name"].to_list() == ["张三"]
    assert rows["guardian_phone"].to_list() == [None]
    assert rows["schooling"].to_list() == [" primary"]
