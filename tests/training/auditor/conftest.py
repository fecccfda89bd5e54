"""A released model and its auditor's folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from features.definition import load_definition
from features.definition.loader import DEFINITIONS
from models.release.current import ReleaseStore
from models.release.gate.criteria import criteria_file
from models.release.gate.promote import promote_by_rule
from tests.training.gated import TODAY, Gated, demo_criteria, gated
from training.auditor.write import AuditorRequest, write_auditor_folder
from training.card_sources import CardRequest


@dataclass(frozen=True, slots=True)
class Handed:
    """The model and the folder made of it."""

    made: Gated
    folder: Path


def asked(made: Gated, out: Path) -> AuditorRequest:
    """Ask for the folder of a model on the day of the tests."""
    card = CardRequest(made.home, made.model_id, load_definition(), demo_criteria(), TODAY)
    return AuditorRequest(card, DEFINITIONS / "left_behind", criteria_file("demo"), out)


@pytest.fixture(scope="module")
def handed(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """Read only."""
    place = tmp_path_factory.mktemp("auditor")
    made = gated(ledger, place / "home")
    promote_by_rule(ReleaseStore(made.home), made.model_id, demo_criteria(), TODAY)
    return Handed(made, write_auditor_folder(asked(made, place / "folder")))
