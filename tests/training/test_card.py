"""The card says what the model is for, what it is not for, and how good it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import yaml

from tests.builders import default_definition
from tests.training.made import WINDOWS
from tests.training.plans import small_plan
from tests.training.test_report import one_estimate
from training.card import CardContent, model_card, number
from training.leakage import Suspicion

OUTCOMES = ("labelled", "partly_assessed", "not_seen", "no_visit", "partly_positive")


def content() -> CardContent:
    return CardContent(
        definition=default_definition(),
        plan=small_plan(),
        windows=WINDOWS,
        estimates=[one_estimate()],
        trees="abc",
        simulated=True,
        label_counts={name: dict.fromkeys(OUTCOMES, 1234) for name in ("fit", "calibrate", "test")},
    )


def front_matter(card: str) -> dict[str, Any]:
    _, head, _ = card.split("---\n", 2)
    found = yaml.safe_load(head)
    assert isinstance(found, dict)
    return found


def test_the_front_matter_is_data() -> None:
    found = front_matter(model_card(content()))
    not_for = " ".join(found.pop("not_for"))
    assert all(words in not_for for words in ("removal of a child", "benefit", "punishment"))
    assert found.pop("licence").startswith("Apache-2.0")
    assert "to be named by the region" in found.pop("contact")
    assert found == {
        "model": "visit-risk",
        "trees": "abc",
        "definition": "left_behind 2016.1",
        "plan": "demo",
        "simulated": True,
        "label": "new need on the first completed visit",
        "horizon_days": 90,
    }


def test_a_simulated_ledger_is_named_as_such_and_a_real_one_is_not() -> None:
    assert "**Made from a simulated ledger." in model_card(content())
    assert "simulated ledger" not in model_card(replace(content(), simulated=False))


def test_every_part_a_reader_needs_is_there() -> None:
    card = model_card(content())
    for title in ("## For", "## Not for", "## Label", "## Windows", "## Estimates", "## Limits"):
        assert title in card
    assert "a score only orders visits" in card
    assert "mild or worse, in basic living, education" in card
    assert "| fit | 2017-01-01 | 2017-08-01 | 8 | 1,234 |" in card
    assert "### known, test window" in card
    for ranking in ("model", "random", "overdue first", "last finding", "level first", "best feature", "logistic"):
        assert f"| {ranking} | " in card
    assert "| random | - | " in card
    assert card.split("| model | ")[1].split("\n")[0].endswith("| - |")
    assert "Nothing was." in card


def test_what_was_too_good_stands_with_the_reason_it_was_accepted_for() -> None:
    card = model_card(
        replace(content(), suspicions=(Suspicion("AUC of x", 0.95, 0.9),), accepted_because="checked by hand")
    )
    assert "- AUC of x: 0.950, limit 0.9" in card
    assert "Accepted because: checked by hand" in card


def test_a_figure_that_cannot_be_had_is_never_a_number() -> None:
    assert number(None) == "not estimable"
    assert number(0.12345) == "0.123"
