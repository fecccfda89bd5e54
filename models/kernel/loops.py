"""The kernel's inner loops: plain Python over arrays, compiled by ``models.kernel.compiled`` before use.

They read nothing but their arguments, so that compiled code kept on disk can never be out of date.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.unsignedinteger[Any]]


class Leaves(NamedTuple):
    """The leaves of every group, for making the tables.

    Attributes:
        group_bits: tests of each group, shape (g,).
        group_tables: where the tables of each group begin, shape (g + 1,): ``2 ** bits`` values for each feature.
        group_leaves: where the leaves of each group begin, shape (g + 1,).
        leaf_values: value of each leaf, shape (l,).
        leaf_plays: where the plays of each leaf begin, shape (l + 1,).
        plays: slot, mask and wanted bits of each play, shape (m, 3).
        shares: share of each play, shape (m,).
    """

    group_bits: Ints
    group_tables: Ints
    group_leaves: Ints
    leaf_values: Floats
    leaf_plays: Ints
    plays: Ints
    shares: Floats


class Paths(NamedTuple):
    """What finds the leaf of a row in every group: its codes, the tests of the group, and the value they lead to.

    Attributes:
        columns: feature, what is missing, the code of missing, and the column that has the same codes but for that,
            of each column of codes, shape (c, 4).
        cut_starts: where the thresholds of each feature begin, shape (p + 1,).
        cuts: the thresholds, rising for each feature.
        group_tests: where the tests of each group begin, shape (g + 1,).
        test_columns: the column of codes that each test reads.
        test_starts: the code each test starts from.
        test_widths: how far from it a code may lie.
        group_values: where the values of each group begin, shape (g + 1,): ``2 ** tests`` of them.
        values: for every outcome of a group's tests the value of the leaf it is the path to, or 0.
    """

    columns: Ints
    cut_starts: Ints
    cuts: Floats
    group_tests: Ints
    test_columns: Ints
    test_starts: Codes
    test_widths: Codes
    group_values: Ints
    values: Floats


class Tables(NamedTuple):
    """What each feature of a group gives to a row, by the outcome of the group's paths.

    Attributes:
        group_slots: where the features of each group begin, shape (g + 1,).
        slots: the features.
        group_tables: where the tables of each group begin, shape (g + 1,): one for each feature.
        tables: the tables.
    """

    group_slots: Ints
    slots: Ints
    group_tables: Ints
    tables: Floats


class Room(NamedTuple):
    """Room to work on a block of rows.

    Attributes:
        codes: codes, shape (c, block).
        outcomes: the outcomes of one group's tests, shape (block,).
        sums: what each feature gives to each row, shape (p, block).
    """

    codes: Codes
    outcomes: npt.NDArray[np.uint8]
    sums: Floats


def fill_values(leaves: Leaves, group_values: Ints, values: Floats) -> None:
    """Write the value of each leaf where the outcome says that a row satisfies every feature on its path.

    A leaf's row gets the values of its tree's other groups too: they are 0, so that the sum over groups in the order
    of the trees is LightGBM's own sum to the last bit.
    """
    for group in range(len(leaves.group_bits)):
        for leaf in range(leaves.group_leaves[group], leaves.group_leaves[group + 1]):
            for outcome in range(1 << leaves.group_bits[group]):
                there = True
                for play in range(leaves.leaf_plays[leaf], leaves.leaf_plays[leaf + 1]):
                    there = there and outcome & leaves.plays[play, 1] == leaves.plays[play, 2]
                if there:
                    values[group_values[group] + outcome] = leaves.leaf_values[leaf]


def fill_tables(leaves: Leaves, tables: Floats) -> None:
    """Add up what the leaves of each group give to each of its features, for every outcome of its paths.

    A leaf of value v with d features gives feature f, when a row satisfies the features S,
    ``v (o_f - z_f) sum over T within S without f of |T|! (d - |T| - 1)! / d! prod of z_g over g not in T, g not f``,
    where z is the share of a feature, and o_f is 1 if f is in S and 0 if not (Lundberg et al. 2020). ``tables`` are
    zeros and receive the sums.
    """
    most = (leaves.leaf_plays[1:] - leaves.leaf_plays[:-1]).max()
    sums, products = np.empty(1 << most), np.empty(1 << most)
    polynomials = np.zeros((1 << most, most + 1))
    for group in range(len(leaves.group_bits)):
        outcomes = 1 << leaves.group_bits[group]
        for leaf in range(leaves.group_leaves[group], leaves.group_leaves[group + 1]):
            first, end = leaves.leaf_plays[leaf], leaves.leaf_plays[leaf + 1]
            if first == end:
                continue
            sum_over_sets(leaves.shares[first:end], sums, products, polynomials)
            everyone = (1 << (end - first)) - 1
            for outcome in range(outcomes):
                satisfied = 0
                for play in range(first, end):
                    if outcome & leaves.plays[play, 1] == leaves.plays[play, 2]:
                        satisfied |= 1 << (play - first)
                entry = leaves.group_tables[group] + outcome
                for play in range(first, end):
                    own = 1 << (play - first)
                    gain = (1.0 if satisfied & own else 0.0) - leaves.shares[play]
                    others = sums[satisfied & ~own] * products[everyone & ~satisfied & ~own]
                    tables[entry + leaves.plays[play, 0] * outcomes] += leaves.leaf_values[leaf] * gain * others


def sum_over_sets(shares: Floats, sums: Floats, products: Floats, polynomials: Floats) -> None:
    """For every set U of features: the product of their shares, and the weighted sum over the sets T within U.

    The sum is ``sum over T of |T|! (d - |T| - 1)! / d! prod of shares over U without T``. It comes from the polynomial
    ``prod over U of (x + share)``, whose coefficient of ``x ** k`` adds up the products of all T of size k.

    Args:
        shares: share of each of the d features, shape (d,).
        sums: receives the sum of each set, by its bits; the set of all features is not needed and has none.
        products: receives the product of each set.
        polynomials: room for the coefficients, shape (2 ** d, d + 1) at least.
    """
    count = len(shares)
    polynomials[0, 0] = products[0] = 1.0
    sums[0] = 1.0 / count
    last, size_of_last = 0, 1
    for members in range(1, 1 << count):
        if members == size_of_last << 1:
            last, size_of_last = last + 1, members
        rest = members ^ size_of_last
        size = 0
        for place in range(last):
            size += (rest >> place) & 1
        share = shares[last]
        products[members] = products[rest] * share
        polynomials[members, 0] = polynomials[rest, 0] * share
        for power in range(1, size + 1):
            polynomials[members, power] = polynomials[rest, power] * share + polynomials[rest, power - 1]
        polynomials[members, size + 1] = polynomials[rest, size]
        # weight = power! (count - power - 1)! / count!
        weight, total = 1.0 / count, 0.0
        for power in range(min(size + 2, count)):
            total += weight * polynomials[members, power]
            if power + 1 < count:
                weight *= (power + 1) / (count - power - 1)
        sums[members] = total


def score_rows(rows: npt.NDArray[np.float32], paths: Paths, room: Room, scores: Floats) -> None:
    """Write the score of each row into ``scores``, shape (n,); the sums of the room are not used."""
    block = len(room.outcomes)
    for start in range(0, len(rows), block):
        end = min(start + block, len(rows))
        encode(rows[start:end], paths, room.codes)
        scores[start:end] = 0.0
        for group in range(len(paths.group_values) - 1):
            find_outcomes(paths, group, room, end - start)
            values = paths.values[paths.group_values[group] : paths.group_values[group + 1]]
            for row in range(end - start):
                scores[start + row] += values[np.uint64(room.outcomes[row])]


def explain_rows(rows: npt.NDArray[np.float32], paths: Paths, tables: Tables, room: Room, result: Floats) -> None:
    """Write what each feature gives to the score of each row into ``result``, shape (n, p).

    Rows go through all groups a block at a time, so that their codes and sums stay in the nearest memory.
    """
    block = len(room.outcomes)
    for start in range(0, len(rows), block):
        end = min(start + block, len(rows))
        encode(rows[start:end], paths, room.codes)
        room.sums[:] = 0.0
        for group in range(len(tables.group_tables) - 1):
            find_outcomes(paths, group, room, end - start)
            add_entries(tables, group, room, end - start)
        for feature in range(rows.shape[1]):
            for row in range(start, end):
                result[row, feature] = room.sums[feature, row - start]


def encode(rows: npt.NDArray[np.float32], paths: Paths, codes: Codes) -> None:
    """The codes of some rows, shape (c, block): how many thresholds lie below a value, or the code of missing.

    LightGBM takes whatever is as near to zero as ``1e-35`` (a 32-bit number) for zero.
    """
    zero = float(np.float32(1e-35))
    for column in range(len(paths.columns)):
        feature, missing, missing_code, base = paths.columns[column]
        if base != column:
            lone = paths.columns[base, 2]
            for row in range(len(rows)):
                code = codes[base, row]
                codes[column, row] = missing_code if code == lone else code
            continue
        first, beyond = paths.cut_starts[feature], paths.cut_starts[feature + 1]
        for row in range(len(rows)):
            value = float(rows[row, feature])
            unknown = np.isnan(value)
            if abs(value) <= zero or (unknown and missing != 2):
                value = 0.0
            if (missing == 2 and unknown) or (missing == 1 and value == 0.0):
                codes[column, row] = missing_code
                continue
            low, left = first, beyond - first
            while left > 0:
                # Written as a choice of values, not of ways: a branch nobody can foretell costs more than the step.
                half = (left + 1) >> 1
                low += half if paths.cuts[low + half - 1] < value else 0
                left -= half
            codes[column, row] = low - first


def find_outcomes(paths: Paths, group: int, room: Room, count: int) -> None:
    """The outcome of a group's tests for each of ``count`` rows: one bit for each test."""
    outcomes = room.outcomes
    outcomes[:count] = 0
    first = paths.group_tests[group]
    for test in range(first, paths.group_tests[group + 1]):
        codes = room.codes[paths.test_columns[test]]
        start, width, bit = paths.test_starts[test], paths.test_widths[test], np.uint8(1 << (test - first))
        for row in range(count):
            # The difference goes round below zero: see models.kernel.codes.
            outcomes[row] |= bit if codes.dtype.type(codes[row] - start) <= width else np.uint8(0)


def add_entries(tables: Tables, group: int, room: Room, count: int) -> None:
    """Add the entries that each of ``count`` rows found to the features of the group."""
    first, beyond = tables.group_slots[group], tables.group_slots[group + 1]
    step = (tables.group_tables[group + 1] - tables.group_tables[group]) // max(beyond - first, 1)
    for place in range(first, beyond):
        start = tables.group_tables[group] + (place - first) * step
        entries = tables.tables[start : start + step]
        sums = room.sums[tables.slots[place]]
        for row in range(count):
            # An unsigned index spares a test for "counted from the end".
            sums[row] += entries[np.uint64(room.outcomes[row])]
