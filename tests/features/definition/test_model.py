"""The words of a definition."""

from __future__ import annotations

from features.definition import Label, load_definition

DEFINITION = load_definition()


def test_a_label_speaks_both_languages() -> None:
    label = Label("危房", "dangerous")
    assert (label.text("zh"), label.text("en")) == ("危房", "dangerous")


def test_the_values_of_a_category_and_of_anything_else() -> None:
    households = DEFINITION.tables["households"].columns
    assert DEFINITION.code_values(households["dwelling"]) == ("sound", "poor", "dangerous")
    assert DEFINITION.code_values(households["dibao"]) == ()


def test_what_is_kept_for_the_audit_only() -> None:
    protected = set(DEFINITION.protected_columns)
    assert {("children", "sex"), ("children", "ethnicity"), ("households", "region_code")} <= protected
    assert ("children", "schooling") not in protected
