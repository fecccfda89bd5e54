"""What a model must show before it is released: bounds on figures, people, and an impact assessment, read from data."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.cli.console import UserError
from features.definition import Label

CRITERIA = Path(__file__).resolve().parent / "criteria"
DEFAULT_CRITERIA = "default"
NO_REFIT = "none"
"""The one rule there is: what was judged is what is released, byte for byte."""

_BOUNDS = ("at_least", "above", "at_most")
_SECTIONS = {"criteria", "refit", "approvals", "impact", "data", "check"}


@dataclass(frozen=True, slots=True)
class Bound:
    """What is wanted of one figure, with the source of the number.

    A figure that is not estimable fails unless ``unknown_because`` says why it may be. ``next`` is what a person does
    about a failure; ``{model}`` in it stands for the model id.
    """

    figure: str
    label: Label
    source: str
    next: str
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    unknown_because: str = ""

    def holds(self, value: float) -> bool:
        """Whether a value lies where it is wanted."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
        )

    @property
    def wanted(self) -> str:
        """What is wanted, in words."""
        words = {"at_least": "at least", "above": "above", "at_most": "at most"}
        given = ((words[name], getattr(self, name)) for name in _BOUNDS)
        return " and ".join(f"{word} {value:g}" for word, value in given if value is not None)


@dataclass(frozen=True, slots=True)
class Criteria:
    """The criteria of one region or purpose.

    ``approvals`` and ``overrides``: different people who must sign. ``impact_days``: how old the impact assessment
    may be. ``simulated``: whether a model of simulated data may be released at all. ``sha256`` is that of their file.
    """

    name: str
    purpose: Label
    refit: Label
    approvals: int
    overrides: int
    impact_days: int
    simulated: bool
    bounds: tuple[Bound, ...]
    sha256: str


def load_criteria(name_or_file: str | Path = DEFAULT_CRITERIA) -> Criteria:
    """Load criteria by name (those that ship with the product) or by the path of a file.

    Raises:
        UserError: there are none of that name, or the file cannot be used; says where and what is wanted.
    """
    path = criteria_file(name_or_file)
    try:
        content = path.read_bytes()
        return parse_criteria(tomllib.loads(content.decode()), str(path), hashlib.sha256(content).hexdigest())
    except ValueError as error:
        raise UserError(f"{path}: not valid TOML: {error}", "correct the file") from error


def criteria_file(name_or_file: str | Path) -> Path:
    """The file that holds criteria of a name, or the named file itself.

    Raises:
        UserError: there is none.
    """
    path = Path(name_or_file)
    if not path.is_file():
        path = CRITERIA / f"{name_or_file}.toml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in CRITERIA.glob("*.toml")))
        raise UserError(f"no criteria '{name_or_file}'", f"give a file, or one of: {known}")
    return path


def parse_criteria(raw: Mapping[str, Any], where: str, sha256: str = "") -> Criteria:
    """Make criteria of parsed TOML; ``where`` names them in errors, ``sha256`` is that of their file.

    Raises:
        UserError: a part is missing, unknown or of the wrong kind, or a number has no source.
    """
    if foreign := set(raw) - _SECTIONS:
        raise UserError(f"{where}: unknown section [{min(foreign)}]", f"use: {', '.join(sorted(_SECTIONS))}")
    try:
        return _criteria(raw, where, sha256)
    except KeyError as error:
        raise UserError(f"{where}: {error} is missing", "add it") from error


def _criteria(raw: Mapping[str, Any], where: str, sha256: str) -> Criteria:
    if raw["refit"]["rule"] != NO_REFIT:
        raise UserError(f"{where} [refit] rule: {raw['refit']['rule']!r}", f"give '{NO_REFIT}': no other rule is known")
    bounds = tuple(_bound(one, f"{where} [[check]] {number}") for number, one in enumerate(raw["check"], start=1))
    return Criteria(
        name=str(raw["criteria"]["name"]),
        purpose=_label(raw["criteria"]),
        refit=_label(raw["refit"]),
        approvals=_whole(raw["approvals"], "people", f"{where} [approvals]", least=1),
        overrides=_whole(raw["approvals"], "people_for_override", f"{where} [approvals]", least=2),
        impact_days=_whole(raw["impact"], "days_at_most", f"{where} [impact]", least=1),
        simulated=bool(raw["data"]["simulated_allowed"]),
        bounds=bounds,
        sha256=sha256,
    )


def _bound(raw: Mapping[str, Any], where: str) -> Bound:
    allowed = {"figure", "label", "source", "next", "may_be_unknown", "because", *_BOUNDS}
    if foreign := set(raw) - allowed:
        raise UserError(f"{where}: unknown key '{min(foreign)}'", "remove it, or correct its name")
    limits = {name: _number(raw[name], f"{where} {name}") for name in _BOUNDS if name in raw}
    if not limits:
        raise UserError(f"{where}: wants nothing of '{raw['figure']}'", f"give one of: {', '.join(_BOUNDS)}")
    if not str(raw["source"]).strip():
        raise UserError(f"{where}: the number has no source", "name one, or 'an assumption to be set by region'")
    because = str(raw.get("because", "")).strip()
    if bool(raw.get("may_be_unknown", False)) != bool(because):
        raise UserError(
            f"{where}: a figure may be unknown only for a reason", "give may_be_unknown and because, or none"
        )
    return Bound(
        str(raw["figure"]),
        _label(raw["label"]),
        str(raw["source"]),
        str(raw["next"]),
        **limits,
        unknown_because=because,
    )


def _label(raw: Mapping[str, Any]) -> Label:
    return Label(zh=str(raw["zh"]), en=str(raw["en"]))


def _number(value: object, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise UserError(f"{where}: {value!r}", "give a number")
    return float(value)


def _whole(raw: Mapping[str, Any], key: str, where: str, *, least: int) -> int:
    value = raw[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UserError(f"{where} {key}: {value!r}", f"give a whole number from {least} up")
    return value
