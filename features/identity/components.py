"""Group things that belong together, refusing what is known to be apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

Tag = tuple[str, Hashable]
"""A kind and a value: two groups that carry different values of one kind are not joined."""


@dataclass(slots=True)
class Components:
    """Groups of nodes; joining is refused, not raised, and the outcome depends only on the order of the calls."""

    _parent: dict[Hashable, Hashable] = field(default_factory=dict)
    _tags: dict[Hashable, set[Tag]] = field(default_factory=dict)
    _enemies: dict[Hashable, set[Hashable]] = field(default_factory=dict)

    def keep_apart(self, pairs: Iterable[tuple[Hashable, Hashable]]) -> None:
        """Pairs that no later call may join, not even through others."""
        for first, second in pairs:
            one, other = self.find(first), self.find(second)
            if one != other:
                self._enemies.setdefault(one, set()).add(other)
                self._enemies.setdefault(other, set()).add(one)

    def tag(self, node: Hashable, kind: str, value: Hashable) -> None:
        """Give a node's group a tag."""
        self._tags.setdefault(self.find(node), set()).add((kind, value))

    def find(self, node: Hashable) -> Hashable:
        """The node that stands for a group."""
        root = node
        while (above := self._parent.get(root, root)) != root:
            root = above
        while (above := self._parent.get(node, node)) != root:
            self._parent[node] = root
            node = above
        return root

    def may_join(self, first: Hashable, second: Hashable) -> bool:
        """Whether nothing forbids to put two groups together."""
        one, other = self.find(first), self.find(second)
        return one == other or not (self.parted(one, other) or self._contradict(one, other))

    def parted(self, first: Hashable, second: Hashable) -> bool:
        """Whether two groups hold a pair that is to be kept apart."""
        other = self.find(second)
        return any(self.find(enemy) == other for enemy in self._enemies.get(self.find(first), ()))

    def join(self, first: Hashable, second: Hashable, *, whatever_tags: bool = False) -> bool:
        """Put two groups together unless that is forbidden; says whether they are together now."""
        one, other = self.find(first), self.find(second)
        if one == other:
            return True
        if self.parted(one, other) or (self._contradict(one, other) and not whatever_tags):
            return False
        self._parent[other] = one
        for marks in (self._tags, self._enemies):
            _move(marks, other, one)
        return True

    def _contradict(self, one: Hashable, other: Hashable) -> bool:
        mine, theirs = self._tags.get(one, set()), self._tags.get(other, set())
        kinds = {kind for kind, _ in mine} & {kind for kind, _ in theirs}
        return any(not {tag for tag in mine if tag[0] == kind} & theirs for kind in kinds)


def _move(marks: dict[Hashable, set[Any]], source: Hashable, target: Hashable) -> None:
    if source in marks:
        marks.setdefault(target, set()).update(marks.pop(source))
