"""Settings and scenarios as data."""

from __future__ import annotations

import pytest

from features.cli.console import UserError
from features.simulator.settings import build, load_scenario, merge, scenario_names
from features.simulator.shapes import AgeBands, LogNormal


def test_the_scenarios_of_the_product() -> None:
    assert scenario_names() == (
        "default", "no-signal", "hidden-confounding", "nested-visitors", "policy-break", "no-random-arm",
    )  # fmt: skip


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_loads_and_differs_as_it_says(name: str) -> None:
    scenario, plain = load_scenario(name), load_scenario("default")
    assert scenario.zh
    assert scenario.en
    assert (scenario.early != scenario.later) == (name == "policy-break")
    assert (scenario.early == plain.early) == (name in {"default", "policy-break"})


def test_an_unknown_scenario_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="hard: not known") as caught:
        load_scenario("hard")
    assert "no-signal" in caught.value.hint


def test_merge_puts_leaves_in_and_refuses_what_is_not_there() -> None:
    base = {"a": {"b": 1, "c": 2}, "d": 3}
    assert merge(base, {"a": {"b": 5}}) == {"a": {"b": 5, "c": 2}, "d": 3}
    with pytest.raises(KeyError):
        merge(base, {"a": {"x": 1}})


def test_build_wants_every_field_and_nothing_else() -> None:
    assert build(LogNormal, {"median": 1.0, "sd": 2.0}, "here") == LogNormal(1.0, 2.0)
    with pytest.raises(ValueError, match="here: LogNormal wants median, sd, longest; found median"):
        build(LogNormal, {"median": 1.0}, "here")
    with pytest.raises(ValueError, match="AgeBands wants"):
        build(AgeBands, {"lower": [], "upper": [], "share": [], "extra": 1}, "here")


def test_shares_add_up_to_one() -> None:
    settings = load_scenario("default").early
    for shares in (settings.guardian, settings.schooling, settings.population.ethnicity, settings.population.dwelling):
        assert sum(shares.values()) == pytest.approx(1.0)
    assert sum(settings.age.share) == pytest.approx(1.0)
