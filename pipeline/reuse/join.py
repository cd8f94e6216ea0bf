"""The exact join: every pair of texts within an edit distance, found by a few rare shingles of each.

One edit (or one break between moved blocks) touches at most one of several disjoint shingles. So of any `d + 1`
disjoint shingles of a text x, at least one stands unchanged in every text within distance `d` of x (the asymmetric
signatures of Qin et al., SIGMOD 2011). We take the rarest ones and look them up among all shingles of all texts:
no pair is missed, and a text whose `d + 1` shingles stand nowhere else costs no comparison at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.grams import EMPTY, GRAM, mix, pack
from pipeline.reuse.jit import blocks, in_threads, inline, kernel, power_of_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

BAG = 64
"""Buckets of the histogram of characters by which a candidate is checked before its edit distance."""
LEVELS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 255], np.uint8)
"""How often a shingle of a signature may occur: the lowest level that leaves enough disjoint ones is taken."""
MOST = 255
"""The largest count a byte holds; a count cut off there only makes a bound weaker, never wrong."""
BLOCK = 50_000
"""Texts a thread looks up at once."""
_UNTHINKABLE = 1 << 28

_32 = np.uint64(32)


@dataclass(frozen=True)
class Signatures:
    """For each signature shingle its number and the text it stands for, (n,) each; shingles of texts of one q."""

    grams: NDArray[np.uint64]
    texts: NDArray[np.int32]


def allowed(lengths: Ints, share: float) -> Ints:
    """Edits allowed in texts of these lengths when `share` of the longer must agree."""
    return np.asarray(np.floor((1.0 - share) * lengths + 1e-9), np.int64)


@kernel
def _count(codes: Codes, starts: Ints, q: int, table: NDArray[np.uint8]) -> None:
    mask = np.uint64(len(table) - 1)
    for t in range(len(starts) - 1):
        for i in range(starts[t], starts[t + 1] - q + 1):
            slot = mix(pack(codes, i, q)) & mask
            if table[slot] < MOST:
                table[slot] += np.uint8(1)


@kernel
def _pick(cost: NDArray[np.uint8], n_grams: int, q: int, need: int, picked: Ints) -> int:
    """Places of `need` disjoint shingles, none rarer to be had by raising the level less; how many there are."""
    n_picked = 0
    for level in LEVELS:
        n_picked = 0
        i = 0
        while i < n_grams and n_picked < need:
            if cost[i] <= level:
                picked[n_picked] = i
                n_picked += 1
                i += q
            else:
                i += 1
        if n_picked >= need:
            break
    return n_picked


@kernel
def _sign(
    codes: Codes,
    starts: Ints,
    edits: Ints,
    q: int,
    table: NDArray[np.uint8],
    chosen: NDArray[np.bool_],
    grams: NDArray[np.uint64],
    texts: NDArray[np.int32],
) -> int:
    """Fill `grams` and `texts` with the signatures of the chosen texts; how many rows."""
    mask = np.uint64(len(table) - 1)
    room = 1 + np.max(starts[1:] - starts[:-1])
    cost, picked = np.empty(room, np.uint8), np.empty(room, np.int64)
    n_out = 0
    for t in range(len(starts) - 1):
        if not chosen[t]:
            continue
        start, n_grams = starts[t], starts[t + 1] - starts[t] - q + 1
        for i in range(n_grams):
            cost[i] = table[mix(pack(codes, start + i, q)) & mask]
        for k in range(_pick(cost, n_grams, q, edits[t] + 1, picked)):
            # A shingle counted once stands only here: no other text can share it.
            if cost[picked[k]] > 1:
                grams[n_out] = pack(codes, start + picked[k], q)
                texts[n_out] = t
                n_out += 1
    return n_out


@kernel
def _index(grams: NDArray[np.uint64], keys: NDArray[np.uint64], heads: NDArray[np.int32]) -> NDArray[np.int32]:
    """Fill an open table: gram -> first signature row; rows of one gram are chained through the result."""
    mask = np.uint64(len(keys) - 1)
    following = np.full(len(grams), -1, np.int32)
    for row in range(len(grams) - 1, -1, -1):
        slot = mix(grams[row]) & mask
        while keys[slot] != EMPTY and keys[slot] != grams[row]:
            slot = (slot + np.uint64(1)) & mask
        keys[slot] = grams[row]
        following[row] = heads[slot]
        heads[slot] = row
    return following


@kernel
def _screen(grams: NDArray[np.uint64], bits: NDArray[np.uint8]) -> None:
    mask = np.uint64(len(bits) - 1)
    for gram in grams:
        bits[(mix(gram) >> _32) & mask] = 1


@kernel
def bags(codes: Codes, starts: Ints) -> NDArray[np.uint8]:
    """(n_texts, 64) how often the characters of each bucket occur, at most 255."""
    out = np.zeros((len(starts) - 1, BAG), np.uint8)
    for t in range(len(starts) - 1):
        for i in range(starts[t], starts[t + 1]):
            bucket = (np.uint32(codes[i]) * np.uint32(40503) >> np.uint32(8)) & np.uint32(BAG - 1)
            if out[t, bucket] < MOST:
                out[t, bucket] += np.uint8(1)
    return out


@inline
def _lengths_allow(length_x: int, length_y: int, edits: int, within: bool, first: bool) -> bool:  # noqa: FBT001
    """Whether texts of these lengths can satisfy the criterion; of equally long ones the pair counts once."""
    if length_y < length_x - edits:
        return False
    return within or length_y < length_x or (length_y == length_x and first)


@kernel
def _bags_allow(x: NDArray[np.uint8], y: NDArray[np.uint8], edits: int, within: bool) -> bool:  # noqa: FBT001
    """Whether so few edits can make up for the characters that x lacks in y (and, unless within, y in x)."""
    lacking, surplus = np.int64(0), np.int64(0)
    for b in range(BAG):
        # `int` of an unsigned byte stays unsigned in compiled code, and 2 - 3 would be 2**64 - 1.
        difference = np.int64(x[b]) - np.int64(y[b])
        if difference > 0:
            lacking += difference
        else:
            surplus -= difference
    return bool(lacking <= edits and (within or surplus <= edits))


@kernel
def _probe(
    codes: Codes,
    starts: Ints,
    edits: Ints,
    q: int,
    first: int,
    last: int,
    keys: NDArray[np.uint64],
    heads: NDArray[np.int32],
    following: NDArray[np.int32],
    sig_texts: NDArray[np.int32],
    bits: NDArray[np.uint8],
    bag: NDArray[np.uint8],
    within: bool,  # noqa: FBT001
    new: NDArray[np.bool_],
    out: NDArray[np.int32],
) -> tuple[int, int]:
    """Candidates (x, y) for the texts y in `[first, last)`; stops when `out` could overflow, and says where."""
    mask, bit_mask = np.uint64(len(keys) - 1), np.uint64(len(bits) - 1)
    seen = np.full(len(starts) - 1, -1, np.int32)
    n_out = 0
    for y in range(first, last):
        if n_out + len(seen) > len(out):
            return n_out, y
        for i in range(starts[y], starts[y + 1] - q + 1):
            gram = pack(codes, i, q)
            scattered = mix(gram)
            if bits[(scattered >> _32) & bit_mask] == 0:
                continue
            slot = scattered & mask
            while keys[slot] != EMPTY and keys[slot] != gram:
                slot = (slot + np.uint64(1)) & mask
            row = heads[slot]
            while row >= 0:
                x = sig_texts[row]
                row = following[row]
                if seen[x] == y or x == y or not (new[x] or new[y]):
                    continue
                seen[x] = y
                lengths = starts[x + 1] - starts[x], starts[y + 1] - starts[y]
                if not _lengths_allow(lengths[0], lengths[1], edits[x], within, x > y):
                    continue
                if _bags_allow(bag[x], bag[y], edits[x], within):
                    out[n_out, 0], out[n_out, 1] = x, y
                    n_out += 1
    return n_out, last


def _table_bits(n_grams: int) -> int:
    return min(power_of_two(4 * n_grams), _UNTHINKABLE)


def _signatures(codes: Codes, starts: Ints, edits: Ints, q: int, chosen: NDArray[np.bool_]) -> Signatures:
    table = np.zeros(_table_bits(len(codes)), np.uint8)
    _count(codes, starts, q, table)
    room = int((edits[chosen] + 1).sum())
    grams, texts = np.empty(room, np.uint64), np.empty(room, np.int32)
    n = _sign(codes, starts, edits, q, table, chosen, grams, texts)
    return Signatures(grams[:n].copy(), texts[:n].copy())


def _candidates(
    codes: Codes, starts: Ints, edits: Ints, q: int, signatures: Signatures, *, within: bool, new: NDArray[np.bool_]
) -> NDArray[np.int32]:
    n = len(starts) - 1
    keys = np.full(power_of_two(2 * len(signatures.grams)), EMPTY, np.uint64)
    heads = np.full(len(keys), -1, np.int32)
    following = _index(signatures.grams, keys, heads)
    bits = np.zeros(min(power_of_two(8 * len(signatures.grams)), _UNTHINKABLE), np.uint8)
    _screen(signatures.grams, bits)
    bag = bags(codes, starts)

    def work(first: int, last: int) -> NDArray[np.int32]:
        out = np.empty((2 * n + 1_000_000, 2), np.int32)
        parts = []
        while first < last:
            n_out, first = _probe(
                codes,
                starts,
                edits,
                q,
                first,
                last,
                keys,
                heads,
                following,
                signatures.texts,
                bits,
                bag,
                within,
                new,
                out,
            )
            parts.append(out[:n_out].copy())
        return np.concatenate(parts)

    return np.concatenate(in_threads(work, blocks(n, BLOCK)) or [np.empty((0, 2), np.int32)])


def join(
    codes: Codes,
    starts: Ints,
    share: float,
    *,
    within: bool = False,
    min_length: int = 1,
    new: NDArray[np.bool_] | None = None,
) -> NDArray[np.int32]:
    """Candidate pairs (x, y), (n, 2), among them every pair that satisfies the criterion.

    Args:
        codes: (n_codes,) all texts, one after the other.
        starts: (n_texts + 1,) where each begins.
        share: least edit similarity (or, `within`, least share of x that stands in y).
        within: look for x inside y of any length; otherwise for y at most as long as x, each pair once.
        min_length: texts x with fewer codes are skipped.
        new: (n_texts,) only pairs with at least one of these texts; all pairs if None.
    """
    lengths = np.diff(starts)
    edits = allowed(lengths, share)
    fresh = np.ones(len(lengths), bool) if new is None else new
    eligible = lengths >= max(min_length, 1)
    grain = np.minimum(lengths // (edits + 1), GRAM)
    parts = [np.empty((0, 2), np.int32)]
    for q in range(1, GRAM + 1):
        chosen = eligible & (grain == q)
        if chosen.any():
            signatures = _signatures(codes, starts, edits, q, chosen)
            parts.append(_candidates(codes, starts, edits, q, signatures, within=within, new=fresh))
    return np.concatenate(parts)
