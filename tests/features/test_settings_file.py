"""A file of settings that cannot be used says where and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from features.cli.console import UserError
from features.settings_file import read_settings


@dataclass(frozen=True, slots=True)
class Rule:
    places: int


KIND = TypeAdapter(Rule)


def test_a_file_becomes_words(tmp_path: Path) -> None:
    path = tmp_path / "rule.toml"
    path.write_text("places = 3\n", encoding="utf-8")
    assert read_settings(path, KIND) == Rule(3)


@pytest.mark.parametrize(
    ("content", "said"), [(b"places =", "cannot be read as TOML"), (b"\xff", "as TOML"), (b'places = "x"', "places")]
)
def test_what_cannot_be_used_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "rule.toml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=said) as caught:
        read_settings(path, KIND)
    assert "correct the file" in caught.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.toml"):
        read_settings(tmp_path / "none.toml", KIND)
