"""Scenarios: the settings of the simulator, read from the data files of this package, each with what it changes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from features.cli.console import UserError
from features.simulator.shapes import Settings

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named world: its settings, and the settings from half way on (the same unless rules break)."""

    name: str
    zh: str
    en: str
    early: Settings
    later: Settings


@cache
def scenario_names() -> tuple[str, ...]:
    """The scenarios that ship with the product, in the order of their file."""
    return tuple(_read("scenarios.toml"))


@cache
def load_scenario(name: str) -> Scenario:
    """Read one scenario.

    Raises:
        UserError: there is no scenario of that name; the hint lists those there are.
    """
    known = _read("scenarios.toml")
    if name not in known:
        raise UserError(f"--scenario {name}: not known", f"choose one of: {', '.join(known)}")
    chosen = known[name]
    base: dict[str, Any] = {}
    for file in ("margins.toml", "behaviour.toml", "needs.toml"):
        base |= _read(file)
    early = merge(base, chosen.get("change", {}))
    later = merge(early, chosen.get("later", {}))
    return Scenario(name, chosen["zh"], chosen["en"], build(Settings, early, name), build(Settings, later, name))


def merge(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with the leaves of ``change`` put in; a key that ``base`` lacks is a mistake in the data.

    Raises:
        KeyError: ``change`` names something ``base`` does not hold.
    """
    merged = dict(base)
    for key, value in change.items():
        merged[key] = merge(base[key], value) if isinstance(base[key], Mapping) else value
    return merged


def build(kind: type[Any], raw: Mapping[str, Any], where: str) -> Any:  # noqa: ANN401 - builds any settings class
    """Make a frozen settings object from parsed TOML; every field must be there and nothing else.

    Raises:
        ValueError: a key is missing or unknown; the message says where.
    """
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    optional = {"longest"}
    if not set(names) - optional <= set(raw) <= set(names):
        raise ValueError(f"{where}: {kind.__name__} wants {', '.join(names)}; found {', '.join(raw)}")
    return kind(**{key: _value(hints[key], value, f"{where}.{key}") for key, value in raw.items()})


def _value(hint: Any, value: Any, where: str) -> Any:  # noqa: ANN401 - TOML values have many types
    if is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, where)
    if isinstance(value, list):
        inner = getattr(hint, "__args__", (object,))[0]
        return tuple(_value(inner, item, where) for item in value)
    return value


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((DATA / file).read_text(encoding="utf-8"))
