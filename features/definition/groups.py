"""The groups that an audit compares, as declared in ``[audit]`` of ``ledger.toml``.

``[audit.groups.NAME]`` has ``zh``, ``en``, a ``source`` and, unless it is a county, a ``reference`` group. Sources:

* a category column of children or households: its codes are the groups, or ``bands`` bring them together (``codes``);
* ``age`` (years, from the cohort's birth column) and ``members`` (children of the household in the cohort): ``bands``
  in rising order, each but the last with the number it stays ``below``;
* ``county``: the county the row came from.

``pairs`` names two groups each whose combinations are compared, ``equal_recall`` the groups that equal-recall cut-offs
are worked out for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from features.definition.loader import DefinitionError
from features.definition.model import Column, Definition, Label
from features.definition.structure import CHILDREN, HOUSEHOLDS

AGE = "age"
MEMBERS = "members"
COUNTY = "county"

GroupKind = Literal["codes", "age", "members", "county"]

_COUNTED: Mapping[str, GroupKind] = {AGE: "age", MEMBERS: "members", COUNTY: "county"}
_KEYS = {"zh", "en", "source", "reference", "bands"}


@dataclass(frozen=True, slots=True)
class AuditGroup:
    """One way to tell children apart.

    ``column``: what it is read from ("" for a county and for members). ``names``: the groups in order with their
    words; a county's are not known beforehand. ``codes``: code -> group. ``below``: the number each band but the last
    ends before. ``reference``: what the others are compared with; None takes the group with the most children.
    """

    name: str
    label: Label
    kind: GroupKind
    column: str
    names: Mapping[str, Label]
    codes: Mapping[str, str]
    below: tuple[float, ...]
    reference: str | None


@dataclass(frozen=True, slots=True)
class AuditGroups:
    """Everything an audit compares: the groups by name, pairs of them, and those with equal-recall cut-offs."""

    groups: Mapping[str, AuditGroup]
    pairs: tuple[tuple[str, str], ...]
    equal_recall: tuple[str, ...]


def audit_groups(definition: Definition) -> AuditGroups:
    """Read the ``[audit]`` of a definition; one without it compares nothing.

    Raises:
        DefinitionError: a group, band or pair cannot be used as declared; says where.
    """
    where = f"{definition.name} ledger.toml [audit"
    raw = definition.audit
    groups = {name: _group(name, each, definition, f"{where}.groups.{name}]") for name, each in _groups(raw).items()}
    pairs = tuple((str(left), str(right)) for left, right in raw.get("pairs", ()))
    equal_recall = tuple(map(str, raw.get("equal_recall", ())))
    for named in (*(name for pair in pairs for name in pair), *equal_recall):
        if named not in groups:
            raise DefinitionError(f"{where}]: '{named}' is not one of its groups", f"use one of: {', '.join(groups)}")
    return AuditGroups(groups, pairs, equal_recall)


def _groups(raw: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    groups: Mapping[str, Mapping[str, Any]] = raw.get("groups", {})
    return groups


def _group(name: str, raw: Mapping[str, Any], definition: Definition, where: str) -> AuditGroup:
    if unknown := set(raw) - _KEYS:
        raise DefinitionError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    source = str(_need(raw, "source", where))
    kind: GroupKind = _COUNTED.get(source, "codes")
    bands = {key: _band_words(key, band, where) for key, band in raw.get("bands", {}).items()}
    column = _column(source, kind, definition, where)
    codes = _codes(column, raw.get("bands", {}), definition, where) if column is not None and kind == "codes" else {}
    words = bands or ({} if column is None or not column.codes else definition.codes[column.codes])
    reference = None if kind == "county" else str(_need(raw, "reference", where))
    if reference is not None and reference not in words:
        raise DefinitionError(f"{where} reference: no group '{reference}'", f"use one of: {', '.join(words)}")
    return AuditGroup(
        name=name,
        label=Label(zh=str(_need(raw, "zh", where)), en=str(_need(raw, "en", where))),
        kind=kind,
        column="" if column is None else column.name,
        names=dict(words),
        codes=codes,
        below=_below(raw.get("bands", {}), where) if kind in ("age", "members") else (),
        reference=reference,
    )


def _band_words(key: str, band: Mapping[str, Any], where: str) -> Label:
    here = f"{where} bands.{key}"
    return Label(zh=str(_need(band, "zh", here)), en=str(_need(band, "en", here)))


def _column(source: str, kind: GroupKind, definition: Definition, where: str) -> Column | None:
    if kind in ("county", "members"):
        return None
    named = definition.cohort.get("birth_column") if kind == "age" else source
    for table in (CHILDREN, HOUSEHOLDS):
        column = definition.tables[table].columns.get(str(named))
        if column is not None and (kind == "age" or column.type == "category"):
            return column
    raise DefinitionError(
        f"{where} source: '{source}' is no category column of {CHILDREN} or {HOUSEHOLDS}",
        f"name one, or {', '.join(_COUNTED)} (age needs the birth_column of [cohort])",
    )


def _codes(column: Column, bands: Mapping[str, Any], definition: Definition, where: str) -> dict[str, str]:
    """Every code of the column in just one band; without bands each code is its own."""
    known = definition.code_values(column)
    if not bands:
        return {code: code for code in known}
    found: dict[str, str] = {}
    for name, band in bands.items():
        for code in _need(band, "codes", f"{where} bands.{name}"):
            if code not in known or code in found:
                raise DefinitionError(f"{where} bands.{name}: '{code}' is no code of '{column.name}', or in two bands")
            found[code] = name
    if missing := [code for code in known if code not in found]:
        raise DefinitionError(f"{where} bands: code '{missing[0]}' is in none, so its children would be dropped")
    return found


def _below(bands: Mapping[str, Any], where: str) -> tuple[float, ...]:
    ends = [band.get("below") for band in bands.values()]
    if not ends or ends[-1] is not None or None in ends[:-1] or ends[:-1] != sorted(set(ends[:-1])):
        raise DefinitionError(f"{where} bands: each but the last ends 'below' a number, in rising order")
    return tuple(float(end) for end in ends[:-1])


def _need(raw: Mapping[str, Any], key: str, where: str) -> Any:  # noqa: ANN401 - TOML values have many types
    if key not in raw:
        raise DefinitionError(f"{where}: '{key}' is missing")
    return raw[key]
