"""Which character of one text stands for which of the other: one map, from which all overlap figures follow.

First the best chain of common runs in the same order, then long runs that moved elsewhere, then shorter runs and
single characters in the gaps between them. Every character is used at most once on either side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.gaps import fill_gaps
from pipeline.reuse.grams import GRAM, mix, pack
from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

MOVED = 8
"""Length from which a run out of order counts as moved text and not as a phrase that both use anyway."""
MAX_RUNS = 1024
"""Common runs considered in one pair; beyond it only text that repeats itself hundreds of times."""
MAX_REPEATS = 64


@kernel
def _runs(x: Codes, y: Codes, runs: Ints) -> int:
    """Maximal common runs of at least four codes as (start in x, start in y, length), sorted; how many."""
    size = 16
    while size < 2 * len(y):
        size *= 2
    mask = np.uint64(size - 1)
    heads = np.full(size, -1, np.int32)
    following = np.full(len(y), -1, np.int32)
    for j in range(len(y) - GRAM, -1, -1):
        slot = mix(pack(y, j, GRAM)) & mask
        following[j] = heads[slot]
        heads[slot] = j
    n = 0
    for i in range(len(x) - GRAM + 1):
        j = heads[mix(pack(x, i, GRAM)) & mask]
        tried = 0
        while j >= 0 and tried < MAX_REPEATS:
            tried += 1
            if not (i > 0 and j > 0 and x[i - 1] == y[j - 1]):
                length = 0
                while i + length < len(x) and j + length < len(y) and x[i + length] == y[j + length]:
                    length += 1
                if length >= GRAM:
                    runs[n, 0], runs[n, 1], runs[n, 2] = i, j, length
                    n += 1
                    if n == len(runs):
                        return n
            j = following[j]
    return n


@kernel
def _lap(before: Ints, after: Ints) -> int:
    """Characters of a run that the one before it already uses, on either side."""
    return int(max(0, before[0] + before[2] - after[0], before[1] + before[2] - after[1]))


@kernel
def _enter(runs: Ints, before: Ints, last: int, forward: NDArray[np.int32], used: NDArray[np.bool_]) -> None:
    """Enter the chain that ends in run `last`."""
    k = last
    while k >= 0:
        p = before[k]
        for o in range(_lap(runs[p], runs[k]) if p >= 0 else 0, runs[k, 2]):
            forward[runs[k, 0] + o] = runs[k, 1] + o
            used[runs[k, 1] + o] = True
        k = p


@kernel
def _chain(runs: Ints, n: int, forward: NDArray[np.int32], used: NDArray[np.bool_]) -> None:
    """Enter the best chain: most characters in the same order, one less for every change of diagonal."""
    best = np.empty(n, np.int64)
    before = np.full(n, -1, np.int64)
    top = 0
    for k in range(n):
        best[k] = runs[k, 2]
        for p in range(k):
            if runs[p, 0] >= runs[k, 0] or runs[p, 1] >= runs[k, 1]:
                continue
            lap = _lap(runs[p], runs[k])
            if lap >= runs[k, 2]:
                continue
            value = best[p] + runs[k, 2] - lap
            if runs[p, 0] - runs[p, 1] != runs[k, 0] - runs[k, 1]:
                value -= 1
            if value > best[k]:
                best[k] = value
                before[k] = p
        if best[k] > best[top]:
            top = k
    _enter(runs, before, top, forward, used)


@kernel
def _moved(runs: Ints, n: int, forward: NDArray[np.int32], used: NDArray[np.bool_]) -> None:
    """Enter runs out of order, longest first, where both sides are still free for at least eight characters."""
    order = np.argsort(-runs[:n, 2], kind="mergesort")
    for k in order:
        if runs[k, 2] < MOVED:
            break
        start = 0
        for o in range(runs[k, 2] + 1):
            if o < runs[k, 2] and forward[runs[k, 0] + o] < 0 and not used[runs[k, 1] + o]:
                continue
            if o - start >= MOVED:
                for m in range(start, o):
                    forward[runs[k, 0] + m] = runs[k, 1] + m
                    used[runs[k, 1] + m] = True
            start = o + 1


@kernel
def match(x: Codes, y: Codes) -> NDArray[np.int32]:
    """For each code of x the index of its counterpart in y, or -1; (len(x),), no index twice."""
    forward = np.full(len(x), -1, np.int32)
    used = np.zeros(len(y), np.bool_)
    if len(x) >= GRAM and len(y) >= GRAM:
        runs = np.empty((MAX_RUNS, 3), np.int64)
        n = _runs(x, y, runs)
        if n > 0:
            _chain(runs, n, forward, used)
            _moved(runs, n, forward, used)
    fill_gaps(x, y, forward, used)
    return forward


@kernel
def backward(forward: NDArray[np.int32], n: int) -> NDArray[np.int32]:
    """The same map read from the other text, (n,)."""
    out = np.full(n, -1, np.int32)
    for i in range(len(forward)):
        if forward[i] >= 0:
            out[forward[i]] = i
    return out


@kernel
def cost(forward: NDArray[np.int32]) -> int:
    """Characters without a counterpart plus breaks between neighbours whose counterparts are no neighbours."""
    total = 0
    for i in range(len(forward)):
        if forward[i] < 0 or (i > 0 and forward[i - 1] >= 0 and forward[i] != forward[i - 1] + 1):
            total += 1
    return total


@kernel
def overlaps(
    codes: Codes, starts: Ints, left: NDArray[np.int32], right: NDArray[np.int32], common: NDArray[np.bool_]
) -> Ints:
    """For each pair: matched codes, cost from the left, cost from the right, matched codes that are not `common`.

    Args:
        codes: (n_codes,) all texts.
        starts: (n_texts + 1,) where each begins.
        left: (n,) rows of texts.
        right: (n,) rows of texts.
        common: (n_codes,) whether the code stands in boilerplate.

    Returns:
        (n, 4) counts.
    """
    out = np.zeros((len(left), 4), np.int64)
    for p in range(len(left)):
        a, b = left[p], right[p]
        x, y = codes[starts[a] : starts[a + 1]], codes[starts[b] : starts[b + 1]]
        forward = match(x, y)
        for i in range(len(forward)):
            if forward[i] >= 0:
                out[p, 0] += 1
                if not common[starts[a] + i]:
                    out[p, 3] += 1
        out[p, 1] = cost(forward)
        out[p, 2] = cost(backward(forward, len(y)))
    return out
