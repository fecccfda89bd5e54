"""The page needs nothing else, speaks both languages, and is built for those who do not see it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from tests.training.audit.made import report
from training.audit.page import render_page


class Reader(HTMLParser):
    """Tags with their attributes, and the headings, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def read(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Reader()
    reader.feed(page)
    return reader.tags


def test_it_refers_to_nothing_outside_itself() -> None:
    page = render_page(report())
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert "url(" not in page
    assert "<script" not in page
    assert page.replace('xmlns="http://www.w3.org/2000/svg"', "").count("http") == 0


def test_it_says_that_data_are_simulated_only_when_they_are() -> None:
    assert "simulated / 模拟数据" in render_page(report())
    assert "模拟数据" not in render_page(replace(report(), simulated=False))


def test_the_first_findings_come_before_the_contents_and_the_sections() -> None:
    page = render_page(report())
    order = ("What matters.", 'id="contents"', 'id="first"', "Then this.", 'id="second"')
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_links_lead_to_headings() -> None:
    tags = read(render_page(report()))
    targets = {attributes["href"] for tag, attributes in tags if tag == "a"}
    anchors = {f"#{attributes['id']}" for tag, attributes in tags if tag == "h2"}
    assert targets == {"#first", "#second"}
    assert targets <= anchors
    assert "#findings" in anchors


def test_both_languages_are_there_and_a_radio_button_chooses() -> None:
    tags = read(render_page(report()))
    assert [attributes["id"] for tag, attributes in tags if tag == "input"] == ["show-zh", "show-en"]
    for language in ("zh", "en"):
        assert sum(attributes.get("lang") == language for tag, attributes in tags if tag == "span") > 10
        assert sum(attributes.get("lang") == language for tag, attributes in tags if tag == "div") == 1


def test_tables_have_scopes_and_pictures_words() -> None:
    page = render_page(report())
    tags = read(page)
    assert {attributes.get("scope") for tag, attributes in tags if tag == "th"} == {"col", "row"}
    assert sum(tag == "caption" for tag, _ in tags) == 1
    assert all(attributes.get("aria-label") for tag, attributes in tags if tag == "svg")
    assert 'class="n">0.500</td>' in page


def test_words_are_escaped() -> None:
    assert "one &lt; two" in render_page(report())


def test_figures_stand_to_the_right_below_a_head_that_does_too() -> None:
    page = render_page(report())
    assert 'class="n">0.500</td>' in page
    assert '<th scope="col" class="n"><span lang="zh">数</span>' in page
    assert '<td class="s"><span lang="zh">无</span>' in page
