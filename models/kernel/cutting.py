"""Where to cut a tree, so that the fewest groups of neighbouring leaves hold all its leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.kernel.trees import KernelUnsupportedError, Tree

# One bit for each test of a group: eight make a byte, and a table of 256 entries for each feature.
MOST_BITS = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A connected part of a tree: its top node and all internal nodes in it. Their leaves belong to it."""

    top: int
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Plan:
    """How many groups a subtree takes, and how many nodes ``given`` then says (see where plans are made)."""

    groups: int
    given: int


# More groups than any tree has nodes: what cannot be done is never the least.
_IMPOSSIBLE = _Plan(1 << 30, 0)


class Cutter:
    """Cuts one tree by dynamic programming.

    A group takes one bit for each distinct feature above its top node and one for each internal node in it.

    Raises:
        KernelUnsupportedError: the tree is deeper than there are bits.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._sizes: dict[int, int] = {}
        self._room: dict[int, int] = {}
        self._best_plans: dict[int, _Plan] = {}
        self._top_plans: dict[tuple[int, int], _Plan] = {}
        self._measure(0, ())

    def pieces(self, node: int = 0) -> Iterator[Piece]:
        """The pieces of the subtree of an internal node; together they hold each of its leaves once."""
        nodes, further = self._taken(node, self._best(node).given)
        if nodes:
            yield Piece(node, tuple(nodes))
        else:
            further = list(self._children(node))
        for below in further:
            yield from self.pieces(below)

    def _measure(self, node: int, above: tuple[int, ...]) -> int:
        """Note the nodes in the subtree of a node and the bits left for it; returns the first."""
        if node < 0:
            return 0
        if len(above) == MOST_BITS:
            raise KernelUnsupportedError(f"a tree is deeper than {MOST_BITS} splits")
        self._room[node] = MOST_BITS - len(set(above))
        beyond = (*above, int(self._tree.feature[node]))
        self._sizes[node] = 1 + sum(self._measure(child, beyond) for child in self._children(node))
        return self._sizes[node]

    def _children(self, node: int) -> tuple[int, int]:
        return int(self._tree.left[node]), int(self._tree.right[node])

    def _best(self, node: int) -> _Plan:
        """The fewest groups for the subtree of a node; ``given``: the nodes of the group it is the top of, or 0."""
        if node not in self._best_plans:
            whole = self._sizes[node]
            fits = whole <= self._room[node]
            self._best_plans[node] = _Plan(1, whole) if fits else min(self._choices(node))
        return self._best_plans[node]

    def _choices(self, node: int) -> Iterator[_Plan]:
        left, right = self._children(node)
        if left >= 0 and right >= 0:
            yield _Plan(self._best(left).groups + self._best(right).groups, 0)
        for bits in range(1, self._room[node] + 1):
            yield _Plan(1 + self._as_top(node, bits).groups, bits)

    def _as_top(self, node: int, bits: int) -> _Plan:
        """The fewest further groups if a group takes ``bits`` nodes from node on; ``given``: those on its left."""
        if (node, bits) not in self._top_plans:
            left, right = self._children(node)
            choices = (
                _Plan(self._side(left, given) + self._side(right, bits - 1 - given), given) for given in range(bits)
            )
            self._top_plans[node, bits] = min(*choices, _IMPOSSIBLE)
        return self._top_plans[node, bits]

    def _side(self, child: int, bits: int) -> int:
        """The fewest further groups for one side of a node, when its group takes ``bits`` nodes there."""
        if not bits:
            return 0 if child < 0 else self._best(child).groups
        if child < 0 or bits > self._sizes[child]:
            return _IMPOSSIBLE.groups
        return 0 if bits == self._sizes[child] else self._as_top(child, bits).groups

    def _taken(self, node: int, bits: int) -> tuple[list[int], list[int]]:
        """The ``bits`` nodes that a group takes from a node on, and the internal nodes that follow it below."""
        if node < 0:
            return [], []
        if not bits:
            return [], [node]
        given = self._as_top(node, bits).given
        left, right = self._children(node)
        (taken, edge), (more, further) = self._taken(left, given), self._taken(right, bits - 1 - given)
        return [node, *taken, *more], edge + further
