"""The office's home and its terminal: the commands that people type from the import to the next month's list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from features.definition import load_definition
from features.ledger.store import LedgerStore
from serving.demo_people import name_people
from serving.demo_review import first_township
from tests.browser.month.days import Calendar, write_plan
from tests.browser.office import mopai

SIGNERS = (("王局长 Wang Ju", "分管领导 head of office"), ("李敏 Li Min", "模型负责人 model owner"))
_SIZE = ("--children", "2400", "--counties", "2", "--seed", "20161110", "--months", "24")
_AUDITED = ("known", "groups", "people", "strata")


@dataclass(frozen=True, slots=True)
class Office:
    """A home with everything a run writes. ``township``: whose lists are made; ``plan``: what it trains by."""

    home: Path
    calendar: Calendar
    plan: Path
    county: str
    township: str

    def run(self, *arguments: str | Path) -> str:
        """A command as somebody types it; returns what it printed."""
        return mopai(self.home, *arguments)

    def told(self, *arguments: str | Path) -> dict[str, Any]:
        """A command's answer as data."""
        answer = json.loads(self.run(*arguments, "--json"))
        assert isinstance(answer, dict)
        return answer

    def tables(self) -> dict[str, pl.DataFrame]:
        """The county's ledger as it is now, with what people decided."""
        store = LedgerStore.open(self.home / "ledger")
        held = dict(store.read(self.county).tables)
        return held | dict(store.read_decisions(self.county, load_definition(store.definition_name)))

    def score(self, as_of: str) -> dict[str, Any]:
        """Check that the release fits the county, then rank its children."""
        checked = self.told("region", "check", "--region", self.county, "--as-of", as_of)["counties"]
        assert [one["county"] for one in checked] == [self.county]
        assert checked[0]["fit"] != "not_fit", checked
        return self.told("score", "--region", self.county, "--as-of", as_of, "--out", self.home / "scores")

    def load(self, period: str) -> dict[str, Any]:
        """Load the township's list of a month; a second time nothing is new."""
        asked = ("review", "load-list", "--place", self.township, "--period", period)
        (made,) = self.told(*asked)["lists"]
        assert made["loaded"] is True
        (again,) = self.told(*asked)["lists"]
        assert again == {**made, "loaded": False}
        return dict(made)


def open_office(home: Path, calendar: Calendar) -> Office:
    """Import the ledgers of two counties, train and release a first model, rank one county and name its children."""
    home.mkdir()
    plan = write_plan(home, calendar)
    mopai(home, "simulate", *_SIZE, "--end", str(calendar.list_day), "--out", home / "sent")
    counties = json.loads((home / "sent" / "simulation.json").read_text(encoding="utf-8"))["counties"]
    checked = json.loads(mopai(home, "ledger", "check", home / "sent", "--json"))
    assert not checked["faults"], checked
    mopai(home, "ledger", "import", home / "sent")
    assert LedgerStore.open(home / "ledger").counties() == tuple(counties)
    model = json.loads(mopai(home, "train", "--plan", plan, "--json"))["model_id"]
    mopai(home, "audit", "--model", model, *(part for one in _AUDITED[:2] for part in ("--only", one)), "--stands")
    (home / "impact.md").write_text("模拟的影响评估 simulated impact assessment\n", encoding="utf-8")
    for name, _ in SIGNERS:
        mopai(home, "models", "key", "--name", name)
    office = Office(home, calendar, plan, counties[-1], "")
    sign(office, model)
    promote(office, model)
    office.score(str(calendar.list_day))
    township = first_township(home / "scores", office.county)
    name_people(home, home / "ledger", office.county)
    mopai(home, "review", "init")
    return Office(home, calendar, plan, office.county, township)


def sign(office: Office, model: str) -> None:
    """The impact assessment and two people's approvals."""
    office.run("models", "impact", model, "--file", office.home / "impact.md", "--name", SIGNERS[0][0])
    for name, role in SIGNERS:
        office.run("models", "approve", model, "--name", name, "--role", role)


def promote(office: Office, model: str) -> None:
    """Bring a model into use that met its criteria."""
    verdict = office.told("models", "promote", model, "--criteria", "demo", "--name", SIGNERS[1][0])
    assert verdict.get("refused") is not True, verdict


def retrain(office: Office) -> dict[str, Any]:
    """The monthly retraining on the ledger as it is now."""
    only = tuple(part for one in _AUDITED for part in ("--only", one))
    return dict(office.told("retrain", "--plan", office.plan, *only))
