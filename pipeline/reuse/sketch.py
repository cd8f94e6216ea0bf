"""Sketches: a few rare shingles that stand for a text, chosen so that near texts choose the same.

Each shingle decides by itself whether it is chosen: its hash says whether it is sampled (bottom-k sketches, Cohen
and Kaplan 2007), its count how rare it is. So what two near texts share is chosen in both or in neither.

A pair of n characters within 0.2 n edits shares at least 0.2 n - 3 shingles of four even when the edits are spread to
hurt most, and 0.41 n when they fall at random. Of 40 sampled shingles that is 8 or 16 on average, so that sampling
alone misses one pair in 3,000 at that worst and one in 10 million at random. What the rarest of them miss is measured
(experiments/results/reuse-pairs.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.reuse.filters import MOST
from pipeline.reuse.grams import digits_alike, scatter
from pipeline.reuse.jit import BLOCK, blocks, in_threads, kernel, power_of_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

LONE = 1
"""A shingle counted once stands in one text only and can bring it together with no other."""
LEAST, FREQUENT = 12, 24
"""A sketch takes so many shingles whatever they are, and beyond them none that is counted more often than this. Without
the limit each of a million texts met 204 others, now 63, and of 92,533 pairs 2 are lost. Texts of one wide family share
nothing but frequent shingles: with 8 instead of 12 the members of a family of 400 lost one pair in thirty."""
NO_KEY = 0xFFFFFFFF
"""Fills the row of a text with fewer shingles than a sketch has room for."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_24, _32, _56 = np.uint64(24), np.uint64(32), np.uint64(56)
_INDEX = np.uint64((1 << 24) - 1)


@dataclass(frozen=True)
class Sketches:
    """The chosen shingles of texts, (n_texts, size) each.

    Attributes:
        keys: 32 bits of the hash of each shingle; rows of texts with fewer shingles end with `NO_KEY`.
        places: place of each shingle in its text.
    """

    keys: NDArray[np.uint32]
    places: NDArray[np.int32]


class Scratch(NamedTuple):
    """Room for one text: its codes with every digit alike, the hashes of its shingles and their places."""

    plain: Codes
    hashes: NDArray[np.uint64]
    places: NDArray[np.int32]


@kernel
def _scratch(starts: Ints) -> Scratch:
    room = 0
    for t in range(len(starts) - 1):
        room = max(room, starts[t + 1] - starts[t])
    return Scratch(np.empty(room, np.uint16), np.empty(room, np.uint64), np.empty(room, np.int32))


@kernel
def _sampled(text: Codes, bound: np.uint64, side: np.uint64, bit: np.uint64, scratch: Scratch) -> int:
    """Fill hashes and places with the shingles of which the hash is below the bound and has `side` in `bit`; how many.

    The loop has no branch, which makes it 3 times faster.
    """
    digits_alike(text, scratch.plain)
    hashes, places, kept = scratch.hashes, scratch.places, 0
    for i in range(scatter(scratch.plain[: len(text)], hashes)):
        key = hashes[i]
        hashes[kept], places[kept] = key, i
        kept += int((key < bound) & (key & bit == side))
    return kept


@kernel
def _count(codes: Codes, starts: Ints, bounds: NDArray[np.uint64], upper: int, table: NDArray[np.uint8]) -> None:
    """Count the sampled shingles in one half of the table by their hashes: never too low, at times too high."""
    mask, bit, scratch = np.uint64(len(table) - 1), np.uint64(len(table) // 2), _scratch(starts)
    for t in range(len(starts) - 1):
        text = codes[starts[t] : starts[t + 1]]
        for k in range(_sampled(text, bounds[t], np.uint64(upper) * bit, bit, scratch)):
            slot = scratch.hashes[k] & mask
            table[slot] += np.uint8(table[slot] < MOST)


@kernel
def _rarest(hashes: NDArray[np.uint64], n: int, table: NDArray[np.uint8], ranks: NDArray[np.uint64]) -> int:
    """The rarest of `n` shingles that stand elsewhere too, rarest first, to the front of `ranks`; how many.

    Each is its count, part of its hash (to break ties alike in all texts) and its index.
    """
    mask, found, size = np.uint64(len(table) - 1), 0, len(ranks) - n - 1
    tail = ranks[size + 1 :]
    for k in range(n):
        tail[k] = np.uint64(table[hashes[k] & mask]) << _56
    for k in range(n):
        if tail[k] == np.uint64(LONE) << _56:
            continue
        rank = tail[k] | (hashes[k] >> _32 << _24) | np.uint64(k)
        if found == size and rank > ranks[size - 1]:
            continue
        at = found if found < size else size - 1
        while at > 0 and ranks[at - 1] > rank:
            ranks[at] = ranks[at - 1]
            at -= 1
        ranks[at] = rank
        found += int(found < size)
    while found > LEAST and ranks[found - 1] >> _56 > FREQUENT:
        found -= 1
    return found


@kernel
def _choose(
    codes: Codes,
    starts: Ints,
    first: int,
    last: int,
    bounds: NDArray[np.uint64],
    table: NDArray[np.uint8],
    keys: NDArray[np.uint32],
    out: NDArray[np.int32],
) -> None:
    """Fill the keys and places of the chosen shingles of the texts `[first, last)`."""
    size, scratch, every = keys.shape[1], _scratch(starts), np.uint64(0)
    ranks = np.empty(size + 1 + len(scratch.hashes), np.uint64)
    for t in range(first, last):
        n = _sampled(codes[starts[t] : starts[t + 1]], bounds[t], every, every, scratch)
        for j in range(_rarest(scratch.hashes, n, table, ranks[: size + 1 + n])):
            k = ranks[j] & _INDEX
            # The sampled hashes are all small: a product spreads them over the upper bits again.
            keys[t, j], out[t, j] = np.uint32(scratch.hashes[k] * _SPREAD >> _32), scratch.places[k]


def _bounds(lengths: Ints, sampled: int) -> NDArray[np.uint64]:
    """Below which hash a shingle of a text of each length is sampled: about `sampled` of each text are."""
    share = np.minimum(sampled / np.maximum(lengths, 1), 1.0 - 2.0**-50)
    return np.asarray(share * 2.0**64, np.uint64)


def sketch(codes: Codes, starts: Ints, sampled: int, size: int) -> Sketches:
    """Sketches of all texts, with every digit alike.

    Args:
        codes: (n_codes,) all texts, one after the other.
        starts: (n_texts + 1,) where each begins.
        sampled: about how many shingles of a text are sampled.
        size: the rarest so many of these are chosen.
    """
    lengths, n = np.diff(starts), len(starts) - 1
    bounds = _bounds(lengths, sampled)
    table = np.zeros(power_of_two(2 * int(np.minimum(lengths, sampled).sum())), np.uint8)
    # Each thread reads all texts and counts what falls into its half: a table for each, and their sum, took longer.
    in_threads(lambda upper, _end: _count(codes, starts, bounds, upper, table), [(0, 1), (1, 2)])
    keys, places = np.full((n, size), NO_KEY, np.uint32), np.zeros((n, size), np.int32)
    in_threads(lambda first, last: _choose(codes, starts, first, last, bounds, table, keys, places), blocks(n, BLOCK))
    return Sketches(keys, places)
