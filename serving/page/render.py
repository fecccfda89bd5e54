"""Render the page of a scored region: the first households in their order, with duty or band and the reasons."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from features.cli.console import UserError
from features.definition import Definition, Label
from models.bands import BANDS
from serving import likely
from serving.batch.folder import ScoreFolder
from serving.batch.standing import standings
from serving.cases import PURPOSE, due_words, level_note
from serving.listing import after_duties, top_of

HERE = Path(__file__).resolve().parent

# A page of so many households stays under 100 kB, small enough for a phone on a slow line.
DEFAULT_HOUSEHOLDS = 25


def render_page(folder: ScoreFolder, definition: Definition, households: int = DEFAULT_HOUSEHOLDS) -> str:
    """The page as HTML text.

    Args:
        folder: the scores of a region.
        definition: the ledger definition they were made with.
        households: how many households to list; the page says how many more there are.
    """
    manifest, listing = folder.manifest, top_of(folder, definition, households)
    newest = manifest.newest_recorded_on()
    return _template().render(
        manifest=manifest,
        counts=manifest.counts(),
        data_age=None if newest is None else (manifest.as_of - newest).days,
        newest=newest,
        listing=listing,
        bands=BANDS,
        purpose=PURPOSE,
        by_score=after_duties(manifest),
        standings=standings(manifest.counties),
    )


def write_page(path: Path, html: str) -> None:
    """Write a page. UserError when the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror})", "give --page a file that may be written"
        ) from error


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),  # noqa: S704 - our own style sheet
        both=_both,
        due_words=due_words,
        level_note=level_note,
        likely=likely,
    )
    return environment.get_template("page.html.jinja")


def _both(words: Label) -> Markup:
    """Both languages of a label, of which the reader's choice shows one or both."""
    return Markup('<span lang="zh">{}</span> <span lang="en">{}</span>').format(words.zh, words.en)
