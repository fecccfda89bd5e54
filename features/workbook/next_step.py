"""The command a person types next on the way from a workbook to a list of visits."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from features.definition import Label
from features.definition.model import Language

_WORDS: Mapping[str, Label] = {
    "check": Label("下一步，核对：", "next, check it:"),
    "import": Label("下一步，导入（没有错的行）：", "next, import the rows without errors:"),
    "score": Label(
        "下一步，排序（先核对模型是否适合本县）：", "next, order the visits, which checks first whether the model fits:"
    ),
}
_ANSWERS = "--report report --rejects rejects"


def after_columns(source: Path, sender: str, county: str | None, tongue: Language) -> str:
    """What follows once a mapping is confirmed."""
    where = f"--county {county or 'CODE'} --sender {shlex.quote(sender)} --recorded-on YYYY-MM-DD"
    return _said("check", f"mopai ledger check {shlex.quote(str(source))} {where}", tongue)


def after_check(
    source: Path, sender: str | None, county: str | None, recorded_on: date | None, tongue: Language
) -> str:
    """What follows a check in which some rows are good."""
    words = ["mopai ledger import", shlex.quote(str(source))]
    words += [f"--county {county}"] if county else []
    words += [f"--sender {shlex.quote(sender)}"] if sender else []
    words += [f"--recorded-on {recorded_on}"] if recorded_on else []
    return _said("import", " ".join([*words, _ANSWERS]), tongue)


def after_import(counties: Sequence[str], tongue: Language) -> str:
    """What follows once the ledger has rows of these counties."""
    where = f"--region {counties[0]} " if len(counties) == 1 else ""
    return _said("score", f"mopai score {where}--as-of YYYY-MM-DD --out scores --page page.html", tongue)


def _said(step: str, command: str, tongue: Language) -> str:
    return f"{_WORDS[step].text(tongue)} {command}"
