"""The rows of a request: the families whose rows are all in order, and the faults of the others.

A row that cannot be read says something of a family that nobody knows, so its whole family gets no score; every other
family is scored as if the row had not been sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from features.definition import Definition, Label
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, RETRACTS, ROW_ID, VISIT
from features.known import day_number
from features.record.rows import Row
from serving.service.faults import Fault, RowRules
from serving.service.row_models import columns_of, request_tables, row_model

Name = tuple[str, str]

_TIES = (HOUSEHOLD, CHILD, VISIT)
_OWN_NUMBER = Label("本表中不重复的编号", "a number no other row of this table has")
_OTHER_NUMBER = Label("本表中另一行的编号", "the record number of a row in this table")


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The rows to score by table, dates as day numbers.

    ``invalid`` are the children that cannot be scored, with the faults of their family; ``unattributed`` the faults of
    rows that name no family.
    """

    tables: Mapping[str, list[Row]]
    invalid: Mapping[str, tuple[Fault, ...]]
    unattributed: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of requests by the models of a definition, made once."""

    definition: Definition
    models: Mapping[str, type[BaseModel]]
    rules: Mapping[str, RowRules]
    dates: Mapping[str, tuple[str, ...]]
    lists: Mapping[str, tuple[str, ...]]

    @staticmethod
    def of(definition: Definition) -> RowReader:
        """Make the models of a definition's tables."""
        tables = {name: definition.tables[name] for name in request_tables(definition)}
        columns = {name: columns_of(table).values() for name, table in tables.items()}
        return RowReader(
            definition,
            {name: row_model(definition, table) for name, table in tables.items()},
            {name: RowRules(definition, table) for name, table in tables.items()},
            {
                name: tuple(column.name for column in listed if column.type == "date")
                for name, listed in columns.items()
            },
            {name: tuple(c.name for c in listed if c.type == "categories") for name, listed in columns.items()},
        )

    def read(self, sent: Mapping[str, Sequence[Any]]) -> ReadRows:
        """Read the rows of all tables."""
        families = Families()
        good: dict[str, dict[int, Row]] = {name: {} for name in self.models}
        for name, place, raw in _each(sent, self.models):
            row, faults = self._row(name, place, raw)
            families.join(_named(raw), faults)
            if row is not None:
                good[name][place] = row
        seen = _Seen.of(good, self.definition)
        for name, rows in good.items():
            for place, row in rows.items():
                families.join(_named(row), tuple(self._between(name, place, row, seen)))
        return _sorted_out(good, sent, families)

    def _row(self, name: str, place: int, raw: Any) -> tuple[Row | None, tuple[Fault, ...]]:  # noqa: ANN401 - any JSON
        rules = self.rules[name]
        try:
            row = dict(self.models[name].model_validate(raw))
        except ValidationError as error:
            return None, tuple(rules.of_error(place, error))
        faults = tuple(rules.of_row(place, row))
        if faults:
            return None, faults
        for column in self.dates[name]:
            row[column] = None if row[column] is None else day_number(row[column])
        for column in self.lists[name]:
            row[column] = (
                None if row[column] is None else ";" + "".join(f"{code};" for code in sorted(set(row[column])))
            )
        row[ROW_ID] = row[ROW_ID] or f"sent {place:09d}"
        return row, ()

    def _between(self, name: str, place: int, row: Row, seen: _Seen) -> Iterator[Fault]:
        """The faults of a row that other rows show: references that lead nowhere, a record number used twice."""
        for column in self.definition.tables[name].columns.values():
            parent, value = column.references, row[column.name]
            if parent is not None and value is not None and value not in seen.keys[parent]:
                yield Fault(name, place, column.name, "reference", Label(f"“{parent}”中的一行", f"a row of '{parent}'"))
        if seen.numbers[name][row[ROW_ID]] > 1:
            yield Fault(name, place, ROW_ID, "record number used", _OWN_NUMBER)
        if row[RETRACTS] is not None and row[RETRACTS] not in seen.numbers[name]:
            yield Fault(name, place, RETRACTS, "retracts", _OTHER_NUMBER)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the rows in order vouch for: keys by table, and how often each record number stands in a table."""

    keys: Mapping[str, set[Any]]
    numbers: Mapping[str, Counter[str]]

    @staticmethod
    def of(good: Mapping[str, Mapping[int, Row]], definition: Definition) -> _Seen:
        return _Seen(
            {name: {row[definition.tables[name].key[0]] for row in rows.values()} for name, rows in good.items()},
            {name: Counter(row[ROW_ID] for row in rows.values()) for name, rows in good.items()},
        )


class Families:
    """Which numbers of households, children and visits stand together in some row, and the faults of each family."""

    def __init__(self) -> None:
        self._parent: dict[Name, Name] = {}
        self._faults: dict[Name, list[Fault]] = {}
        self.unattributed: list[Fault] = []

    def join(self, names: Sequence[Name], faults: Sequence[Fault]) -> None:
        """Say that these numbers belong together, and which faults speak of them."""
        if not names:
            self.unattributed.extend(faults)
            return
        first = self._root(names[0])
        for name in names[1:]:
            root = self._root(name)
            if root != first:
                self._parent[root] = first
                self._faults.setdefault(first, []).extend(self._faults.pop(root, []))
        if faults:
            self._faults.setdefault(first, []).extend(faults)

    def faults(self, name: Name) -> tuple[Fault, ...]:
        """The faults of the family a number belongs to."""
        return tuple(self._faults.get(self._root(name), ()))

    def _root(self, name: Name) -> Name:
        path = []
        while (parent := self._parent.setdefault(name, name)) != name:
            path.append(name)
            name = parent
        for passed in path:
            self._parent[passed] = name
        return name


def _each(sent: Mapping[str, Sequence[Any]], tables: Iterable[str]) -> Iterator[tuple[str, int, Any]]:
    return ((name, place, raw) for name in tables for place, raw in enumerate(sent.get(name, ())))


def _named(raw: object) -> list[Name]:
    """The numbers a row names, as far as they can be read."""
    if not isinstance(raw, Mapping):
        return []
    return [(kind, value) for kind in _TIES if isinstance(value := raw.get(kind), str) and value]


def _sorted_out(
    good: Mapping[str, Mapping[int, Row]], sent: Mapping[str, Sequence[Any]], families: Families
) -> ReadRows:
    tables = {
        name: [row for row in rows.values() if not any(families.faults(tie) for tie in _named(row)[:1])]
        for name, rows in good.items()
    }
    children = (raw.get(CHILD) for raw in sent.get(CHILDREN, ()) if isinstance(raw, Mapping))
    invalid = {
        child: faults
        for child in dict.fromkeys(child for child in children if isinstance(child, str) and child)
        if (faults := families.faults((CHILD, child)))
    }
    return ReadRows(tables, invalid, tuple(families.unattributed))
