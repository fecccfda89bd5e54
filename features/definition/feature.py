"""Features as declared in ``features.toml``: what is computed, what it is called, and how a reason about it is said.

A declaration is a table ``[features.NAME]``. Keys every feature may have:

* ``operator``, ``table``: which generic operator, over which ledger table; other keys are the operator's own options;
* ``zh``, ``en``: the label; ``domain``: a support domain; ``unit = {zh, en}``; ``decimals``: digits shown;
* ``direction``: 1 the score may only rise with the value, -1 only fall, 0 free (the default);
* ``range = [low, high]``: where values usually lie, a value outside is no error; needed where nothing else says it;
* ``says``, ``up``, ``down``, ``zero``, ``unknown`` (each ``{zh, en}``): sentences, see :class:`Sentences`;
* ``windows = [90, 365]``: one feature per window, ``NAME_90d`` ..., with ``{days}`` in texts and the option ``days``;
* ``each_code = "column"``: one feature per code of that column, ``NAME_CODE``, with ``{code}`` in texts and ``where``;
* ``protected_reason``: why a protected column may be an input here; without it such a feature is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from features.definition.loader import DefinitionError
from features.definition.model import Column, Definition, Label, Table
from features.definition.structure import SEVERITY, VALID_FROM

ONE_HOT = "one_hot"
YES_NO: Mapping[float, Label] = {0.0: Label("否", "no"), 1.0: Label("是", "yes")}

_COMMON = {
    "operator", "table", "zh", "en", "domain", "direction", "unit", "decimals", "range", "says", "up", "down", "zero",
    "unknown", "windows", "each_code", "protected_reason", "share",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentences:
    """How a reason is said. Placeholders: ``{value}`` (with its words or digits, no unit), ``{date}``, ``{label}``.

    ``up`` is said when the fact raised the score and ``down`` when it lowered it (declared as ``says`` where both are
    the same); ``zero``, if there is one, replaces both when the value is 0 ("not visited in the last year", "does not
    board"); ``unknown`` is said when the value is not known, and has no ``{value}`` and no ``{date}``.
    """

    up: Label
    down: Label
    unknown: Label
    zero: Label | None = None

    def template(self, value: float | None, *, raising: bool) -> Label:
        """The sentence to fill in for a value (None: not known)."""
        if value is None:
            return self.unknown
        if value == 0 and self.zero is not None:
            return self.zero
        return self.up if raising else self.down


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One declared feature; it fills one column, or one per code when it is one-hot.

    ``columns`` are the names in the feature table. For a one-hot feature ``codes`` are the codes of those columns in
    the same order, and its value as one reason is the place of the code that is 1 in ``codes``; no part is 1 for a
    category the definition does not know, and all parts are NaN when the value is not known.
    ``value_labels`` gives the words of a value that stands for a code (one-hot place, ordinal, yes/no, severity);
    ``share`` says that the value is a share of 1 (shown in per cent). ``expires_days`` is how long a past fact counts.
    """

    name: str
    operator: str
    table: str
    options: Mapping[str, Any]
    label: Label
    domain: str | None
    direction: int
    unit: Label | None
    decimals: int
    share: bool
    expires_days: int | None
    range: tuple[float, float] | None
    sentences: Sentences
    columns: tuple[str, ...]
    codes: tuple[str, ...]
    value_labels: Mapping[float, Label]
    protected_reason: str
    where: str


def feature_specs(definition: Definition) -> tuple[FeatureSpec, ...]:
    """The features a definition declares, windows and codes written out, in order.

    Raises:
        DefinitionError: a key is missing or has a value that cannot be used; the message names the feature.
    """
    specs = tuple(
        _spec(expanded, raw, definition)
        for name, declared in definition.features.items()
        for expanded, raw in _expand(name, declared, definition)
    )
    columns = [column for spec in specs for column in spec.columns]
    for column in columns:
        if columns.count(column) > 1:
            raise DefinitionError(f"{_place(definition, column)}: two features fill the column '{column}'")
    return specs


def _place(definition: Definition, name: str) -> str:
    return f"{definition.name} features.toml [features.{name}]"


def _expand(name: str, declared: Mapping[str, Any], definition: Definition) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Write out ``each_code`` and ``windows``."""
    where = _place(definition, name)
    codes: list[tuple[str, Mapping[str, Any]]] = [(name, declared)]
    if "each_code" in declared:
        column = _column(declared["each_code"], _table(declared, definition, where), where)
        codes = [
            (f"{name}_{code}", _of_code(declared, column.name, code, definition))
            for code in definition.code_values(column)
        ]
    for of_code, raw in codes:
        for days in raw.get("windows", ()):
            yield f"{of_code}_{days}d", {**_filled(raw, "{days}", Label(str(days), str(days))), "days": days}
        if "windows" not in raw:
            yield of_code, raw


def _of_code(declared: Mapping[str, Any], column: str, code: str, definition: Definition) -> Mapping[str, Any]:
    known = definition.tables[declared["table"]].columns[column]
    words = definition.codes[known.codes or ""][code]
    raw = dict(_filled(declared, "{code}", words))
    chosen = {"contains": code} if known.type == "categories" else code
    raw["where"] = {**raw.get("where", {}), column: chosen}
    if code in definition.domains:
        raw.setdefault("domain", code)
    return raw


def _filled(raw: Mapping[str, Any], placeholder: str, words: Label) -> dict[str, Any]:
    """The declaration with a placeholder of its texts replaced, in each language by its own words."""
    filled = dict(raw)
    for language, word in (("zh", words.zh), ("en", words.en)):
        if language in filled:
            filled[language] = filled[language].replace(placeholder, word)
    for key in ("says", "up", "down", "zero", "unknown"):
        if key in filled:
            texts = filled[key]
            filled[key] = {
                "zh": texts["zh"].replace(placeholder, words.zh),
                "en": texts["en"].replace(placeholder, words.en),
            }
    return filled


def _spec(name: str, raw: Mapping[str, Any], definition: Definition) -> FeatureSpec:
    where = _place(definition, name)
    table = _table(raw, definition, where)
    named = raw.get("column", VALID_FROM)
    column = None if named == VALID_FROM else _column(named, table, where)
    operator = str(_need(raw, "operator", where))
    codes = _codes(operator, raw, column, definition, where)
    direction = raw.get("direction", 0)
    if direction not in (-1, 0, 1):
        raise DefinitionError(f"{where} direction: {direction!r}, wanted -1, 0 or 1")
    domain = raw.get("domain")
    if domain is not None and domain not in definition.domains:
        raise DefinitionError(f"{where} domain: '{domain}', wanted one of {', '.join(definition.domains)}")
    return FeatureSpec(
        name=name,
        operator=operator,
        table=table.name,
        options={key: value for key, value in raw.items() if key not in _COMMON},
        label=_label(raw, where),
        domain=domain,
        direction=direction,
        unit=_label(raw["unit"], f"{where} unit") if "unit" in raw else None,
        decimals=int(raw.get("decimals", 0)),
        share=bool(raw.get("share", False)),
        expires_days=_days(raw, definition, where),
        range=_range(raw, where),
        sentences=_sentences(raw, definition, where),
        columns=tuple(f"{name}__{code}" for code in codes) or (name,),
        codes=codes,
        value_labels=_value_labels(raw, column, codes, definition),
        protected_reason=str(raw.get("protected_reason", "")),
        where=where,
    )


def _table(raw: Mapping[str, Any], definition: Definition, where: str) -> Table:
    name = _need(raw, "table", where)
    if name not in definition.tables:
        raise DefinitionError(f"{where} table: no table '{name}', wanted one of {', '.join(definition.tables)}")
    return definition.tables[name]


def _column(name: str, table: Table, where: str) -> Column:
    if name not in table.columns:
        raise DefinitionError(f"{where}: no column '{name}' in {table.name}")
    return table.columns[name]


def _codes(
    operator: str, raw: Mapping[str, Any], column: Column | None, definition: Definition, where: str
) -> tuple[str, ...]:
    if operator != ONE_HOT:
        return ()
    if column is None or column.codes is None:
        raise DefinitionError(f"{where}: {ONE_HOT} needs a 'column' with a code list")
    if raw.get("direction", 0) != 0:
        raise DefinitionError(f"{where} direction: the parts of a {ONE_HOT} feature have none")
    known = definition.code_values(column)
    chosen = tuple(raw.get("codes", known))
    for code in chosen:
        if code not in known:
            raise DefinitionError(f"{where} codes: '{code}' is not in the code list '{column.codes}'")
    return chosen


def _days(raw: Mapping[str, Any], definition: Definition, where: str) -> int | None:
    days = raw.get("days")
    if days is None:
        return None
    longest = definition.feature_settings.get("longest_days")
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise DefinitionError(f"{where} days: {days!r}, wanted a whole number of days")
    if longest is not None and days > longest:
        raise DefinitionError(f"{where} days: {days}, but no fact counts longer than longest_days = {longest}")
    return days


def _range(raw: Mapping[str, Any], where: str) -> tuple[float, float] | None:
    given = raw.get("range")
    if given is None:
        return None
    if not (isinstance(given, list) and len(given) == 2 and all(isinstance(end, int | float) for end in given)):
        raise DefinitionError(f"{where} range: {given!r}, wanted [low, high]")
    return (float(given[0]), float(given[1]))


def _sentences(raw: Mapping[str, Any], definition: Definition, where: str) -> Sentences:
    says = raw.get("says")
    up, down = raw.get("up", says), raw.get("down", says)
    unknown = raw.get("unknown", definition.feature_settings.get("sentences", {}).get("unknown"))
    if up is None or down is None or unknown is None:
        raise DefinitionError(f"{where}: 'says' (or 'up' and 'down') is missing, or 'unknown' here and in [sentences]")
    zero = _label(raw["zero"], f"{where} zero") if "zero" in raw else None
    return Sentences(
        up=_label(up, f"{where} up"),
        down=_label(down, f"{where} down"),
        unknown=_label(unknown, f"{where} unknown"),
        zero=zero,
    )


def _value_labels(
    raw: Mapping[str, Any], column: Column | None, codes: tuple[str, ...], definition: Definition
) -> Mapping[float, Label]:
    if column is None:
        return {}
    if column.codes is not None:
        words = definition.codes[column.codes]
        if codes:
            return {float(place): words[code] for place, code in enumerate(codes)}
        return {float(value): words[code] for code, value in raw.get("levels", {}).items() if code in words}
    if column.type == "boolean":
        return YES_NO
    return {float(level): words for level, words in definition.severities.items()} if column.name == SEVERITY else {}


def _label(raw: Mapping[str, Any], where: str) -> Label:
    return Label(zh=str(_need(raw, "zh", where)), en=str(_need(raw, "en", where)))


def _need(raw: Mapping[str, Any], key: str, where: str) -> Any:  # noqa: ANN401 - TOML values have many types
    if key not in raw:
        raise DefinitionError(f"{where}: '{key}' is missing")
    return raw[key]
