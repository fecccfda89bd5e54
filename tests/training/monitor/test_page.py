"""The page of a region: whole in itself, both languages, under its own title."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.cli.console import UserError
from tests.builders import default_definition
from training.monitor.page import TITLE, monitor_page, write_page
from training.monitor.report import MonitorReport


def test_the_page_needs_nothing_else_and_speaks_both_languages(report: MonitorReport) -> None:
    html = monitor_page(report, default_definition())
    assert f"<title>{TITLE.zh} {TITLE.en}" in html
    for words in ("模拟数据", "没有县被暂停评分。", "The scores of no county are suspended.", report.model_id):
        assert words in html
    assert "http" not in html
    assert "<script" not in html
    assert len(html.encode()) < 100_000


def test_a_page_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    write_page(tmp_path / "new" / "page.html", "x")
    assert (tmp_path / "new" / "page.html").read_text(encoding="utf-8") == "x"
    with pytest.raises(UserError, match="cannot be written"):
        write_page(tmp_path / "new", "x")
