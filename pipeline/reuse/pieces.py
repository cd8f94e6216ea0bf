"""From chains of common runs to passages: align the gaps, cut where the origin changes, extend the ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.chains import MAX_CHANGED, Marks, best_chains, long_runs, trace
from pipeline.reuse.gotoh import gotoh
from pipeline.reuse.grams import RUN
from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

EXTEND = 40
"""Characters searched beyond the first and last common run."""
SET_PHRASE = 60
"""Shared set phrases up to this length stay inside a passage; longer ones are a passage of their own."""
MIN_RUN = 12
"""Matched characters from which a chain is aligned at all."""
MIN_OWN = 8
"""Matched characters outside set phrases that make a passage more than a set phrase."""
COLUMNS = 10
"""Of a piece: start and end in a and in b, matches, columns, own, common and central characters, has a hub."""


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
def _piece(path: Ints, labels: NDArray[np.int8], first: int, last: int, x: Codes, y: Codes, out: Ints) -> None:
    """Figures of the matched characters `[first, last)` as one row."""
    out[0], out[1] = path[first, 0], path[last - 1, 0] + 1
    out[2], out[3] = path[first, 1], path[last - 1, 1] + 1
    end_match = 1 if x[path[last - 1, 0]] == y[path[last - 1, 1]] else 0
    out[4] = path[last - 1, 2] - path[first, 2] + end_match
    out[5] = path[last - 1, 3] - path[first, 3] + 1
    out[6:] = 0
    for s in range(first, last):
        out[6 + labels[s]] += 1


@kernel
def _reach(taken: Marks, long: Marks, side: int, at: int, step: int) -> int:
    """Characters from `at` in one direction that no better passage uses and no other passage will, at most `EXTEND`."""
    used, other = taken[side], long[side]
    n = 0
    while n < EXTEND and 0 <= at + n * step < len(used) and not (used[at + n * step] or other[at + n * step]):
        n += 1
    return n


@kernel
def _add(row: Ints, columns: int, matches: int) -> None:
    row[4] += matches
    row[5] += columns
    row[6] += matches


@kernel
def _extend(x: Codes, y: Codes, used: Marks, long: Marks, left: bool, right: bool, row: Ints) -> None:  # noqa: FBT001 compiled code takes no keywords
    """Add what still corresponds beyond the ends of a piece of the documents x and y, up to other passages."""
    if right:
        a, b = row[1], row[3]
        ahead = x[a : a + _reach(used, long, 0, a, 1)], y[b : b + _reach(used, long, 1, b, 1)]
        matches, columns, n, m = gotoh(ahead[0], ahead[1], True)[1:]
        row[1] += n
        row[3] += m
        _add(row, columns, matches)
    if left:
        a, b = row[0], row[2]
        back_a = x[a - _reach(used, long, 0, a - 1, -1) : a][::-1].copy()
        back_b = y[b - _reach(used, long, 1, b - 1, -1) : b][::-1].copy()
        matches, columns, n, m = gotoh(back_a, back_b, True)[1:]
        row[0] -= n
        row[2] -= m
        _add(row, columns, matches)


@kernel
def _hubs(path: Ints, size: int, slots: Ints, hub: NDArray[np.int32], i: int, j: int) -> NDArray[np.bool_]:
    """(size,) whether a run that begins at a matched character has one of the documents i and j as its hub."""
    out = np.zeros(size, np.bool_)
    for s in range(size - RUN + 1):
        slot = slots[path[s, 0]]
        out[s] = slot >= 0 and (hub[slot] == i or hub[slot] == j)
    return out


@kernel
def _is_new(path: Ints, first: int, last: int, used: Marks) -> bool:
    """Whether most matched characters are in no better passage, on either side."""
    n = 0
    for s in range(first, last):
        if used[0][path[s, 0]] or used[1][path[s, 1]]:
            n += 1
    return 2 * n < last - first


@kernel
def _use(path: Ints, first: int, last: int, row: Ints, used: Marks) -> None:
    """Mark what a passage uses: all of its span but stretches slipped in on one side, which may be other passages."""
    for side in range(2):
        mine = used[side]
        at = row[2 * side]
        for s in range(first, last + 1):
            to = path[s, side] if s < last else row[2 * side + 1]
            if to - at <= MAX_CHANGED or s in (first, last):
                mine[at:to] = True
            if s < last:
                mine[to] = True
                at = to + 1


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
    x, y = plain[starts[i] : starts[i + 1]], plain[starts[j] : starts[j + 1]]
    long = long_runs(runs, 0, starts[i], len(x)), long_runs(runs, 1, starts[j], len(y))
    best, before = best_chains(runs, slots, kinds, long, (starts[i], starts[j]))
    room = int(runs[:, 4].sum())
    path, labels = np.empty((room, 4), np.int64), np.empty(room, np.int8)
    chain, cuts = np.empty((len(runs), 3), np.int64), np.empty(room + 2, np.int64)
    taken = np.zeros(len(runs), np.bool_)
    used = np.zeros(len(x), np.bool_), np.zeros(len(y), np.bool_)
    n_out = 0
    for k in np.argsort(-best, kind="mergesort"):
        n = trace(k, before, taken, runs, chain)
        if chain[:n, 2].sum() < MIN_RUN:
            continue
        size = _align(plain, chain, n, path)
        _label(path, size, kinds, slots, labels)
        n_cuts = _cuts(labels, size, min_passage, cuts)
        hubs = _hubs(path, size, slots, hub, i, j)
        path[:size, 0] -= starts[i]
        path[:size, 1] -= starts[j]
        for c in range(n_cuts - 1):
            first, last = cuts[c], cuts[c + 1]
            if n_out == len(out) or not _is_new(path, first, last, used):
                continue
            row = out[n_out]
            _piece(path, labels, first, last, x, y, row)
            row[9] = hubs[first:last].sum()
            _extend(x, y, used, long, first == 0, last == size, row)
            if _keeps(row, min_passage):
                _use(path, first, last, row, used)
                row[:2] += starts[i]
                row[2:4] += starts[j]
                n_out += 1
    return n_out
