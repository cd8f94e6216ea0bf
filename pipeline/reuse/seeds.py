"""Seeds: the maximal runs of eight or more characters that two documents have in common.

A run that many issuers use would link every document with every other. Such a run links each document only with the
earliest that has it, its hub: n edges instead of n squared, and nothing is lost, since what is common to many says
nothing about two of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.grams import RUN
from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

NO, HALF, ALL = 0, 1, 2
"""A document's stake in a search: with ALL all its pairs are searched, with HALF those with another HALF."""


@kernel
def hubs(slots: Ints, doc_of: NDArray[np.int32], rank: Ints, common: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(n_slots,) the document of the lowest rank that has each common run; -1 for runs that are not common."""
    hub = np.full(len(common), -1, np.int32)
    for p in range(len(slots)):
        slot = slots[p]
        if slot >= 0 and common[slot] and (hub[slot] < 0 or rank[doc_of[p]] < rank[hub[slot]]):
            hub[slot] = doc_of[p]
    return hub


@kernel
def _seeded(slot: int, i: int, j: int, hub: NDArray[np.int32], stake: NDArray[np.int8]) -> bool:
    """Whether a run of this slot links the documents i and j."""
    if stake[i] + stake[j] < ALL:
        return False
    return bool(hub[slot] < 0 or hub[slot] == i or hub[slot] == j)


@kernel
def _extended(codes: Codes, starts: Ints, i: int, j: int, p: int, r: int) -> tuple[int, int, int]:
    """The whole common run around the seed at p in document i and r in document j."""
    left = 0
    while p - left > starts[i] and r - left > starts[j] and codes[p - left - 1] == codes[r - left - 1]:
        left += 1
    right = RUN
    while p + right < starts[i + 1] and r + right < starts[j + 1] and codes[p + right] == codes[r + right]:
        right += 1
    return p - left, r - left, left + right


@kernel
def _collect(
    codes: Codes,
    starts: Ints,
    doc_of: NDArray[np.int32],
    slots: Ints,
    groups: Ints,
    bounds: Ints,
    hub: NDArray[np.int32],
    stake: NDArray[np.int8],
    out: Ints,
) -> int:
    """Fill `out` with (document i, document j, start in i, start in j, length), i < j; counts if `out` is empty."""
    n = 0
    for g in range(len(bounds) - 1):
        for s in range(bounds[g], bounds[g + 1]):
            p = groups[s]
            i = doc_of[p]
            for t in range(s + 1, bounds[g + 1]):
                r = groups[t]
                j = doc_of[r]
                if i == j or not _seeded(slots[p], i, j, hub, stake):
                    continue
                if p > starts[i] and r > starts[j] and codes[p - 1] == codes[r - 1]:
                    before = slots[p - 1]
                    if before >= 0 and _seeded(before, i, j, hub, stake):
                        continue
                if len(out) > 0:
                    out[n, 0], out[n, 1] = i, j
                    out[n, 2], out[n, 3], out[n, 4] = _extended(codes, starts, i, j, p, r)
                n += 1
    return n


def common_runs(codes: Codes, starts: Ints, slots: Ints, hub: NDArray[np.int32], stake: NDArray[np.int8]) -> Ints:
    """Maximal common runs of every two documents, (n, 5): documents i < j, starts in `codes`, length; sorted.

    Args:
        codes: (n_codes,) all documents.
        starts: (n_docs + 1,) where each begins.
        slots: (n_codes,) slot of the run of eight that begins at each code, or -1.
        hub: (n_slots,) hub of each common run, or -1.
        stake: (n_docs,) only pairs whose stakes add up to `ALL`: with one whole stake, or two halves.
    """
    doc_of = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
    valid = np.flatnonzero(slots >= 0)
    groups = valid[np.argsort(slots[valid], kind="stable")]
    change = np.flatnonzero(np.diff(slots[groups])) + 1
    bounds = np.concatenate([[0], change, [len(groups)]]).astype(np.int64)
    several = np.diff(bounds) > 1
    kept = np.concatenate([bounds[:-1][several], bounds[-1:]])
    groups = groups[np.repeat(several, np.diff(bounds))]
    bounds = np.concatenate([[0], np.cumsum(np.diff(bounds)[several])]).astype(np.int64)
    if len(kept) == 1:
        return np.empty((0, 5), np.int64)
    arguments = (codes, starts, doc_of, slots, groups, bounds, hub, stake)
    out = np.empty((_collect(*arguments, np.empty((0, 5), np.int64)), 5), np.int64)
    _collect(*arguments, out)
    return np.unique(out, axis=0)
