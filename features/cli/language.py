"""Which language a person is spoken to in."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order POSIX gives them (Base Definitions, 8.2)."""

LanguageOption = Annotated[
    Literal["zh", "en"] | None,
    typer.Option("--language", help="Language of what is printed.", show_default="by LC_ALL or LANG"),
]


def language_of(asked: Literal["zh", "en"] | None) -> Literal["zh", "en"]:
    """The language asked for, else that of the surroundings: Chinese where they are, English everywhere else."""
    if asked is not None:
        return asked
    told = next((value for name in _VARIABLES if (value := os.environ.get(name))), "")
    return "zh" if told.lower().startswith("zh") else "en"
