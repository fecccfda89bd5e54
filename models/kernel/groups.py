"""Groups of neighbouring leaves: the tests that index their common table, and what each leaf adds to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.kernel.codes import Codebook, CodeTest, Condition
from models.kernel.cutting import Cutter, Piece
from models.kernel.trees import Tree


@dataclass(frozen=True, slots=True)
class Play:
    """One feature on the path of a leaf: a player, in the words of Shapley.

    ``slot``: its place among the group's features. ``share``: of the rows of training, what its splits let through.
    A row satisfies it if its bits under ``mask`` are ``wanted``.
    """

    slot: int
    share: float
    mask: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf's value and the features on its path."""

    value: float
    plays: tuple[Play, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Leaves that share a table: the tests that make its index, lowest bit first, and the features it adds to."""

    tests: tuple[CodeTest, ...]
    features: tuple[int, ...]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """What the path above a group says of one feature: its conditions together, and the share of rows let through."""

    condition: Condition
    share: float


_Path = Mapping[int, _Step]


def groups_of(tree: Tree, codebook: Codebook) -> Iterator[Group]:
    """The groups of a tree; together they hold each leaf once. A tree of one leaf has one without tests.

    Raises:
        KernelUnsupportedError: the tree is deeper than there are bits.
    """
    if not len(tree.feature):
        yield Group((), (), (Leaf(float(tree.leaf_value[0]), ()),))
        return
    paths = _paths(tree, codebook)
    for piece in Cutter(tree).pieces():
        yield _group(tree, codebook, piece, paths[piece.top])


def _paths(tree: Tree, codebook: Codebook) -> dict[int, _Path]:
    """What the path to each internal node says."""
    paths: dict[int, _Path] = {0: {}}
    waiting = [0]
    while waiting:
        node = waiting.pop()
        for child, left in ((int(tree.left[node]), True), (int(tree.right[node]), False)):
            if child >= 0:
                condition = codebook.condition(tree, node, left=left)
                paths[child] = _onward(paths[node], condition, _share(tree, node, child))
                waiting.append(child)
    return paths


def _onward(path: _Path, condition: Condition, share: float) -> _Path:
    met = path.get(condition.feature)
    step = _Step(condition, share) if met is None else _Step(met.condition.narrowed(condition), met.share * share)
    return {**path, condition.feature: step}


def _share(tree: Tree, node: int, child: int) -> float:
    return tree.rows_at(child) / float(tree.rows[node])


def _group(tree: Tree, codebook: Codebook, piece: Piece, above: _Path) -> Group:
    tests = [codebook.test(step.condition) for step in above.values()]
    tests += [codebook.test(codebook.condition(tree, node, left=True)) for node in piece.nodes]
    bits = {node: 1 << (len(above) + place) for place, node in enumerate(piece.nodes)}
    features = tuple(dict.fromkeys([*above, *(int(tree.feature[node]) for node in piece.nodes)]))
    slots = {feature: slot for slot, feature in enumerate(features)}
    plays = {
        feature: Play(slots[feature], step.share, 1 << slots[feature], 1 << slots[feature])
        for feature, step in above.items()
    }
    return Group(tuple(tests), features, tuple(_Walk(tree, bits, slots).leaves(piece.top, plays)))


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk over the nodes of a group, each with its bit; ``slots`` are the places of the group's features."""

    tree: Tree
    bits: Mapping[int, int]
    slots: Mapping[int, int]

    def leaves(self, node: int, plays: Mapping[int, Play]) -> Iterator[Leaf]:
        """The leaves of the group below a node; ``plays`` are those of the path to it, by feature."""
        feature, bit = int(self.tree.feature[node]), self.bits[node]
        met = plays.get(feature, Play(self.slots[feature], 1.0, 0, 0))
        for child, wanted in ((int(self.tree.left[node]), bit), (int(self.tree.right[node]), 0)):
            share = met.share * _share(self.tree, node, child)
            play = Play(met.slot, share, met.mask | bit, met.wanted | wanted)
            onward = {**plays, feature: play}
            if child < 0:
                yield Leaf(float(self.tree.leaf_value[~child]), tuple(onward.values()))
            elif child in self.bits:
                yield from self.leaves(child, onward)
