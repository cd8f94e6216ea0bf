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
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.filters import MOST
from pipeline.reuse.grams import scatter
from pipeline.reuse.jit import BLOCK, blocks, in_threads, kernel, power_of_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

LONE = 1
"""A shingle counted once stands in one text only and can bring it together with no other."""
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


@kernel
def _sampled(hashes: NDArray[np.uint64], n: int, bound: np.uint64, places: NDArray[np.int32]) -> int:
    """Move the hashes below the bound to the front, with their places; how many. No branch: 3 times faster."""
    kept = 0
    for i in range(n):
        key = hashes[i]
        hashes[kept], places[kept] = key, i
        kept += int(key < bound)
    return kept


@kernel
def _count(
    codes: Codes, starts: Ints, first: int, last: int, bounds: NDArray[np.uint64], table: NDArray[np.uint8]
) -> None:
    """Count every sampled shingle by its hash: never too low, at times too high."""
    mask, room = np.uint64(len(table) - 1), np.max(starts[1:] - starts[:-1])
    hashes, places = np.empty(room, np.uint64), np.empty(room, np.int32)
    for t in range(first, last):
        n = scatter(codes[starts[t] : starts[t + 1]], hashes)
        for k in range(_sampled(hashes, n, bounds[t], places)):
            count = table[hashes[k] & mask]
            table[hashes[k] & mask] = count + np.uint8(count < MOST)


@kernel
def _rarest(hashes: NDArray[np.uint64], n: int, table: NDArray[np.uint8], ranks: NDArray[np.uint64]) -> int:
    """The rarest of `n` shingles that stand elsewhere too, sorted, to the front of `ranks`; how many.

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
    size, room = keys.shape[1], np.max(starts[1:] - starts[:-1])
    hashes, places = np.empty(room, np.uint64), np.empty(room, np.int32)
    ranks = np.empty(size + 1 + room, np.uint64)
    for t in range(first, last):
        n = scatter(codes[starts[t] : starts[t + 1]], hashes)
        n = _sampled(hashes, n, bounds[t], places)
        for j in range(_rarest(hashes, n, table, ranks[: size + 1 + n])):
            k = ranks[j] & _INDEX
            # The sampled hashes are all small: a product spreads them over the upper bits again.
            keys[t, j], out[t, j] = np.uint32(hashes[k] * _SPREAD >> _32), places[k]


def _bounds(lengths: Ints, sampled: int) -> NDArray[np.uint64]:
    """Below which hash a shingle of a text of each length is sampled: about `sampled` of each text are."""
    share = np.minimum(sampled / np.maximum(lengths, 1), 1.0 - 2.0**-50)
    return np.asarray(share * 2.0**64, np.uint64)


def sketch(codes: Codes, starts: Ints, sampled: int, size: int) -> Sketches:
    """Sketches of all texts.

    Args:
        codes: (n_codes,) all texts, one after the other.
        starts: (n_texts + 1,) where each begins.
        sampled: about how many shingles of a text are sampled.
        size: the rarest so many of these are chosen.
    """
    lengths, n = np.diff(starts), len(starts) - 1
    bounds = _bounds(lengths, sampled)
    slots = power_of_two(2 * int(np.minimum(lengths, sampled).sum()))

    def count(first: int, last: int) -> NDArray[np.uint8]:
        table = np.zeros(slots, np.uint8)
        _count(codes, starts, first, last, bounds, table)
        return table

    table, other = in_threads(count, [(0, n // 2), (n // 2, n)])
    np.add(table, other, out=table)
    table[table < other] = MOST
    del other
    keys, places = np.full((n, size), NO_KEY, np.uint32), np.zeros((n, size), np.int32)
    in_threads(lambda first, last: _choose(codes, starts, first, last, bounds, table, keys, places), blocks(n, BLOCK))
    return Sketches(keys, places)
