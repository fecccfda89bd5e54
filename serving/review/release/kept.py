"""The models a home keeps: the one in use and the others, with the figures they were judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from features.cli.console import UserError
from serving.review.release.settings import FigureChoice, Kind, model_settings

if TYPE_CHECKING:
    from models.release.current import KeptBundle, Pointer
    from models.release.gate.subject import Subject

# Which of the windows of a manifest says what, see models.release.manifest.
LEARNED_FROM, LEARNED_TO, JUDGED_FROM, JUDGED_TO = "fit from", "calibrate to", "test from", "test to"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a model; ``value`` None is "not estimable", an end None is none."""

    name: str
    kind: Kind
    value: float | None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A model as the list of models shows it. ``fault``: its bundle cannot be read."""

    model_id: str
    released: bool
    windows: Mapping[str, date]
    overridden: bool
    fault: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """The models of a home, those judged on the newest days first, and the moves of the release."""

    models: tuple[KeptModel, ...]
    pointer: Pointer

    @property
    def released(self) -> KeptModel | None:
        """The model in use."""
        return next((one for one in self.models if one.released), None)

    @property
    def others(self) -> tuple[KeptModel, ...]:
        """The models that are not in use."""
        return tuple(one for one in self.models if not one.released)


def kept_models(home: Path) -> Kept:
    """Every model a home keeps.

    Raises:
        UserError: the file that says which is in use cannot be read.
    """
    from models.release.current import ReleaseStore

    store = ReleaseStore(home)
    models = sorted(map(_kept, store.list()), key=lambda one: one.windows.get(JUDGED_TO, date.min), reverse=True)
    return Kept(tuple(models), store.pointer())


def find_model(home: Path, model_id: str) -> KeptModel | None:
    """The model of exactly this id."""
    return next((one for one in kept_models(home).models if one.model_id == model_id), None)


def subject_of(home: Path, model_id: str, today: date) -> Subject | None:
    """What a model states of itself and its audit of it; None where its bundle is not sound."""
    from models.release.current import ReleaseStore
    from models.release.gate.subject import read_subject

    try:
        return read_subject(ReleaseStore(home), model_id, today)
    except UserError:
        return None


def figures_of(subject: Subject) -> tuple[Figure, ...]:
    """The figures the owner sees first, those that were measured at all."""
    chosen = model_settings().figures
    return tuple(_figure(one, subject.figures) for one in chosen if one.value in subject.figures)


def _figure(choice: FigureChoice, figures: Mapping[str, float | None]) -> Figure:
    ends = (figures.get(name) if name else None for name in (choice.lower, choice.upper))
    return Figure(choice.name, choice.kind, figures[choice.value], *ends)


def _kept(bundle: KeptBundle) -> KeptModel:
    days = {} if bundle.manifest is None else bundle.manifest.windows
    windows = {name: date.fromisoformat(day) for name, day in days.items()}
    return KeptModel(bundle.model_id, bundle.released, windows, bool(bundle.overrides), bool(bundle.fault))
