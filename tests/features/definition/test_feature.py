"""Features as declared: windows and codes written out, sentences, and the mistakes that are named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from features.definition import DefinitionError, Label, load_definition
from features.definition.feature import FeatureSpec, Sentences, feature_specs
from tests.builders import default_definition, definition_with

CHICAGO = Path(__file__).resolve().parents[2] / "real" / "chicago"
COUNT = {"operator": "count_in_window", "table": "visits", "days": 90}


def specs(feature: dict[str, Any], **settings: Any) -> dict[str, FeatureSpec]:
    return {spec.name: spec for spec in feature_specs(definition_with({"x": feature}, **settings))}


def test_windows_are_features_of_their_own() -> None:
    says = {"zh": "{days}天{value}次", "en": "{value} in {days} days"}
    found = specs({**COUNT, "days": None, "windows": [90, 365], "zh": "近{days}天", "en": "{days} days", "says": says})
    assert [(name, spec.expires_days, spec.options["days"]) for name, spec in found.items()] == [
        ("x_90d", 90, 90),
        ("x_365d", 365, 365),
    ]
    assert found["x_365d"].label == Label("近365天", "365 days")
    assert found["x_365d"].sentences.up == Label("365天{value}次", "{value} in 365 days")
    assert found["x_90d"].columns == ("x_90d",)


def test_codes_are_features_of_their_own_and_meet_windows() -> None:
    found = specs(
        {"operator": "count_in_window", "table": "findings", "each_code": "domain", "windows": [90], "zh": "{code}"}
    )
    assert list(found) == [f"x_{code}_90d" for code in default_definition().domains]
    medical = found["x_medical_90d"]
    assert (medical.label.zh, medical.domain) == ("医疗", "medical")
    assert medical.options["where"] == {"domain": "medical"}


def test_codes_of_a_list_are_contained_and_join_the_conditions_there_are() -> None:
    feature = {"operator": "count_in_window", "table": "assessments", "days": 90, "each_code": "domains_assessed"}
    found = specs(feature | {"where": {"seen": True}, "domain": "living"})
    assert found["x_medical"].options["where"] == {"seen": True, "domains_assessed": {"contains": "medical"}}
    assert found["x_medical"].domain == "living", "what is declared stays"
    assert found["x_medical"].options["days"] == 90


def test_one_hot_columns_are_named_by_their_codes() -> None:
    feature = {"operator": "one_hot", "table": "children", "column": "guardian_type"}
    found = specs(feature)["x"]
    assert found.codes[:2] == ("grandparents", "relatives")
    assert found.columns[:2] == ("x__grandparents", "x__relatives")
    assert found.value_labels[0.0].zh == "祖父母或外祖父母"
    chosen = specs(feature | {"codes": ["none", "friends"]})["x"]
    assert (chosen.columns, chosen.value_labels[0.0].en) == (("x__none", "x__friends"), "no guardian")


def test_values_that_stand_for_words_have_them() -> None:
    level = {"operator": "level", "table": "households", "column": "dwelling", "levels": {"sound": 0, "poor": 2}}
    assert specs(level)["x"].value_labels == {0.0: Label("安全", "sound"), 2.0: Label("简陋", "poor")}
    boards = {"operator": "latest", "table": "children", "column": "boarding"}
    assert specs(boards)["x"].value_labels == {0.0: Label("否", "no"), 1.0: Label("是", "yes")}
    worst = {"operator": "max_in_window", "table": "findings", "column": "severity", "days": 90}
    assert specs(worst)["x"].value_labels[3.0] == Label("重", "severe")
    assert specs(COUNT)["x"].value_labels == {}
    number = {"operator": "latest", "table": "households", "column": "distance_school_km"}
    assert specs(number)["x"].value_labels == {}


def test_the_sentence_depends_on_the_value_and_on_what_it_did() -> None:
    words = {name: Label(name, name) for name in ("up", "down", "unknown", "zero")}
    sentences = Sentences(**words)
    assert sentences.template(3.0, raising=True) == words["up"]
    assert sentences.template(3.0, raising=False) == words["down"]
    assert sentences.template(0.0, raising=True) == sentences.template(0.0, raising=False) == words["zero"]
    assert sentences.template(None, raising=True) == words["unknown"]
    plain = Sentences(words["up"], words["down"], words["unknown"])
    assert plain.template(0.0, raising=False) == words["down"]


def test_up_and_down_may_be_said_differently() -> None:
    found = specs({**COUNT, "up": {"zh": "上", "en": "up"}, "unit": {"zh": "次", "en": "times"}, "decimals": 1})["x"]
    assert (found.sentences.up.en, found.sentences.down.en) == ("up", "{value}")
    assert (found.unit, found.decimals, found.share) == (Label("次", "times"), 1, False)


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        ({"operator": None, "table": "visits"}, "'operator' is missing"),
        ({"operator": "age", "table": None}, "'table' is missing"),
        ({"operator": "age", "table": "dogs"}, "table: no table 'dogs', wanted one of households"),
        ({"operator": "age", "table": "children", "column": "tail"}, "no column 'tail' in children"),
        (COUNT | {"zh": None}, "'zh' is missing"),
        (COUNT | {"direction": 2}, "direction: 2, wanted -1, 0 or 1"),
        (COUNT | {"domain": "weather"}, "domain: 'weather', wanted one of living"),
        (COUNT | {"days": 0}, "days: 0, wanted a whole number of days"),
        (COUNT | {"days": True}, "days: True, wanted a whole number of days"),
        (COUNT | {"days": 731}, "days: 731, but no fact counts longer than longest_days = 730"),
        (COUNT | {"range": [1]}, r"range: \[1\], wanted \[low, high\]"),
        (COUNT | {"says": None}, "'says' \\(or 'up' and 'down'\\) is missing"),
        (COUNT | {"says": {"zh": "好"}}, "up: 'en' is missing"),
        ({"operator": "one_hot", "table": "children"}, "one_hot needs a 'column' with a code list"),
        (
            {"operator": "one_hot", "table": "children", "column": "boarding"},
            "one_hot needs a 'column' with a code list",
        ),
        (
            {"operator": "one_hot", "table": "children", "column": "schooling", "direction": 1},
            "direction: the parts of a one_hot feature have none",
        ),
        (
            {"operator": "one_hot", "table": "children", "column": "schooling", "codes": ["monastery"]},
            "codes: 'monastery' is not in the code list 'schooling'",
        ),
    ],
)
def test_a_declaration_that_cannot_be_used_is_named(feature: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=r"features.toml \[features.x.*" + message):
        specs(feature)


def test_nothing_known_must_have_a_sentence() -> None:
    with pytest.raises(DefinitionError, match="'unknown' here and in"):
        specs(COUNT, sentences={})
    assert specs(COUNT | {"unknown": {"zh": "未知", "en": "?"}}, sentences={})["x"].sentences.unknown.en == "?"


def test_without_a_longest_window_any_will_do() -> None:
    assert specs(COUNT | {"days": 5000}, longest_days=None)["x"].expires_days == 5000


def test_two_features_may_not_fill_one_column() -> None:
    features = {"a": {**COUNT, "days": None, "windows": [90]}, "a_90d": COUNT}
    with pytest.raises(DefinitionError, match="two features fill the column 'a_90d'"):
        feature_specs(definition_with(features))


@pytest.fixture(params=["left_behind", CHICAGO], ids=["left_behind", "chicago"])
def shipped(request: pytest.FixtureRequest) -> tuple[FeatureSpec, ...]:
    return feature_specs(load_definition(request.param))


def test_sentences_have_only_placeholders_that_can_be_filled(shipped: tuple[FeatureSpec, ...]) -> None:
    for spec in shipped:
        said = spec.sentences
        for label, allowed in (
            (spec.label, set()),
            (said.up, {"value", "date", "label"}),
            (said.down, {"value", "date", "label"}),
            (said.zero or spec.label, {"date", "label"}),
            (said.unknown, {"label"}),
        ):
            for text in (label.zh, label.en):
                assert set(re.findall(r"{(\w*)}", text)) <= allowed, (spec.name, text)


def test_sentences_are_in_their_language(shipped: tuple[FeatureSpec, ...]) -> None:
    for spec in shipped:
        for label in (spec.label, spec.sentences.up, spec.sentences.down, spec.sentences.unknown, spec.sentences.zero):
            if label is not None:
                assert re.search("[\u4e00-\u9fff]", label.zh), (spec.name, label.zh)
                assert not re.search("[\u4e00-\u9fff]", label.en), (spec.name, label.en)


def test_no_fact_counts_for_ever(shipped: tuple[FeatureSpec, ...]) -> None:
    events = [spec for spec in shipped if spec.table not in ("children", "households")]
    assert events
    assert all(spec.expires_days is not None and spec.expires_days <= 730 for spec in events)
