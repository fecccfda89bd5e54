"""The layouts of the county summary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from features.definition import DefinitionError
from features.definition.loader import DEFINITIONS
from features.summary.layout import load_layout

PRINTED = [
    "1=2+5+8=11+12+13+14+15+16+17+18=19+20=21+22+23+24+25=26+27+28+29=30+31+32",
    "2=3+4", "5=6+7", "8=9+10", "13+14=24+25",
]  # fmt: skip


def test_the_default_layout_has_the_printed_identities() -> None:
    layout = load_layout()
    said = ["=".join("+".join(map(str, part)) for part in equal) for equal in layout.identities]
    assert said == PRINTED
    assert layout.numbers == tuple(range(1, 33))
    assert len(layout.equations()) == 10


@pytest.mark.parametrize("name", ["annex3", "annex3_health"])
def test_every_column_says_how_sure_its_meaning_is(name: str) -> None:
    layout = load_layout(name)
    assert {column.known for column in layout.columns} == {"printed", "annex_1", "reading"}
    assert all(column.label.zh and column.label.en for column in layout.columns)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[breakdowns]", "[parts]", "[breakdowns] is missing"),
        ("[19, 20]", "[19, 40]", "no column 40"),
        ('known = "printed"', 'known = "sure"', "known: 'sure'"),
        (', known = "printed"', "", "'known' is missing"),
        ("[summary]", "[summary", "not valid TOML"),
    ],
)
def test_a_layout_that_cannot_be_used_says_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (DEFINITIONS / "left_behind" / "summary_annex3.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=re.escape(message)):
        load_layout(path)


def test_an_unknown_layout_names_those_there_are() -> None:
    with pytest.raises(DefinitionError, match="no summary layout 'annex9'") as refused:
        load_layout("annex9")
    assert refused.value.hint == "give a file, or one of: annex3, annex3_health"
