"""What a person decided of pairs."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.cli.console import UserError
from features.identity.decisions import NO_DECISIONS, load_decisions

HEAD = "kind,first,second,decision,by,on\n"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "decisions.csv"
    path.write_text("\ufeff" + HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_decisions_are_read_in_whatever_order_a_pair_is_written(tmp_path: Path) -> None:
    read = load_decisions(written(tmp_path, "child,c2,c1,same,,", "household,c1,c3, not_same ,,", "child,c1,c9,,,"))
    assert read.pairs("child", "same") == [("c1", "c2")]
    assert read.pairs("household", "not_same") == [("c1", "c3")]
    assert read.decided("child", "c1", "c2")
    assert read.decided("child", "c2", "c1")
    assert not read.decided("household", "c1", "c2")
    assert not read.decided("child", "c1", "c9")


def test_without_a_file_or_lines_nothing_is_decided(tmp_path: Path) -> None:
    assert load_decisions(tmp_path / "none.csv") == NO_DECISIONS
    assert load_decisions(written(tmp_path)) == NO_DECISIONS


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["pet,c1,c2,same,,"], "line 2: kind 'pet'"),
        (["child,c1,c2,perhaps,,"], "line 2: decision 'perhaps'"),
        (["child,c1,c1,same,,"], "line 2: two different children"),
        (["child,c1,,same,,"], "line 2: two different children"),
        (["child,c1,c2,same,,", "child,c2,c1,not_same,,"], "line 3: another line decides the opposite"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_decisions(written(tmp_path, *lines))


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match="no column kind, first, second, decision"):
        load_decisions(path)
    path.write_bytes("kind,first\n张".encode("gbk"))
    with pytest.raises(UserError, match="cannot be read as CSV"):
        load_decisions(path)
