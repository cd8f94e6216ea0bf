"""The join: every pair of texts within an edit distance, by the signature of one among all shingles of the other.

No pair is missed, and a text whose signature stands nowhere else costs no comparison at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.reuse.filters import MARKS, Texts, all_allow, allowed, asked
from pipeline.reuse.grams import EMPTY, GRAM, keep_bits, mix, push
from pipeline.reuse.jit import BLOCK, blocks, doubled, in_threads, inline, kernel, power_of_two
from pipeline.reuse.signatures import MOST_SLOTS, Signatures, sign
from pipeline.reuse.text import Codes, Ints

_32, _7, _3 = np.uint64(32), np.uint64(7), np.uint64(3)


class Index(NamedTuple):
    """Signatures by shingle.

    Attributes:
        keys: open hash table of shingles.
        bounds: (n_keys + 1,) rows of the shingle in each slot: from its entry to the next.
        rows: (n, 3) text, place of the shingle in it and length of the text: one row, one access to memory.
        bits: a bit for the hash of each shingle (Bloom 1970), to leave most lookups early.
    """

    keys: NDArray[np.uint64]
    bounds: NDArray[np.int32]
    rows: NDArray[np.int32]
    bits: NDArray[np.uint8]


@kernel
def _enter(
    grams: NDArray[np.uint64], keys: NDArray[np.uint64], bounds: NDArray[np.int32], bits: NDArray[np.uint8]
) -> NDArray[np.int64]:
    """Enter shingles into `keys` and `bits`, make `bounds`, and give the order of rows that they cut."""
    bit_mask = np.uint64(8 * len(bits) - 1)
    slots = np.empty(len(grams), np.uint64)
    for row in range(len(grams)):
        scattered = mix(grams[row])
        bit = (scattered >> _32) & bit_mask
        bits[bit >> _3] |= np.uint8(1) << np.uint8(bit & _7)
        slot = _slot(keys, grams[row], scattered)
        keys[slot] = grams[row]
        slots[row] = slot
        bounds[slot + np.uint64(1)] += 1
    for k in range(len(keys)):
        bounds[k + 1] += bounds[k]
    filled = bounds[:-1].copy()
    order = np.empty(len(grams), np.int64)
    for row in range(len(grams)):
        order[filled[slots[row]]] = row
        filled[slots[row]] += 1
    return order


def _indexed(signatures: Signatures, lengths: Ints) -> Index:
    n = len(signatures.grams)
    keys = np.full(power_of_two(2 * n), EMPTY, np.uint64)
    bounds = np.zeros(len(keys) + 1, np.int32)
    bits = np.zeros(min(power_of_two(2 * n), MOST_SLOTS), np.uint8)
    order = _enter(signatures.grams, keys, bounds, bits)
    texts = signatures.texts[order]
    rows = np.stack([texts, signatures.places[order], lengths[texts].astype(np.int32)], axis=1)
    return Index(keys, bounds, rows, bits)


@inline
def _may_match(shorter: int, shift: int, edits: int, within: bool) -> bool:  # noqa: FBT001 compiled code takes no keywords
    """Whether y, so much shorter than x and with the shingle so far from its place in x, can be within the edits."""
    return shorter <= edits and (within or (shorter >= 0 and shift <= edits))


@inline
def _slot(keys: NDArray[np.uint64], gram: np.uint64, scattered: np.uint64) -> np.uint64:
    """Where a shingle stands in the table, or the empty slot where it would."""
    mask = np.uint64(len(keys) - 1)
    slot = scattered & mask
    while keys[slot] != EMPTY and keys[slot] != gram:
        slot = (slot + np.uint64(1)) & mask
    return slot


@kernel
def _hits(
    text: Codes,
    q: int,
    index: Index,
    within: bool,  # noqa: FBT001 compiled code takes no keywords
    slack: Ints,
    y: int,
    seen: NDArray[np.int32],
    found: NDArray[np.int32],
) -> int:
    """Texts x of the index that share a shingle with the text y and may match by length and place; how many.

    `slack` has the edits allowed in a text of each length. `seen` keeps each x from being found twice.
    """
    rows, bounds, bits = index.rows, index.bounds, index.bits
    bit_mask, keep = np.uint64(8 * len(bits) - 1), keep_bits(q)
    n, gram = 0, np.uint64(0)
    for place in range(1 - q, len(text) - q + 1):
        gram = push(gram, text[place + q - 1], keep)
        if place < 0:
            continue
        scattered = mix(gram)
        bit = (scattered >> _32) & bit_mask
        if (bits[bit >> _3] & (np.uint8(1) << np.uint8(bit & _7))) == 0:
            continue
        slot = _slot(index.keys, gram, scattered)
        for row in range(bounds[slot], bounds[slot + np.uint64(1)]):
            x, length = rows[row, 0], rows[row, 2]
            if seen[x] != y and _may_match(length - len(text), abs(rows[row, 1] - place), slack[length], within):
                seen[x] = y
                found[n] = x
                n += 1
    return n


@kernel
def _probe(
    texts: Texts,
    q: int,
    first: int,
    last: int,
    index: Index,
    within: bool,  # noqa: FBT001 compiled code takes no keywords
    longest: int,
) -> NDArray[np.int32]:
    """Candidates (x, y) for the texts y in `[first, last)` that are not longer than `longest`."""
    starts = texts.starts
    seen, found = np.full(len(starts) - 1, -1, np.int32), np.empty(len(starts) - 1, np.int32)
    marks = np.zeros(MARKS, np.uint8)
    out, n_out = np.empty((1024, 2), np.int32), 0
    for y in range(first, last):
        text = texts.codes[starts[y] : starts[y + 1]]
        if len(text) > longest:
            continue
        n = _hits(text, q, index, within, texts.slack, y, seen, found)
        n = all_allow(texts, y, within, marks, found[:n])
        while n_out + n > len(out):
            out = doubled(out)
        out[n_out : n_out + n, 0], out[n_out : n_out + n, 1] = found[:n], y
        n_out += n
    return out[:n_out].copy()


@dataclass(frozen=True)
class Signed:
    """Texts with their signatures, ready to be joined.

    Attributes:
        codes: (n_codes,) all texts, one after the other.
        starts: (n_texts + 1,) where each begins.
        share: least edit similarity (or, `within`, least share of x that stands in y).
        within: look for x inside y of any length; otherwise for y near x and not longer.
        signatures: of the texts that have shingles of one length, by that length.
    """

    codes: Codes
    starts: Ints
    share: float
    within: bool
    signatures: dict[int, Signatures]

    def pairs(self, new: NDArray[np.bool_] | None = None) -> NDArray[np.int32]:
        """Candidate pairs (x, y), (n, 2), with at least one of the `new` texts (n_texts,); all pairs if None."""
        texts, lengths = asked(self.codes, self.starts, self.share, new), np.diff(self.starts)
        parts = [np.empty((0, 2), np.int32)]
        for q, signatures in self.signatures.items():
            index = _indexed(signatures, lengths)
            longest = len(texts.slack) if self.within else int(index.rows[:, 2].max(initial=0))

            def work(
                first: int, last: int, q: int = q, index: Index = index, longest: int = longest
            ) -> NDArray[np.int32]:
                return _probe(texts, q, first, last, index, self.within, longest)

            parts += in_threads(work, blocks(len(lengths), BLOCK))
        return np.concatenate(parts)


def signed(
    codes: Codes,
    starts: Ints,
    share: float,
    *,
    within: bool = False,
    min_length: int = 1,
    rarest: int | None = None,
) -> Signed:
    """Texts with their signatures.

    Args:
        codes: see `Signed`.
        starts: see `Signed`.
        share: see `Signed`.
        within: see `Signed`.
        min_length: texts x with fewer codes are skipped.
        rarest: look up at most so many shingles of each text x, the rarest; all that exactness needs if None.
    """
    lengths = np.diff(starts)
    edits = allowed(lengths, share)
    eligible = lengths >= max(min_length, 1)
    grain = np.minimum(lengths // (edits + 1), GRAM)
    most = int(edits.max(initial=0)) + 1 if rarest is None else rarest
    masks = {q: eligible & (grain == q) for q in range(1, GRAM + 1)}
    return Signed(
        codes,
        starts,
        share,
        within,
        {q: sign(codes, starts, edits, q, most, chosen) for q, chosen in masks.items() if chosen.any()},
    )


def join(
    codes: Codes,
    starts: Ints,
    share: float,
    *,
    within: bool = False,
    min_length: int = 1,
    new: NDArray[np.bool_] | None = None,
) -> NDArray[np.int32]:
    """Candidate pairs (x, y), (n, 2), among them every pair of the criterion; arguments as for `Signed`."""
    return signed(codes, starts, share, within=within, min_length=min_length).pairs(new)
