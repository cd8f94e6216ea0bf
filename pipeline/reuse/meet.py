"""Texts whose sketches share a shingle: sorted together, a part of all shingles at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.filters import allowed, bags, bags_allow
from pipeline.reuse.jit import doubled, in_threads, kernel
from pipeline.reuse.sketch import NO_KEY, Sketches, sketch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

PART = 1 << 19
"""Shingles compared at once."""
WAITING = 1 << 12
"""Pairs collected before their histograms are read: one after the other, a processor reads many at once."""
_32 = np.uint64(32)
_ENTRY = np.uint64(0xFFFFFFFF)


@kernel
def _facts(order: NDArray[np.uint64], size: int, starts: Ints, places: NDArray[np.int32]) -> NDArray[np.int32]:
    """(n, 3) text of each shingle, its length, and the shingle's place: side by side, since most pairs end there."""
    facts = np.empty((len(order), 3), np.int32)
    for k in range(len(order)):
        entry = np.int64(order[k] & _ENTRY)
        text = entry // size
        facts[k, 0], facts[k, 1], facts[k, 2] = text, starts[text + 1] - starts[text], places[entry]
    return facts


@kernel
def _is_first(
    key: np.uint32,
    keys_x: NDArray[np.uint32],
    keys_y: NDArray[np.uint32],
    places_x: NDArray[np.int32],
    places_y: NDArray[np.int32],
    edits: int,
) -> bool:
    """Whether no smaller key brings the two texts together: each pair is reported once."""
    for i in range(len(keys_x)):
        if keys_x[i] >= key:
            continue
        for j in range(len(keys_y)):
            if keys_x[i] == keys_y[j] and abs(places_x[i] - places_y[j]) <= edits:
                return False
    return True


@kernel
def _check(
    waiting: NDArray[np.int32],
    shared: NDArray[np.uint32],
    keys: NDArray[np.uint32],
    places: NDArray[np.int32],
    bag: NDArray[np.uint8],
    out: NDArray[np.int32],
    n_out: int,
) -> tuple[NDArray[np.int32], int]:
    """Append those of the waiting pairs (text, text, edits) that may be near to `out`."""
    for k in range(len(waiting)):
        x, y, edits = waiting[k]
        if bags_allow(bag[x], bag[y], edits, False) and _is_first(
            shared[k], keys[x], keys[y], places[x], places[y], edits
        ):
            if n_out == len(out):
                out = doubled(out)
            out[n_out, 0], out[n_out, 1] = x, y
            n_out += 1
    return out, n_out


@kernel
def _meet(
    order: NDArray[np.uint64],
    facts: NDArray[np.int32],
    keys: NDArray[np.uint32],
    places: NDArray[np.int32],
    bag: NDArray[np.uint8],
    slack: Ints,
    new: NDArray[np.bool_],
) -> NDArray[np.int32]:
    """Pairs of texts that share a shingle, at about the same place and may be near."""
    out, n_out = np.empty((1024, 2), np.int32), 0
    waiting, shared, n = np.empty((WAITING + 1, 3), np.int32), np.empty(WAITING + 1, np.uint32), 0
    for i in range(len(order)):
        key, x, length, place = order[i] >> _32, facts[i, 0], facts[i, 1], facts[i, 2]
        for k in range(i + 1, len(order)):
            if order[k] >> _32 != key:
                break
            y, edits = facts[k, 0], slack[max(length, facts[k, 1])]
            waiting[n, 0], waiting[n, 1], waiting[n, 2], shared[n] = x, y, edits, np.uint32(key)
            n += np.int64(
                (abs(length - facts[k, 1]) <= edits)
                & (abs(place - facts[k, 2]) <= edits)
                & (x != y)
                & (new[x] | new[y])
            )
            if n == WAITING:
                out, n_out = _check(waiting[:n], shared, keys, places, bag, out, n_out)
                n = 0
    out, n_out = _check(waiting[:n], shared, keys, places, bag, out, n_out)
    return out[:n_out].copy()


def _bounds(order: NDArray[np.uint64]) -> list[tuple[int, int]]:
    """Cut the sorted shingles into parts of about `PART`, never between equal ones."""
    cuts = [0]
    while cuts[-1] < len(order):
        last = order[min(cuts[-1] + PART, len(order)) - 1]
        cuts.append(int(np.searchsorted(order, last | _ENTRY, side="right")))
    return list(zip(cuts[:-1], cuts[1:], strict=True))


def meet(
    sketches: Sketches, starts: Ints, bag: NDArray[np.uint8], slack: Ints, new: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Pairs of texts whose sketches share a shingle and that may be near."""
    keys, places = sketches.keys, sketches.places
    order = np.flatnonzero(keys != NO_KEY).view(np.uint64)
    order |= keys.reshape(-1)[order].astype(np.uint64) << _32
    order.sort()

    def work(first: int, last: int) -> NDArray[np.int32]:
        part = order[first:last]
        facts = _facts(part, keys.shape[1], starts, places.reshape(-1))
        return _meet(part, facts, keys, places, bag, slack, new)

    return np.concatenate([np.empty((0, 2), np.int32), *in_threads(work, _bounds(order))])


def sketch_join(
    codes: Codes, starts: Ints, share: float, *, sampled: int, size: int, new: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Candidate pairs (x, y), (n, 2): nearly all whose edit similarity is at least `share`.

    Args:
        codes: (n_codes,) all texts, one after the other.
        starts: (n_texts + 1,) where each begins.
        share: least edit similarity.
        sampled: see `sketch`.
        size: see `sketch`.
        new: (n_texts,) only pairs with at least one of these texts; all pairs if None.
    """
    n = len(starts) - 1
    slack = allowed(np.arange(int(np.diff(starts).max(initial=0)) + 1), share)
    fresh = np.ones(n, bool) if new is None else new
    return meet(sketch(codes, starts, sampled, size), starts, bags(codes, starts), slack, fresh)
