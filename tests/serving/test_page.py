"""The page: self-contained, small, in two languages, safe, and free of the colours of the official level."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import Label
from features.ledger.manifest import sha256_of
from serving.batch.folder import ScoreFolder
from serving.listing import top_of
from serving.page.render import DEFAULT_HOUSEHOLDS, HERE, render_page, write_page
from tests.builders import default_definition

VOID = {"meta", "input", "br", "link", "img"}


class _Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that every tag is closed where it belongs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[tuple[str | None, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open and self.open[-1] != "style":
            self.text.append((self.seen[-1][1].get("lang"), data.strip()))


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def page(scored: ScoreFolder) -> str:
    return render_page(scored, default_definition())


def test_the_page_is_whole_small_and_needs_nothing_else(page: str) -> None:
    tags = {tag for tag, _ in _read(page).seen}
    assert len(page.encode()) < 100_000
    assert not tags & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not re.search(r"https?:|url\(|@import|//", page.replace("<!doctype", ""))
    assert 'name="viewport"' in page


def test_duties_stand_first_then_the_score_and_the_rest_is_counted(page: str, scored: ScoreFolder) -> None:
    listing = top_of(scored, default_definition(), DEFAULT_HOUSEHOLDS)
    listed = [*listing.duties.households, *listing.by_score.households]
    found = [int(place) for place in re.findall(r'<div class="place">(\d+)</div>', page)]
    assert found == [household.place for household in listed]
    assert len(found) == DEFAULT_HOUSEHOLDS
    children = [household.case.child_id for household in listed]
    assert [page.index(child) for child in children] == sorted(page.index(child) for child in children)
    for more in (listing.duties.more, listing.by_score.more):
        assert f"{more:,} more households" in page


def test_it_says_what_it_is_and_whether_it_is_simulated(page: str, scored: ScoreFolder) -> None:
    for word in (
        "模拟数据",
        "Simulated data",
        scored.manifest.model_id,
        str(scored.manifest.as_of),
        "The score is not",
    ):
        assert word in page
    real = ScoreFolder(scored.folder, replace(scored.manifest, simulated=False))
    assert "Simulated data" not in render_page(real, default_definition())


def test_likely_domains_say_what_to_bring_and_ask_and_the_others_that_labels_are_few(
    page: str, scored: ScoreFolder
) -> None:
    listing = top_of(scored, default_definition(), DEFAULT_HOUSEHOLDS)
    households = (*listing.duties.households, *listing.by_score.households)
    assert page.count("a need is likely in") == sum(bool(household.case.likely) for household in households) > 0
    for one in listing.likely:
        for words in (*one.ask, *one.bring):
            assert words.zh in page
            assert words.en.replace("'", "&#39;") in page
    assert "标签太少，无法估计" in page
    assert "not estimable: too few labels" in page


def test_without_models_of_domains_the_page_says_nothing_of_them(scored: ScoreFolder, tmp_path: Path) -> None:
    for path in scored.folder.glob("*.parquet"):
        frame = pl.read_parquet(path).with_columns(domains_likely=pl.lit(None, dtype=pl.List(pl.String)))
        frame.write_parquet(tmp_path / path.name)
    files = {path.name: sha256_of(path) for path in tmp_path.iterdir()}
    manifest = replace(scored.manifest, files=files, domains_without_model=())
    html = render_page(ScoreFolder(tmp_path, manifest), default_definition())
    assert "a need is likely" not in html
    assert 'id="domains"' not in html


def test_both_languages_say_the_same_number_of_things(page: str) -> None:
    spans = [attributes.get("lang") for tag, attributes in _read(page).seen if tag == "span" and "lang" in attributes]
    assert spans.count("zh") == spans.count("en") > 100


def test_the_official_level_stands_apart_in_plain_words(page: str) -> None:
    assert len(re.findall(r'<p class="official">', page)) == DEFAULT_HOUSEHOLDS
    for verdict in re.findall(r'<p class="verdict">.*?</p>', page, flags=re.DOTALL):
        assert ('class="tag duty"' in verdict) != bool(re.search(r'class="tag (go_first|soon|in_turn)"', verdict))


def test_no_colour_of_the_official_level_is_used() -> None:
    style = (HERE / "page.css").read_text(encoding="utf-8")
    assert not re.search(r":\s*(red|yellow|blue|green|orange|gold)\b", style)
    colours = {match.lower() for match in re.findall(r"#[0-9a-fA-F]{3,6}\b", style)}
    assert colours
    for colour in colours:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        red, green, blue = (int(digits[place : place + 2], 16) for place in (0, 2, 4))
        spread = max(red, green, blue) - min(red, green, blue)
        assert spread < 60, f"{colour} is a strong colour"
        assert green <= max(red, blue), f"{colour} leans to green"


def test_what_a_ledger_says_cannot_become_markup(scored: ScoreFolder) -> None:
    evil = Label("<script>坏</script>", "<b onload=x>&")
    policies = tuple(
        replace(policy, rules=dict.fromkeys(policy.rules, evil), levels=dict.fromkeys(policy.levels, evil))
        for policy in scored.manifest.policies
    )
    folder = ScoreFolder(scored.folder, replace(scored.manifest, policies=policies, region="<i>"))
    html = render_page(folder, default_definition())
    assert "<script" not in html
    assert "<b onload" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;i&gt;" in html
    _read(html)


def test_a_warning_stands_on_the_page(scored: ScoreFolder) -> None:
    from serving.batch.alarms import Alarm

    alarm = Alarm("old_data", Label("旧", "old data"), tuple(str(number) for number in range(12)))
    html = render_page(ScoreFolder(scored.folder, replace(scored.manifest, alarms=(alarm,))), default_definition())
    assert 'role="alert"' in html
    assert "old data" in html
    assert "…" in html


def test_a_page_of_everything_has_no_more_and_shows_refused_children(scored: ScoreFolder) -> None:
    html = render_page(scored, default_definition(), 10**6)
    assert "more households" not in html
    assert "the guardian refused the model" in html
    _read(html)


def test_a_region_without_anyone_says_so(scored: ScoreFolder) -> None:
    nobody = tuple(
        replace(facts, children=0, households=0, duties=0, duty_households=0, newest_recorded_on=None)
        for facts in scored.manifest.counties
    )
    html = render_page(ScoreFolder(scored.folder, replace(scored.manifest, counties=nobody)), default_definition())
    assert "No visit is due in this period" in html
    assert "No other household" in html
    _read(html)


def test_a_page_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    write_page(tmp_path / "deep" / "page.html", "x")
    assert (tmp_path / "deep" / "page.html").read_text(encoding="utf-8") == "x"
    with pytest.raises(UserError, match="cannot be written"):
        write_page(tmp_path, "x")
