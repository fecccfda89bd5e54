"""The words of features, audit groups and list strata, from the definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.definition import Definition, Label
from features.definition import structure as s
from features.definition.feature import FeatureSpec, feature_specs
from features.definition.groups import audit_groups
from features.membership import group_column
from training.design.assignments import STRATUM
from training.monitor.lists import NOT_KNOWN

_NOT_KNOWN = Label("不详", "not known")


@dataclass(frozen=True, slots=True)
class Words:
    """What monitoring calls things. ``groups`` by column, ``values`` by column and value."""

    features: Mapping[str, Label]
    groups: Mapping[str, Label]
    values: Mapping[tuple[str, str], Label]
    strata: Mapping[str, Label]

    @staticmethod
    def of(definition: Definition) -> Words:
        """Collect the words of a definition."""
        groups = audit_groups(definition).groups
        return Words(
            features={
                column: _column(spec, place)
                for spec in feature_specs(definition)
                for place, column in enumerate(spec.columns)
            },
            groups={group_column(name): group.label for name, group in groups.items()},
            values={
                (group_column(name), value): words
                for name, group in groups.items()
                for value, words in group.names.items()
            },
            strata=_strata(definition),
        )

    def group(self, column: str, value: str) -> Label:
        """An audit group and one of its values; a county has no words but its code."""
        known = _NOT_KNOWN if value == NOT_KNOWN else Label(value, value)
        words, name = self.values.get((column, value), known), self.groups[column]
        return Label(f"{name.zh}“{words.zh}”", f"{name.en} '{words.en}'")

    def stratum(self, code: str) -> Label:
        """The words of a stratum."""
        return self.strata.get(code, Label(code, code))


def _column(spec: FeatureSpec, place: int) -> Label:
    """A part of a one-hot feature names its code too."""
    value = spec.value_labels.get(float(place)) if spec.codes else None
    if value is None:
        return spec.label
    return Label(f"{spec.label.zh}：{value.zh}", f"{spec.label.en}: {value.en}")


def _strata(definition: Definition) -> Mapping[str, Label]:
    column = definition.tables[s.ASSIGNMENTS].columns.get(STRATUM) if s.ASSIGNMENTS in definition.tables else None
    return definition.codes[column.codes] if column is not None and column.codes else {}
