"""The rows of a request: the families whose rows are all in order, and the faults of the others.

A row that cannot be read says something of a family that nobody knows, so its whole family gets no score; every other
family is scored as if the row had not been sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from features.definition import Definition, Label
from features.definition.structure import CHILD, CHILDREN, RETRACTS, ROW_ID
from features.record.rows import Row
from serving.service.families import Families, named
from serving.service.faults import OTHER_NUMBER, OWN_NUMBER, Fault
from serving.service.row_models import request_tables
from serving.service.table_reader import TableReader

Sent = Mapping[str, Sequence[Any]]
_Good = Mapping[str, Mapping[int, Row]]


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
    """Reads the rows of requests by the tables of a definition."""

    tables: Mapping[str, TableReader]

    @staticmethod
    def of(definition: Definition) -> RowReader:
        """Make the readers of a definition's tables, once."""
        return RowReader(
            {name: TableReader.of(definition, definition.tables[name]) for name in request_tables(definition)}
        )

    def read(self, sent: Sent) -> ReadRows:
        """Read the rows of all tables; ``sent`` has a list for each."""
        good: dict[str, dict[int, Row]] = {}
        faults: list[Fault] = []
        for name, reader in self.tables.items():
            good[name], found = reader.read(sent[name])
            faults.extend(found)
        faults.extend(self._between(good))
        if not faults:
            return ReadRows({name: list(rows.values()) for name, rows in good.items()}, {}, ())
        return _sorted_out(good, faults, sent)

    def _between(self, good: _Good) -> Iterator[Fault]:
        """What rows show of each other: references that lead nowhere, record numbers used twice or not at all."""
        links = {name: self._links(name, rows) for name, rows in good.items()}
        keys = {name: set(columns[0]) for name, columns in links.items()}
        for name, rows in good.items():
            references = self.tables[name].references
            if _stands(links[name], [keys[parent] for parent in references.values()]):
                continue
            numbers = Counter(links[name][1])
            for place, row in rows.items():
                for column, parent in references.items():
                    if row[column] is not None and row[column] not in keys[parent]:
                        wanted = Label(f"“{parent}”中的一行", f"a row of '{parent}' that is in order")
                        yield Fault(name, place, column, "reference", wanted)
                if numbers[row[ROW_ID]] > 1:
                    yield Fault(name, place, ROW_ID, "record number used", OWN_NUMBER)
                if row[RETRACTS] is not None and row[RETRACTS] not in numbers:
                    yield Fault(name, place, RETRACTS, "retracts", OTHER_NUMBER)

    def _links(self, name: str, rows: Mapping[int, Row]) -> list[tuple[Any, ...]]:
        """Key, record number, what is taken back, and each reference of all rows, a column each."""
        reader = self.tables[name]
        columns = (reader.table.key[0], ROW_ID, RETRACTS, *reader.references)
        return list(zip(*map(itemgetter(*columns), rows.values()), strict=True)) or [()] * len(columns)


def _stands(links: Sequence[tuple[Any, ...]], parents: Sequence[set[Any]]) -> bool:
    """Whether all record numbers differ and all that rows name is there: seen at once for a whole table."""
    _, numbers, retracts, *references = links
    there = set(numbers)
    return (
        len(there) == len(numbers)
        and set(retracts) - {None} <= there
        and all(set(named) - {None} <= known for named, known in zip(references, parents, strict=True))
    )


def _sorted_out(good: _Good, faults: Sequence[Fault], sent: Sent) -> ReadRows:
    """Leave out the families of faulty rows."""
    families = Families(raw for rows in sent.values() for raw in rows)
    unattributed = [fault for fault in faults if not families.blame(sent[fault.table][fault.row], fault)]
    tables = {name: [row for row in rows.values() if not families.faults(named(row))] for name, rows in good.items()}
    children = dict.fromkeys(name for raw in sent[CHILDREN] for name in named(raw) if name[0] == CHILD)
    invalid = {child[1]: found for child in children if (found := families.faults([child]))}
    return ReadRows(tables, invalid, tuple(unattributed))
