"""Make the pictures of the README from a demonstration that ``make demo`` left, without changing it.

Example: python -m tests.browser.pictures --home .mopai/demo --out tests/browser/pictures
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from sqlalchemy import update

from serving.demo_review import PASSWORD
from serving.review.store.accounts import Account
from serving.review.store.database import Database, database_url
from tests.serving.review.server import running

_PHONE: ViewportSize = {"width": 390, "height": 844}
_DESK: ViewportSize = {"width": 1280, "height": 900}
_LOCALES = {"zh": "zh-CN", "en": "en-GB"}
# Not needed for pages, and most of what a demonstration weighs.
_LEFT_OUT = ("mlruns", "mlflow.db", "sent", "sent-later", "bentoml", "scoring")
_COLOURS = 128


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: who looks at which page. ``{item}`` is a place that the score put on the list."""

    name: str
    who: str
    path: str
    window: ViewportSize
    language: str


PICTURES = (
    Picture("list-phone-zh", "zhuren", "/list", _PHONE, "zh"),
    Picture("household-phone-zh", "zhuren", "/list/{item}", _PHONE, "zh"),
    Picture("visit-phone-zh", "zhuren", "/list/{item}/visit", _PHONE, "zh"),
    Picture("overrule-phone-en", "zhuren", "/list/{item}/overrule", _PHONE, "en"),
    Picture("sheet-phone-zh", "zhuren", "/list/{item}/sheet", _PHONE, "zh"),
    Picture("welcome-phone-en", "zhuren", "/welcome?step=2", _PHONE, "en"),
    Picture("supervisor-desk-en", "dudao", "/supervise", _DESK, "en"),
    Picture("model-desk-en", "model", "/model", _DESK, "en"),
)


def main() -> None:
    """Make all pictures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--home", type=Path, default=Path(".mopai/demo"), help="folder of a finished demonstration")
    asked.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder for the pictures")
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with _served(given.home) as url, _chromium() as chromium:
        for picture in PICTURES:
            path = given.out / f"{picture.name}.png"
            path.write_bytes(_small(_taken(chromium, url, picture)))
            sys.stdout.write(f"{path}  {path.stat().st_size // 1024} kB\n")


@contextmanager
def _served(home: Path) -> Iterator[str]:
    """The pages of a copy of the demonstration, whose people have been led by the hand already."""
    with tempfile.TemporaryDirectory(prefix="mopai-pictures-") as name:
        copy = Path(name) / "demo"
        shutil.copytree(home, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        url = database_url(copy, None)
        database = Database.open(url, pooled=False)
        with database.writing() as session:
            session.execute(update(Account).values(introduced_at=datetime.now(UTC)))
        with running(url, Path(name), "--home", str(copy), "--scores", str(copy / "scores")) as server:
            yield server.url


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


def _taken(chromium: Browser, url: str, picture: Picture) -> bytes:
    """What a person sees, in a window of that size."""
    context = chromium.new_context(
        base_url=url, viewport=picture.window, locale=_LOCALES[picture.language], device_scale_factor=1.5
    )
    page = context.new_page()
    _sign_in(page, picture.who)
    item = ""
    if "{item}" in picture.path:
        page.goto("/list?why=score")
        item = (page.locator(".list h2 a").first.get_attribute("href") or "").rpartition("/")[2]
    page.goto(picture.path.format(item=item))
    taken = page.screenshot()
    context.close()
    return taken


def _sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_url(lambda address: "/sign-in" not in address)


def _small(taken: bytes) -> bytes:
    """The same picture with few colours, for a page with many pictures."""
    kept = BytesIO()
    with Image.open(BytesIO(taken)) as picture:
        picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


if __name__ == "__main__":
    main()
