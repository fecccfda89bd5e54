"""One of a thing is said in the singular, and nothing else is changed."""

from __future__ import annotations

import pytest

from features.definition.singular import singular


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("1 rows read: 1 new", "1 row read: 1 new"),
        ("rows read: 1, older by 1 years", "rows read: 1, older by 1 year"),
        ("21 rows, 1,001 rows, 0.1 years", "21 rows, 1,001 rows, 0.1 years"),
        ("1 pairs of rows", "1 pair of rows"),
        ("1 rowsers", "1 rowsers"),
    ],
)
def test_only_one_of_a_thing(sent: str, said: str) -> None:
    assert singular(sent) == said
