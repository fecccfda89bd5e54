"""Sections of a policy file: each reader accepts its own kind and refuses every other with the place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from features.cli.console import UserError
from models.policy.section import Section


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("text", 3), ("whole", -1), ("whole", True), ("whole", 1.5), ("number", "1"), ("number", True),
        ("number", float("nan")), ("number", float("inf")), ("day", "2016-01-01"),
        ("day", datetime(2016, 1, 1, tzinfo=UTC)),
        ("texts", "red"), ("texts", ["a", 1]), ("texts", ["a", "a"]), ("inner", [1]), ("each", {"a": 1}), ("each", [1]),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused(reader: str, value: Any) -> None:
    section = Section({"key": value}, "p.toml [x]")
    with pytest.raises(UserError) as caught:
        getattr(section, reader)("key")
    assert caught.value.message.startswith("p.toml [x]")
    assert "key" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("reader", ["text", "whole", "number", "day", "texts", "inner", "each"])
def test_a_missing_key_is_named(reader: str) -> None:
    with pytest.raises(UserError, match="'key' is missing"):
        getattr(Section({}, "p.toml"), reader)("key")


def test_values_of_the_right_kind_come_back() -> None:
    section = Section({"t": "", "w": 0, "n": 2, "d": date(2016, 2, 4), "l": ["a", "b"], "i": {"x": 1}, "e": [{}]}, "p")
    assert (section.text("t"), section.whole("w"), section.number("n")) == ("", 0, 2.0)
    assert section.day("d") == date(2016, 2, 4)
    assert section.texts("l") == ("a", "b")
    assert section.inner("i").where == "p [i]"
    assert [row.where for row in section.each("e")] == ["p [e] 1"]
