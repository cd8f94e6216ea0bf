"""Texts whose sketches share a shingle: sorted together, a part of all shingles at a time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.filters import Texts, asked, bags_allow
from pipeline.reuse.grams import EMPTY, mix
from pipeline.reuse.jit import blocks, in_threads, kernel, power_of_two
from pipeline.reuse.sketch import NO_KEY, Sketches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

PART = 1 << 15
"""Shingles sorted and compared at once: 256 KB, and what is known of each, stay in the second cache."""
MOST_PARTS = 1 << 12
"""More parts cost more to deal out than they save: each needs a line of the cache while it is filled."""
WAITING = 256
"""Pairs collected before their histograms are compared: these 32 KB stay in the fastest cache."""
_32 = np.uint64(32)
_ENTRY = np.uint64(0xFFFFFFFF)


@kernel
def _sizes(keys: NDArray[np.uint32], shift: np.uint32, ends: Ints) -> None:
    """Add up in `ends` (n_parts + 1,) where each part of the shingles begins, by the upper bits of their keys."""
    for key in keys:
        ends[(key >> shift) + 1] += int(key != NO_KEY)
    for part in range(len(ends) - 1):
        ends[part + 1] += ends[part]


@kernel
def _deal(keys: NDArray[np.uint32], shift: np.uint32, ends: Ints, out: NDArray[np.uint64]) -> None:
    """Write each shingle, its key before its entry, where its part goes on."""
    for entry in range(len(keys)):
        key = keys[entry]
        if key != NO_KEY:
            out[ends[key >> shift]] = np.uint64(key) << _32 | np.uint64(entry)
            ends[key >> shift] += 1


def _parts(keys: NDArray[np.uint32]) -> list[NDArray[np.uint64]]:
    """The shingles in parts of about `PART`, in the order of the parts; equal ones are in one part."""
    n_parts = min(power_of_two(len(keys) // PART), MOST_PARTS)
    shift = np.uint32(33 - n_parts.bit_length())
    ends = np.zeros(n_parts + 1, np.int64)
    _sizes(keys, shift, ends)
    bounds = list(itertools.pairwise(ends.tolist()))
    dealt = np.empty(ends[-1], np.uint64)
    _deal(keys, shift, ends, dealt)
    return [dealt[start:end] for start, end in bounds]


@kernel
def _facts(part: NDArray[np.uint64], size: int, starts: Ints, places: NDArray[np.int32]) -> NDArray[np.int32]:
    """(3, n) text of each shingle, its length, and the place of the shingle, by which most pairs are told apart."""
    facts = np.empty((3, len(part)), np.int32)
    for k in range(len(part)):
        entry = np.int64(part[k] & _ENTRY)
        text = entry // size
        facts[0, k], facts[1, k], facts[2, k] = text, starts[text + 1] - starts[text], places[entry]
    return facts


@kernel
def _slot(pairs: NDArray[np.uint64], pair: np.uint64) -> np.uint64:
    """Where a pair stands in an open hash table, or the empty slot where it would."""
    mask = np.uint64(len(pairs) - 1)
    slot = mix(pair) & mask
    while pairs[slot] != EMPTY and pairs[slot] != pair:
        slot = (slot + np.uint64(1)) & mask
    return slot


@kernel
def _add(pairs: NDArray[np.uint64], n: int, pair: np.uint64) -> tuple[NDArray[np.uint64], int]:
    """Enter a pair into a hash table of `n`, which grows when it is half full: the table and how many now."""
    slot = _slot(pairs, pair)
    if pairs[slot] == pair:
        return pairs, n
    pairs[slot] = pair
    if 2 * n < len(pairs):
        return pairs, n + 1
    grown = np.full(4 * len(pairs), EMPTY, np.uint64)
    for old in pairs:
        if old != EMPTY:
            grown[_slot(grown, old)] = old
    return grown, n + 1


@kernel
def _gather(
    part: NDArray[np.uint64], facts: NDArray[np.int32], reach: Ints, at: Ints, waiting: NDArray[np.int32]
) -> int:
    """Fill `waiting` with pairs of equal shingles at about the same place of about equally long texts; how many.

    `at` says where to go on: the shingle, the next to compare it with, and the end of the shingles equal to it.
    """
    i, k, end = at
    n = 0
    while i < len(part) and n < len(waiting):
        while end < len(part) and part[end] >> _32 == part[i] >> _32:
            end += 1
        length, place, most = facts[1, i], facts[2, i], np.int32(reach[facts[1, i]])
        while k < end and n < len(waiting):
            waiting[n, 0], waiting[n, 1] = i, k
            n += int((abs(length - facts[1, k]) <= most) & (abs(place - facts[2, k]) <= most))
            k += 1
        if k == end:
            i += 1
            k = i + 1
            end = max(end, i)
    at[0], at[1], at[2] = i, k, end
    return n


@kernel
def _check(waiting: NDArray[np.int32], facts: NDArray[np.int32], texts: Texts, out: NDArray[np.uint64]) -> int:
    """Write to `out` those of the waiting pairs of shingles whose texts may be near; how many.

    The first loop only fetches the histograms: without anything to wait for, it fetches dozens at once.
    """
    bag, new, fetched = texts.bag, texts.new, np.uint64(0)
    for row in range(len(waiting)):
        fetched |= np.uint64(bag[facts[0, waiting[row, 0]], 0] | bag[facts[0, waiting[row, 1]], 0])
    out[-1] = fetched  # a value that nothing uses would not be fetched
    n = 0
    for row in range(len(waiting)):
        i, k = waiting[row, 0], waiting[row, 1]
        x, y = facts[0, i], facts[0, k]
        edits = texts.slack[max(facts[1, i], facts[1, k])]
        apart = max(abs(facts[1, i] - facts[1, k]), abs(facts[2, i] - facts[2, k]))
        if apart <= edits and x != y and (new[x] or new[y]) and bags_allow(bag, x, y, edits, False):
            out[n] = np.uint64(min(x, y)) << _32 | np.uint64(max(x, y))
            n += 1
    return n


@kernel
def _meet(
    part: NDArray[np.uint64],
    facts: NDArray[np.int32],
    texts: Texts,
    reach: Ints,
    pairs: NDArray[np.uint64],
    n_pairs: int,
) -> tuple[NDArray[np.uint64], int]:
    """Add to `pairs` the texts that share a shingle at about the same place and may be near."""
    waiting, found = np.empty((WAITING, 2), np.int32), np.empty(WAITING + 1, np.uint64)
    at = np.array([0, 1, 0])
    while at[0] < len(part):
        n = _gather(part, facts, reach, at, waiting)
        for k in range(_check(waiting[:n], facts, texts, found)):
            pairs, n_pairs = _add(pairs, n_pairs, found[k])
    return pairs, n_pairs


def meet(
    sketches: Sketches, codes: Codes, starts: Ints, share: float, new: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Candidate pairs (x, y), x < y, (n, 2), each once, sorted: nearly all whose edit similarity is at least `share`.

    Args:
        sketches: of all texts.
        codes: (n_codes,) the texts, one after the other.
        starts: (n_texts + 1,) where each begins.
        share: least edit similarity.
        new: (n_texts,) only pairs with at least one of these texts; all pairs if None.
    """
    texts = asked(codes, starts, share, new)
    # What is allowed beside the longest text that may be near a text of each length.
    lengths = np.arange(len(texts.slack))
    reach = texts.slack[np.minimum(lengths / share + 1, len(lengths) - 1).astype(np.int64)]
    keys, places = sketches.keys.reshape(-1), sketches.places.reshape(-1)
    parts, size = _parts(keys), sketches.keys.shape[1]

    def work(first: int, last: int) -> NDArray[np.uint64]:
        pairs, n = np.full(1024, EMPTY, np.uint64), 0
        for part in parts[first:last]:
            part.sort()
            pairs, n = _meet(part, _facts(part, size, starts, places), texts, reach, pairs, n)
        return np.asarray(pairs[pairs != EMPTY])

    found = in_threads(work, blocks(len(parts), max(len(parts) // 8, 1)))
    pairs = np.unique(np.concatenate(found))
    return np.stack([pairs >> _32, pairs & _ENTRY], axis=1).astype(np.int32)
