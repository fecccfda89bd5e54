"""Words of features, groups and strata come from the definition."""

from __future__ import annotations

from dataclasses import replace

from features.contract import feature_contract
from features.definition import Label
from tests.builders import default_definition
from training.monitor.lists import NOT_KNOWN
from training.monitor.names import Words

WORDS = Words.of(default_definition())


def test_every_column_of_the_contract_has_words() -> None:
    assert set(WORDS.features) == set(feature_contract(default_definition()).names)
    assert WORDS.features["age"] == Label("年龄", "age")
    assert WORDS.features["schooling__primary"].en == "schooling: primary"


def test_groups_name_their_value_and_what_is_not_known() -> None:
    assert WORDS.group("group_sex", "girl") == Label("性别“女”", "sex 'girl'")
    assert WORDS.group("group_sex", NOT_KNOWN).zh == "性别“不详”"
    assert "520001" in WORDS.group("group_county", "520001").en


def test_strata_are_named_where_the_definition_has_lists() -> None:
    assert WORDS.stratum("random") == Label("抽签", "random")
    assert WORDS.stratum("other") == Label("other", "other")
    definition = default_definition()
    without = {name: table for name, table in definition.tables.items() if name != "assignments"}
    assert Words.of(replace(definition, tables=without)).strata == {}
