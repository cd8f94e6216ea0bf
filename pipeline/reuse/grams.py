"""Runs of a few characters as 64-bit numbers, and exact tables that count them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.jit import inline, kernel, power_of_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

GRAM = 4
"""Characters of a shingle: four 16-bit codes fill 64 bits, so shingles are compared without collisions."""
RUN = 8
"""Characters of a run; what stands as one run of eight in two texts is rarely there by chance (see findings)."""

_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S16, _S32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(16), np.uint64(32)
_NOTHING = np.uint64(0)
ZERO, NINE = np.uint16(ord("0")), np.uint16(ord("9"))
EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
"""Marks a free slot: no gram is all ones, since 0xFFFF is no character."""


@inline
def mix(key: np.uint64) -> np.uint64:
    """Scatter a 64-bit number (the finaliser of SplitMix64, Steele et al. 2014); a bijection."""
    key = (key ^ (key >> _S30)) * _MIX_1
    key = (key ^ (key >> _S27)) * _MIX_2
    return key ^ (key >> _S31)


@inline
def pack(codes: Codes, at: int, q: int) -> np.uint64:
    """The `q` <= 4 codes from `at` as one number."""
    key = _NOTHING
    for i in range(at, at + q):
        key = (key << _S16) | np.uint64(codes[i])
    return key


@inline
def keep_bits(q: int) -> np.uint64:
    """Mask of the `q` last codes of a shingle."""
    return EMPTY >> np.uint64(64 - 16 * q)


@inline
def push(key: np.uint64, code: np.uint16, keep: np.uint64) -> np.uint64:
    """The shingle one code further on."""
    return ((key << _S16) | np.uint64(code)) & keep


@kernel
def digits_alike(codes: Codes, out: Codes) -> None:
    """Write the codes to `out` with every Arabic digit as `0`."""
    for i in range(len(codes)):
        out[i] = ZERO if ZERO <= codes[i] <= NINE else codes[i]


@kernel
def scatter(codes: Codes, out: NDArray[np.uint64]) -> int:
    """Hash every run of four codes into `out`; how many. Written for vector instructions: 2 ns a code."""
    a, b, c, d = codes[:-3], codes[1:-2], codes[2:-1], codes[3:]
    for i in range(len(d)):
        pair = (np.uint64(a[i]) << _S16 | np.uint64(b[i])) << _S32
        out[i] = mix(pair | np.uint64(c[i]) << _S16 | np.uint64(d[i]))
    return len(d)


@kernel
def grams_of(codes: Codes, q: int) -> NDArray[np.uint64]:
    """Every run of `q` codes as a number: exact up to 4, for 8 two fours mixed (collisions below 1e-9 at 1e5)."""
    n = max(len(codes) - q + 1, 0)
    out = np.empty(n, np.uint64)
    for i in range(n):
        if q <= GRAM:
            out[i] = pack(codes, i, q)
        else:
            out[i] = mix(pack(codes, i, GRAM)) ^ (pack(codes, i + q - GRAM, GRAM) * _MIX_2)
    return out


@kernel
def _add(keys: NDArray[np.uint64], grams: NDArray[np.uint64]) -> int:
    """Enter the grams; how many were new."""
    mask = np.uint64(len(keys) - 1)
    n = 0
    for gram in grams:
        slot = mix(gram) & mask
        while keys[slot] != EMPTY and keys[slot] != gram:
            slot = (slot + np.uint64(1)) & mask
        if keys[slot] == EMPTY:
            keys[slot] = gram
            n += 1
    return n


@kernel
def _lookup(keys: NDArray[np.uint64], grams: NDArray[np.uint64]) -> Ints:
    mask = np.uint64(len(keys) - 1)
    out = np.empty(len(grams), np.int64)
    for i in range(len(grams)):
        slot = mix(grams[i]) & mask
        while keys[slot] != EMPTY and keys[slot] != grams[i]:
            slot = (slot + np.uint64(1)) & mask
        out[i] = np.int64(slot) if keys[slot] == grams[i] else -1
    return out


@dataclass(frozen=True)
class GramTable:
    """A set of grams; each has a slot, by which arrays of the table's `size` hold facts about it."""

    keys: NDArray[np.uint64]
    n: int

    @property
    def size(self) -> int:
        """Slots of the table."""
        return len(self.keys)

    def slots(self, grams: NDArray[np.uint64]) -> Ints:
        """Slot of each gram, -1 for grams that are not in the set."""
        return _lookup(self.keys, grams)


def gram_table(grams: NDArray[np.uint64]) -> GramTable:
    """The set of the given grams (an all-ones gram cannot occur: 0xFFFF is no character)."""
    keys = np.full(power_of_two(2 * len(grams)), EMPTY, np.uint64)
    return GramTable(keys, int(_add(keys, grams)))


@kernel
def owners_per_slot(slots: Ints, owner: NDArray[np.int32], size: int) -> NDArray[np.int32]:
    """In how many owners each slot occurs, (size,).

    Args:
        slots: (n,) slot of each occurrence, or -1.
        owner: (n,) owner of each occurrence; the occurrences of one owner must stand together.
        size: slots of the table.
    """
    counts = np.zeros(size, np.int32)
    last = np.full(size, -1, np.int32)
    for i in range(len(slots)):
        slot = slots[i]
        if slot >= 0 and last[slot] != owner[i]:
            last[slot] = owner[i]
            counts[slot] += 1
    return counts
