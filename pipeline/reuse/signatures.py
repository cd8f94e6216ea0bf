"""A few rare shingles that stand for a text: one of them is in every text near it.

One edit (or one break between moved parts) touches at most one of several disjoint shingles. So of any `d + 1`
disjoint shingles of a text x, at least one stands unchanged in every text within distance `d` of x (the asymmetric
signatures of Qin et al., SIGMOD 2011). The rarest ones make the fewest candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.filters import MOST
from pipeline.reuse.grams import keep_bits, mix, pack, push
from pipeline.reuse.jit import BLOCK, blocks, in_threads, kernel, power_of_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

LEVELS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 255], np.uint8)
"""How often a shingle of a signature may occur: the lowest level that leaves enough disjoint ones is taken."""
MOST_SLOTS = 1 << 28


@dataclass(frozen=True)
class Signatures:
    """Signature shingles of texts, (n,) each: the shingle, its text, and its place there."""

    grams: NDArray[np.uint64]
    texts: NDArray[np.int32]
    places: NDArray[np.int32]


@kernel
def _count(codes: Codes, starts: Ints, q: int, table: NDArray[np.uint8]) -> None:
    """Count every shingle by its hash: never too low, at times too high."""
    mask, keep = np.uint64(len(table) - 1), keep_bits(q)
    for t in range(len(starts) - 1):
        key = np.uint64(0)
        for i in range(starts[t], starts[t + 1]):
            key = push(key, codes[i], keep)
            if i < starts[t] + q - 1:
                continue
            slot = mix(key) & mask
            if table[slot] < MOST:
                table[slot] += np.uint8(1)


@kernel
def _pick_up_to(
    level: int, cost: NDArray[np.uint8], n_grams: int, q: int, limits: tuple[int, int], picked: Ints
) -> int:
    """Disjoint shingles that occur at most `level` times, from the left until one of the limits; -1 if neither is met.

    The limits are how many it needs, and of how many that stand elsewhere too. Those that stand only here match
    nothing, but each of them is a proof that one of the allowed edits is used up.
    """
    n_picked, n_shared, i = 0, 0, 0
    while i < n_grams:
        if cost[i] <= level:
            picked[n_picked] = i
            n_picked += 1
            n_shared += 1 if cost[i] > 1 else 0
            if n_picked == limits[0] or n_shared == limits[1]:
                return n_picked
            i += q
        else:
            i += 1
    return -1


@kernel
def _pick(cost: NDArray[np.uint8], n_grams: int, q: int, limits: tuple[int, int], picked: Ints) -> int:
    """Places of disjoint shingles from the lowest of `LEVELS` that has enough; how many.

    Taking from the left finds as many disjoint shingles as there are, so enough at one level is enough above it.
    """
    low, high = 0, len(LEVELS) - 1
    while low < high:
        middle = (low + high) // 2
        if _pick_up_to(LEVELS[middle], cost, n_grams, q, limits, picked) >= 0:
            high = middle
        else:
            low = middle + 1
    return _pick_up_to(LEVELS[low], cost, n_grams, q, limits, picked)


@kernel
def _sign(
    codes: Codes,
    starts: Ints,
    edits: Ints,
    q: int,
    rarest: int,
    first: int,
    last: int,
    table: NDArray[np.uint8],
    chosen: NDArray[np.bool_],
    grams: NDArray[np.uint64],
    texts: NDArray[np.int32],
    places: NDArray[np.int32],
) -> int:
    """Fill the signatures of the chosen texts among `[first, last)`; how many rows."""
    mask, keep = np.uint64(len(table) - 1), keep_bits(q)
    room = 1 + np.max(starts[1:] - starts[:-1])
    cost, picked = np.empty(room, np.uint8), np.empty(room, np.int64)
    n_out = 0
    for t in range(first, last):
        if not chosen[t]:
            continue
        start, n_grams = starts[t], starts[t + 1] - starts[t] - q + 1
        key = np.uint64(0)
        for i in range(n_grams + q - 1):
            key = push(key, codes[start + i], keep)
            if i >= q - 1:
                cost[i - q + 1] = table[mix(key) & mask]
        for k in range(_pick(cost, n_grams, q, (edits[t] + 1, rarest), picked)):
            # A shingle counted once stands only here: no other text can share it.
            if cost[picked[k]] > 1:
                grams[n_out] = pack(codes, start + picked[k], q)
                texts[n_out], places[n_out] = t, picked[k]
                n_out += 1
    return n_out


def sign(codes: Codes, starts: Ints, edits: Ints, q: int, rarest: int, chosen: NDArray[np.bool_]) -> Signatures:
    """Signatures of some texts.

    Args:
        codes: (n_codes,) all texts.
        starts: (n_texts + 1,) where each begins.
        edits: (n_texts,) edits allowed in each.
        q: characters of a shingle.
        rarest: at most so many shingles of each text that stand elsewhere too.
        chosen: (n_texts,) texts to sign; each has at least `edits + 1` disjoint shingles.
    """
    size, half = min(power_of_two(2 * len(codes)), MOST_SLOTS), len(starts) // 2

    def count(first: int, last: int) -> NDArray[np.uint8]:
        table = np.zeros(size, np.uint8)
        _count(codes, starts[first : last + 1], q, table)
        return table

    table, other = in_threads(count, [(0, half), (half, len(starts) - 1)])
    np.add(table, other, out=table)
    table[table < other] = MOST
    del other

    def work(first: int, last: int) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32]]:
        room = int(np.minimum(edits[first:last][chosen[first:last]] + 1, rarest).sum())
        grams, texts, places = np.empty(room, np.uint64), np.empty(room, np.int32), np.empty(room, np.int32)
        n = _sign(codes, starts, edits, q, rarest, first, last, table, chosen, grams, texts, places)
        return grams[:n], texts[:n], places[:n]

    parts = in_threads(work, blocks(len(starts) - 1, BLOCK))
    return Signatures(*(np.concatenate(column) for column in zip(*parts, strict=True)))
