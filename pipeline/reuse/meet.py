"""Texts whose sketches share a shingle: sorted together, a part of all shingles at a time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.filters import allowed, bags, bags_allow
from pipeline.reuse.grams import EMPTY, mix
from pipeline.reuse.jit import in_threads, kernel
from pipeline.reuse.sketch import NO_KEY, Sketches, sketch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

PART = 1 << 18
"""Shingles compared at once."""
WAITING = 256
"""Pairs collected before their histograms are compared: these 32 KB stay in the fastest cache."""
_32 = np.uint64(32)
_ENTRY = np.uint64(0xFFFFFFFF)


@kernel
def _facts(order: NDArray[np.uint64], size: int, starts: Ints, places: NDArray[np.int32]) -> NDArray[np.int32]:
    """(3, n) text of each shingle, its length, and the place of the shingle, by which most pairs are told apart."""
    facts = np.empty((3, len(order)), np.int32)
    for k in range(len(order)):
        entry = np.int64(order[k] & _ENTRY)
        text = entry // size
        facts[0, k], facts[1, k], facts[2, k] = text, starts[text + 1] - starts[text], places[entry]
    return facts


@kernel
def _add(pairs: NDArray[np.uint64], n: int, pair: np.uint64) -> tuple[NDArray[np.uint64], int]:
    """Enter a pair into an open hash table of `n`, which grows when it is half full: the table and how many now."""
    mask = np.uint64(len(pairs) - 1)
    slot = mix(pair) & mask
    while pairs[slot] != EMPTY:
        if pairs[slot] == pair:
            return pairs, n
        slot = (slot + np.uint64(1)) & mask
    pairs[slot] = pair
    if 2 * n < len(pairs):
        return pairs, n + 1
    grown, n = np.full(4 * len(pairs), EMPTY, np.uint64), 0
    mask = np.uint64(len(grown) - 1)
    for old in pairs:
        if old != EMPTY:
            slot = mix(old) & mask
            while grown[slot] != EMPTY:
                slot = (slot + np.uint64(1)) & mask
            grown[slot] = old
            n += 1
    return grown, n


@kernel
def _gather(
    order: NDArray[np.uint64], facts: NDArray[np.int32], reach: Ints, at: Ints, waiting: NDArray[np.int32]
) -> int:
    """Fill `waiting` with pairs of equal shingles at about the same place of about equally long texts; how many.

    `at` says where to go on: the shingle, the next to compare it with, and the end of the shingles equal to it.
    """
    i, k, end = at
    n = 0
    while i < len(order) and n < len(waiting):
        while end < len(order) and order[end] >> _32 == order[i] >> _32:
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
def _check(
    waiting: NDArray[np.int32],
    facts: NDArray[np.int32],
    bag: NDArray[np.uint8],
    slack: Ints,
    new: NDArray[np.bool_],
    out: NDArray[np.uint64],
) -> int:
    """Write to `out` those of the waiting pairs of shingles whose texts may be near; how many.

    The first loop only fetches the histograms: without anything to wait for, it fetches dozens at once.
    """
    fetched = np.uint64(0)
    for row in range(len(waiting)):
        fetched |= np.uint64(bag[facts[0, waiting[row, 0]], 0] | bag[facts[0, waiting[row, 1]], 0])
    out[-1] = fetched  # a value that nothing uses would not be fetched
    n = 0
    for row in range(len(waiting)):
        i, k = waiting[row, 0], waiting[row, 1]
        x, y = facts[0, i], facts[0, k]
        edits = slack[max(facts[1, i], facts[1, k])]
        apart = max(abs(facts[1, i] - facts[1, k]), abs(facts[2, i] - facts[2, k]))
        if apart <= edits and bags_allow(bag, x, y, edits, False) and x != y and (new[x] or new[y]):
            out[n] = np.uint64(min(x, y)) << _32 | np.uint64(max(x, y))
            n += 1
    return n


@kernel
def _meet(
    order: NDArray[np.uint64],
    facts: NDArray[np.int32],
    bag: NDArray[np.uint8],
    slack: Ints,
    reach: Ints,
    new: NDArray[np.bool_],
    pairs: NDArray[np.uint64],
    n_pairs: int,
) -> tuple[NDArray[np.uint64], int]:
    """Add to `pairs` the texts that share a shingle at about the same place and may be near."""
    waiting, found = np.empty((WAITING, 2), np.int32), np.empty(WAITING + 1, np.uint64)
    at = np.array([0, 1, 0])
    while at[0] < len(order):
        n = _gather(order, facts, reach, at, waiting)
        for k in range(_check(waiting[:n], facts, bag, slack, new, found)):
            pairs, n_pairs = _add(pairs, n_pairs, found[k])
    return pairs, n_pairs


def _bounds(order: NDArray[np.uint64]) -> list[tuple[int, int]]:
    """Cut the sorted shingles into parts of about `PART`, never between equal ones."""
    cuts = [0]
    while cuts[-1] < len(order):
        last = order[min(cuts[-1] + PART, len(order)) - 1]
        cuts.append(int(np.searchsorted(order, last | _ENTRY, side="right")))
    return list(itertools.pairwise(cuts))


def meet(
    sketches: Sketches, starts: Ints, bag: NDArray[np.uint8], share: float, new: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Pairs of texts whose sketches share a shingle and whose edit similarity may be at least `share`."""
    keys, places = sketches.keys, sketches.places
    longest = int(np.diff(starts).max(initial=0))
    slack = allowed(np.arange(longest + 1), share)
    # What is allowed beside the longest text that may be near a text of each length.
    reach = slack[np.minimum(np.arange(longest + 1) / share + 1, longest).astype(np.int64)]
    order = np.flatnonzero(keys != NO_KEY).view(np.uint64)
    order |= keys.reshape(-1)[order].astype(np.uint64) << _32
    order.sort()

    cuts = _bounds(order)

    def work(first: int, last: int) -> NDArray[np.uint64]:
        pairs, n = np.full(1024, EMPTY, np.uint64), 0
        for start, end in cuts[first:last]:
            part = order[start:end]
            facts = _facts(part, keys.shape[1], starts, places.reshape(-1))
            pairs, n = _meet(part, facts, bag, slack, reach, new, pairs, n)
        return np.asarray(pairs[pairs != EMPTY])

    half = len(cuts) // 2
    pairs = np.unique(np.concatenate(in_threads(work, [(0, half), (half, len(cuts))])))
    return np.stack([pairs >> _32, pairs & _ENTRY], axis=1).astype(np.int32)


def sketch_join(
    codes: Codes, starts: Ints, share: float, *, sampled: int, size: int, new: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Candidate pairs (x, y), x < y, (n, 2), each once, sorted: nearly all whose edit similarity is at least `share`.

    Args:
        codes: (n_codes,) all texts, one after the other.
        starts: (n_texts + 1,) where each begins.
        share: least edit similarity.
        sampled: see `sketch`.
        size: see `sketch`.
        new: (n_texts,) only pairs with at least one of these texts; all pairs if None.
    """
    if not len(codes):
        return np.empty((0, 2), np.int32)
    fresh = np.ones(len(starts) - 1, bool) if new is None else new
    return meet(sketch(codes, starts, sampled, size), starts, bags(codes, starts), share, fresh)
