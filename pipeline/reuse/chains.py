"""From common runs of two documents to passages: chain them over gaps, align the gaps, cut where the origin changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.gotoh import gotoh
from pipeline.reuse.grams import RUN
from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

MAX_GAP = 120
"""Longest gap a passage may bridge on either side: a long sentence."""
MAX_CHANGED = 30
"""Longest stretch that may differ on both sides: longer ones are other text, and what stands around it two passages."""
LOOK_BACK = 200
EXTEND = 40
"""Characters searched beyond the first and last common run."""
SET_PHRASE = 60
"""Shared set phrases up to this length stay inside a passage; longer ones are a passage of their own."""
MIN_RUN = 12
"""Matched characters from which a chain is aligned at all."""
MIN_OWN = 8
"""Matched characters outside set phrases that make a passage more than a set phrase."""
OWN_WEIGHT, SHARED_WEIGHT = 4, 1
"""Worth of a matched character: in a set phrase a quarter. Two levels, not the idf itself, so that one more document
changes the passages of others only where a run of theirs becomes common."""
COLUMNS = 10
"""Of a piece: start and end in a and in b, matches, columns, own, common and central characters, has a hub."""


@kernel
def _link(before: Ints, after: Ints) -> tuple[int, int]:
    """Overlap of two runs and the cost of chaining them, -1 where they cannot follow one another."""
    gap_a = after[2] - before[2] - before[4]
    gap_b = after[3] - before[3] - before[4]
    if before[2] >= after[2] or before[3] >= after[3] or gap_a > MAX_GAP or gap_b > MAX_GAP:
        return 0, -1
    lap = max(0, -gap_a, -gap_b)
    gap_a, gap_b = gap_a + lap, gap_b + lap
    if gap_a > MAX_GAP or gap_b > MAX_GAP or min(gap_a, gap_b) > MAX_CHANGED:
        return 0, -1
    # Quarters of a character: 2 to open, half a character for each that differs, an eighth for each slipped in.
    return lap, 8 + 2 * min(gap_a, gap_b) + abs(gap_a - gap_b) // 2


@kernel
def _worth(run: Ints, slots: Ints, kinds: NDArray[np.int8]) -> int:
    """Four for each character of a run, but one in set phrases: runs of eight that are common and stand in it."""
    worth, until = 0, run[2]
    for p in range(run[2], run[2] + run[4]):
        if p + RUN <= run[2] + run[4] and slots[p] >= 0 and kinds[slots[p]] > 0:
            until = p + RUN
        worth += SHARED_WEIGHT if p < until else OWN_WEIGHT
    return worth


@kernel
def best_chains(runs: Ints, slots: Ints, kinds: NDArray[np.int8]) -> tuple[Ints, Ints]:
    """Score of the best chain that ends in each run, and its predecessor (-1 for none).

    Args:
        runs: (n, 5) common runs of one pair of documents, sorted.
        slots: (n_codes,) slot of the run of eight that begins at each code, or -1.
        kinds: (n_slots,) 0 own, 1 common, 2 central.
    """
    best = np.empty(len(runs), np.int64)
    before = np.full(len(runs), -1, np.int64)
    for k in range(len(runs)):
        worth = _worth(runs[k], slots, kinds)
        best[k] = worth
        for p in range(max(0, k - LOOK_BACK), k):
            lap, price = _link(runs[p], runs[k])
            if price < 0 or lap >= runs[k, 4]:
                continue
            value = best[p] - price + worth * (runs[k, 4] - lap) // runs[k, 4]
            if value > best[k]:
                best[k] = value
                before[k] = p
    return best, before


@kernel
def _trace(k: int, before: Ints, taken: NDArray[np.bool_], runs: Ints, out: Ints) -> int:
    """Write the chain that ends in run k as (start in a, start in b, length), from its first run; how many."""
    n = 0
    while k >= 0 and not taken[k]:
        taken[k] = True
        out[n, 0], out[n, 1], out[n, 2] = runs[k, 2], runs[k, 3], runs[k, 4]
        n += 1
        k = before[k]
    for i in range(n // 2):
        for column in range(3):
            out[i, column], out[n - 1 - i, column] = out[n - 1 - i, column], out[i, column]
    for i in range(1, n):
        lap = max(0, out[i - 1, 0] + out[i - 1, 2] - out[i, 0], out[i - 1, 1] + out[i - 1, 2] - out[i, 1])
        out[i, 0] += lap
        out[i, 1] += lap
        out[i, 2] -= lap
    return n


@kernel
def _align(plain: Codes, chain: Ints, n: int, path: Ints) -> int:
    """Write for each matched character (place in a, place in b, matches so far, columns so far); how many."""
    size = 0
    matches, columns = 0, 0
    for k in range(n):
        a, b, length = chain[k, 0], chain[k, 1], chain[k, 2]
        if k > 0:
            a0, b0 = chain[k - 1, 0] + chain[k - 1, 2], chain[k - 1, 1] + chain[k - 1, 2]
            if a > a0 and b > b0:
                _, found, width, _, _ = gotoh(plain[a0:a], plain[b0:b], False)
                matches += found
                columns += width
            else:
                columns += max(a - a0, b - b0)
        for o in range(length):
            path[size, 0], path[size, 1], path[size, 2], path[size, 3] = a + o, b + o, matches, columns
            # Runs are found with every digit alike; what counts as matched are the characters themselves.
            if plain[a + o] == plain[b + o]:
                matches += 1
            columns += 1
            size += 1
    return size


@kernel
def _label(path: Ints, size: int, kinds: NDArray[np.int8], slots: Ints, labels: NDArray[np.int8]) -> None:
    """0 for a character of their own, 1 in a common run, 2 in a central one; only runs that both texts share."""
    labels[:size] = 0
    for s in range(size - RUN + 1):
        if path[s + RUN - 1, 0] - path[s, 0] != RUN - 1 or path[s + RUN - 1, 1] - path[s, 1] != RUN - 1:
            continue
        slot = slots[path[s, 0]]
        if slot >= 0 and kinds[slot] > 0:
            for o in range(s, s + RUN):
                labels[o] = max(labels[o], kinds[slot])


@kernel
def _cuts(labels: NDArray[np.int8], size: int, min_passage: int, cuts: Ints) -> int:
    """Where pieces begin: around long set phrases, shorter ones at the edges; how many, 0 and `size` included."""
    cuts[0] = 0
    n = 1
    start = 0
    while start < size:
        end = start
        while end < size and (labels[end] > 0) == (labels[start] > 0):
            end += 1
        limit = min_passage if start == 0 or end == size else SET_PHRASE
        if labels[start] > 0 and end - start >= limit:
            for cut in (start, end):
                if cut > cuts[n - 1] and cut < size:
                    cuts[n] = cut
                    n += 1
        start = end
    cuts[n] = size
    return n + 1


@kernel
def _piece(path: Ints, labels: NDArray[np.int8], first: int, last: int, plain: Codes, out: Ints) -> None:
    """Figures of the matched characters `[first, last)` as one row."""
    out[0], out[1] = path[first, 0], path[last - 1, 0] + 1
    out[2], out[3] = path[first, 1], path[last - 1, 1] + 1
    end_match = 1 if plain[path[last - 1, 0]] == plain[path[last - 1, 1]] else 0
    out[4] = path[last - 1, 2] - path[first, 2] + end_match
    out[5] = path[last - 1, 3] - path[first, 3] + 1
    out[6:] = 0
    for s in range(first, last):
        out[6 + labels[s]] += 1


@kernel
def _extend(plain: Codes, starts: Ints, i: int, j: int, left: bool, right: bool, out: Ints) -> None:  # noqa: FBT001 compiled code takes no keywords
    """Add what still corresponds beyond both ends of a piece."""
    if right:
        a, b = out[1], out[3]
        a1, b1 = min(a + EXTEND, starts[i + 1]), min(b + EXTEND, starts[j + 1])
        _, matches, columns, n, m = gotoh(plain[a:a1], plain[b:b1], True)
        out[1] += n
        out[3] += m
        out[4] += matches
        out[5] += columns
        out[6] += matches
    if left:
        a, b = out[0], out[2]
        a0, b0 = max(a - EXTEND, starts[i]), max(b - EXTEND, starts[j])
        x, y = plain[a0:a][::-1].copy(), plain[b0:b][::-1].copy()
        _, matches, columns, n, m = gotoh(x, y, True)
        out[0] -= n
        out[2] -= m
        out[4] += matches
        out[5] += columns
        out[6] += matches


@kernel
def _has_hub(path: Ints, first: int, last: int, slots: Ints, hub: NDArray[np.int32], i: int, j: int) -> bool:
    for s in range(first, last - RUN + 1):
        slot = slots[path[s, 0]]
        if slot >= 0 and (hub[slot] == i or hub[slot] == j):
            return True
    return False


@kernel
def _is_new(
    path: Ints, first: int, last: int, a0: int, b0: int, used_a: NDArray[np.bool_], used_b: NDArray[np.bool_]
) -> bool:
    """Whether most matched characters are in no better passage, on either side; what stands in gaps is not used."""
    used = 0
    for s in range(first, last):
        if used_a[path[s, 0] - a0] or used_b[path[s, 1] - b0]:
            used += 1
    return 2 * used < last - first


@kernel
def _keeps(row: Ints, min_passage: int) -> bool:
    """Whether a piece is a passage: long and alike enough, and no set phrase that another document is the hub of."""
    set_phrase = row[6] < MIN_OWN and row[7] > row[8]
    return bool(row[4] >= min_passage and 2 * row[4] >= row[5] and not (set_phrase and row[9] == 0))


@kernel
def pieces_of(
    runs: Ints,
    plain: Codes,
    starts: Ints,
    slots: Ints,
    kinds: NDArray[np.int8],
    hub: NDArray[np.int32],
    min_passage: int,
    out: Ints,
) -> int:
    """Passages of one pair of documents; fills `out` (n, 10) and says how many.

    The best chains come first; a piece whose characters better passages use already is left out, so that a text
    which stands once in one document and three times in the other is one passage.
    """
    i, j = runs[0, 0], runs[0, 1]
    best, before = best_chains(runs, slots, kinds)
    room = int(runs[:, 4].sum())
    path, labels = np.empty((room, 4), np.int64), np.empty(room, np.int8)
    chain, cuts = np.empty((len(runs), 3), np.int64), np.empty(room + 2, np.int64)
    taken = np.zeros(len(runs), np.bool_)
    used_a, used_b = np.zeros(starts[i + 1] - starts[i], np.bool_), np.zeros(starts[j + 1] - starts[j], np.bool_)
    n_out = 0
    for k in np.argsort(-best, kind="mergesort"):
        n = _trace(k, before, taken, runs, chain)
        if chain[:n, 2].sum() < MIN_RUN:
            continue
        size = _align(plain, chain, n, path)
        _label(path, size, kinds, slots, labels)
        n_cuts = _cuts(labels, size, min_passage, cuts)
        for c in range(n_cuts - 1):
            first, last = cuts[c], cuts[c + 1]
            if n_out == len(out) or not _is_new(path, first, last, starts[i], starts[j], used_a, used_b):
                continue
            row = out[n_out]
            _piece(path, labels, first, last, plain, row)
            row[9] = 1 if _has_hub(path, first, last, slots, hub, i, j) else 0
            _extend(plain, starts, i, j, first == 0, last == size, row)
            if _keeps(row, min_passage):
                n_out += 1
                for s in range(first, last):
                    used_a[path[s, 0] - starts[i]] = True
                    used_b[path[s, 1] - starts[j]] = True
    return n_out
