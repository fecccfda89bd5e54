"""The terminal shows what the files hold, in words, with no long decimals."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from features.definition import Label
from serving.batch.alarms import Alarm
from serving.batch.folder import ScoreFolder
from serving.cases import REFUSED_WORDS
from serving.explain_case import ExplainedCase, ExplainRequest, explain_case
from serving.likely import BRING, LIKELY_WORDS, NONE_LIKELY, TOO_FEW_LABELS, domain_words
from serving.listing import Listing, top_of
from serving.terminal import print_case, print_summary, print_top
from tests.builders import default_definition
from tests.serving.conftest import AS_OF


def _console() -> Console:
    return Console(file=io.StringIO(), width=200, force_terminal=False)


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def explained(ledger: Path, released_home: Path, scored: ScoreFolder) -> ExplainedCase:
    rows = scored.between(1, 10**6).filter(
        pl.col("duty"), pl.col("duty_rules").list.len() > 1, pl.col("score").is_not_null()
    )
    return explain_case(ExplainRequest(ledger, rows["child_id"][0], AS_OF, released_home))


def test_the_top_shows_places_children_duties_and_bands(scored: ScoreFolder) -> None:
    console = _console()
    listing = top_of(scored, default_definition(), 6)
    print_top(listing, scored.manifest, console)
    text = _text(console)
    for household in (*listing.duties.households, *listing.by_score.households):
        assert household.case.child_id in text
        assert f" {household.place} " in text
    assert "应办走访" in text
    assert "go first" in text
    assert f"{listing.duties.more:,} more households follow" in text


def test_a_part_without_households_is_left_out(scored: ScoreFolder) -> None:
    console = _console()
    listing = top_of(scored, default_definition(), 4)
    print_top(replace(listing, duties=replace(listing.duties, households=())), scored.manifest, console)
    assert "Visits due" not in _text(console)
    assert "Then by score" in _text(console)


def test_refused_children_are_said_to_be_so_with_a_duty_and_without(scored: ScoreFolder) -> None:
    listing = top_of(scored, default_definition(), 2)
    none: dict[str, Any] = {"refused": True, "band": None, "raising": (), "lowering": ()}
    for part in (listing.duties, listing.by_score):
        household = replace(part.households[0], case=replace(part.households[0].case, **none))
        only = Listing(replace(part, households=(household,)), replace(part, households=()), ())
        console = _console()
        print_top(only, scored.manifest, console)
        assert REFUSED_WORDS.zh in _text(console)
        assert "band:" not in _text(console)


def test_the_top_names_likely_domains_what_to_bring_and_what_cannot_be_estimated(scored: ScoreFolder) -> None:
    console = _console()
    listing = top_of(scored, default_definition(), 20)
    assert listing.likely
    print_top(listing, scored.manifest, console)
    text = re.sub(r"\s+", " ", _text(console))
    for one in listing.likely:
        assert f"{one.name.en}: bring: {'; '.join(words.en for words in one.bring)}" in text
    assert "a need is likely in: " in text
    assert "标签太少，无法估计：康复" in text
    assert "not estimable: too few labels: rehabilitation" in text
    plain = _console()
    print_top(replace(listing, not_estimable=()), scored.manifest, plain)
    assert "too few labels" not in _text(plain)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_child_is_explained_with_what_to_ask_and_to_bring_where_a_need_is_likely(
    explained: ExplainedCase, language: str
) -> None:
    likely = domain_words(["medical"], default_definition())
    console = _console()
    print_case(replace(explained, case=replace(explained.case, likely=likely)), [language], console)
    text = _text(console)
    help_ = default_definition().visit_help["medical"]
    for words in (default_definition().domains["medical"], *help_.ask, *help_.bring, LIKELY_WORDS, TOO_FEW_LABELS):
        assert words.text(language) in text
    plain = _console()
    dumb = tuple(replace(one, ask=(), bring=()) for one in likely or ())
    print_case(replace(explained, case=replace(explained.case, likely=dumb)), [language], plain)
    assert default_definition().domains["medical"].text(language) in _text(plain)
    assert BRING.text(language) not in _text(plain)
    nothing = _console()
    print_case(replace(explained, case=replace(explained.case, likely=())), [language], nothing)
    assert NONE_LIKELY.text(language) in _text(nothing)
    silent = _console()
    bare = replace(explained, case=replace(explained.case, likely=None), without_model=())
    print_case(bare, [language], silent)
    assert LIKELY_WORDS.text(language) not in _text(silent)
    assert TOO_FEW_LABELS.text(language) not in _text(silent)


def test_the_summary_counts_and_warns(scored: ScoreFolder) -> None:
    console = _console()
    alarms = (Alarm("old_data", Label("旧", "old"), ("520121",)), Alarm("equal_scores", Label("同", "equal"), ()))
    print_summary(replace(scored.manifest, alarms=alarms), Path("out"), console)
    text = _text(console)
    assert f"{scored.manifest.counts()['children']:,}" in text
    assert "Simulated data" in text
    assert "old (520121)" in text
    assert "warning: 同 equal\n" in text
    real = _console()
    print_summary(replace(scored.manifest, simulated=False), Path("out"), real)
    assert "Simulated" not in _text(real)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_child_is_explained_in_words(explained: ExplainedCase, language: str) -> None:
    console = _console()
    print_case(explained, [language], console)
    text = _text(console)
    case = explained.case
    assert case.duty is not None
    for words in (*case.raising, *case.lowering, *case.not_known, *(rule for rule, _ in case.duty.rules)):
        assert words.text(language) in text
    assert f"{explained.row['probability']:.0%}" in text
    assert not re.search(r"\d\.\d{3,}", text)
    assert "rank" not in text


def test_a_refused_child_without_a_duty_has_neither_band_nor_reasons(explained: ExplainedCase) -> None:
    console = _console()
    bare = replace(explained.case, refused=True, band=None, duty=None, raising=(), lowering=(), not_known=())
    print_case(replace(explained, case=bare, simulated=False), ["en"], console)
    text = _text(console)
    assert REFUSED_WORDS.en in text
    assert "chance" not in text
    assert "visit due:" not in text
    assert "Simulated" not in text
