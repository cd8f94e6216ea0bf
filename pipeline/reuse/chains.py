"""Chains of common runs of two documents, over gaps: what may be one passage."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.reuse.grams import RUN
from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from pipeline.reuse.text import Ints

MAX_GAP = 120
"""Longest gap a passage may bridge on either side: a long sentence."""
MAX_CHANGED = 30
"""Longest stretch that may differ on both sides: longer ones are other text, and what stands around it two passages."""
MOVED = 20
"""Characters in a row that stand elsewhere in the other text too: a gap that holds so many has text of a passage of
its own, which has moved, and is not bridged."""
LOOK_BACK = 200
OWN_WEIGHT, SHARED_WEIGHT = 4, 1
"""Worth of a matched character: in a set phrase a quarter. Two levels, not the idf itself, so that one more document
changes the passages of others only where a run of theirs becomes common."""
Marks: TypeAlias = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""A mark for each character of both documents."""


@kernel
def long_runs(runs: Ints, side: int, start: int, length: int) -> NDArray[np.bool_]:
    """(length,) whether a character of one document (0: i, 1: j), which begins at code `start`, is in a long run."""
    inside = np.zeros(length, np.bool_)
    for run in runs:
        if run[4] >= MOVED:
            inside[run[2 + side] - start : run[2 + side] - start + run[4]] = True
    return inside


@kernel
def _counted(marks: NDArray[np.bool_]) -> Ints:
    """(n + 1,) marks before each character."""
    total = np.zeros(len(marks) + 1, np.int64)
    for k in range(len(marks)):
        total[k + 1] = total[k] + marks[k]
    return total


@kernel
def _holds_moved(before: Ints, after: Ints, side: int, counted: Ints, base: int) -> bool:
    """Whether the gap between two runs holds text that is shared, but in another place."""
    start, end = before[2 + side] + before[4], after[2 + side]
    return bool(end > start and counted[end - base] - counted[start - base] >= MOVED)


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
def best_chains(
    runs: Ints, slots: Ints, kinds: NDArray[np.int8], long: Marks, bases: tuple[int, int]
) -> tuple[Ints, Ints]:
    """Score of the best chain that ends in each run, and its predecessor (-1 for none).

    Args:
        runs: (n, 5) common runs of one pair of documents, sorted.
        slots: (n_codes,) slot of the run of eight that begins at each code, or -1.
        kinds: (n_slots,) 0 own, 1 common, 2 central.
        long: per character of both documents whether it is in a long run.
        bases: where both documents begin in the codes.
    """
    best = np.empty(len(runs), np.int64)
    before = np.full(len(runs), -1, np.int64)
    counted = _counted(long[0]), _counted(long[1])
    for k in range(len(runs)):
        worth = _worth(runs[k], slots, kinds)
        best[k] = worth
        for p in range(max(0, k - LOOK_BACK), k):
            lap, price = _link(runs[p], runs[k])
            if price < 0 or lap >= runs[k, 4]:
                continue
            if _holds_moved(runs[p], runs[k], 0, counted[0], bases[0]):
                continue
            if _holds_moved(runs[p], runs[k], 1, counted[1], bases[1]):
                continue
            value = best[p] - price + worth * (runs[k, 4] - lap) // runs[k, 4]
            if value > best[k]:
                best[k] = value
                before[k] = p
    return best, before


@kernel
def trace(k: int, before: Ints, taken: NDArray[np.bool_], runs: Ints, out: Ints) -> int:
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
