"""Which rows of a request speak of one family, so that a faulty row costs its own family its score and no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from features.definition.structure import CHILD, HOUSEHOLD, VISIT
from serving.service.faults import Fault

Name = tuple[str, str]

_TIES = (HOUSEHOLD, CHILD, VISIT)


def named(raw: object) -> list[Name]:
    """The numbers of households, children and visits a row names, as far as they can be read."""
    if not isinstance(raw, Mapping):
        return []
    return [(kind, value) for kind in _TIES if isinstance(value := raw.get(kind), str) and value]


class Families:
    """The numbers that stand together in some row, and the faults of each family."""

    def __init__(self, rows: Iterable[object]) -> None:
        self._parent: dict[Name, Name] = {}
        self._faults: dict[Name, list[Fault]] = {}
        for raw in rows:
            self._join(named(raw))

    def blame(self, raw: object, fault: Fault) -> bool:
        """Lay a fault on the family a row speaks of; False when it names none."""
        names = named(raw)
        if names:
            self._faults.setdefault(self._root(names[0]), []).append(fault)
        return bool(names)

    def faults(self, names: Sequence[Name]) -> tuple[Fault, ...]:
        """The faults of the family that some numbers belong to."""
        return tuple(self._faults.get(self._root(names[0]), ())) if names else ()

    def _join(self, names: Sequence[Name]) -> None:
        for name in names[1:]:
            self._parent[self._root(name)] = self._root(names[0])

    def _root(self, name: Name) -> Name:
        passed = []
        while (parent := self._parent.setdefault(name, name)) != name:
            passed.append(name)
            name = parent
        for each in passed:
            self._parent[each] = name
        return name
