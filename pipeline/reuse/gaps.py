"""Counterparts in the gaps between common runs: shorter runs, longest first, then single characters in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints

GAP = 64
"""Longest gap that is searched for shorter runs: what stands further away is other text."""


@kernel
def _longest(
    x: Codes, y: Codes, gap: Ints, forward: NDArray[np.int32], used: NDArray[np.bool_]
) -> tuple[int, int, int]:
    """The longest common run of free characters in a gap: length, start in x, start in y."""
    longest, at, to = 0, 0, 0
    for i in range(gap[0], gap[1]):
        for j in range(gap[2], gap[3]):
            o = 0
            while i + o < gap[1] and j + o < gap[3] and x[i + o] == y[j + o] and forward[i + o] < 0 and not used[j + o]:
                o += 1
            if o > longest:
                longest, at, to = o, i, j
    return longest, at, to


@kernel
def _pair_up(x: Codes, y: Codes, gap: Ints, forward: NDArray[np.int32], used: NDArray[np.bool_]) -> None:
    """Enter equal characters at equal places of a gap that is as long in x as in y."""
    if gap[1] - gap[0] != gap[3] - gap[2]:
        return
    for o in range(gap[1] - gap[0]):
        i, j = gap[0] + o, gap[2] + o
        if x[i] == y[j] and forward[i] < 0 and not used[j]:
            forward[i] = j
            used[j] = True


@kernel
def _fill(x: Codes, y: Codes, gap: Ints, forward: NDArray[np.int32], used: NDArray[np.bool_]) -> None:
    """Enter common runs of two or more inside a gap, longest first, then equal characters at equal places.

    `gap` holds start and end in x, start and end in y.
    """
    stack = np.empty((2 * GAP + 8, 4), np.int64)
    stack[0] = gap
    depth = 1
    while depth > 0:
        depth -= 1
        now = stack[depth].copy()
        if now[1] <= now[0] or now[3] <= now[2]:
            continue
        longest, at, to = _longest(x, y, now, forward, used)
        if longest < 2:  # noqa: PLR2004 - single characters meet by chance
            _pair_up(x, y, now, forward, used)
            continue
        for o in range(longest):
            forward[at + o] = to + o
            used[to + o] = True
        stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3] = now[0], at, now[2], to
        depth += 1
        stack[depth, 0], stack[depth, 1] = at + longest, now[1]
        stack[depth, 2], stack[depth, 3] = to + longest, now[3]
        depth += 1


@kernel
def fill_gaps(x: Codes, y: Codes, forward: NDArray[np.int32], used: NDArray[np.bool_]) -> None:
    """Search the gap between every two neighbouring runs that follow one another on both sides, and both ends."""
    last_x, last_y = -1, -1
    i = 0
    while i <= len(x):
        if i < len(x) and forward[i] < 0:
            i += 1
            continue
        to = forward[i] if i < len(x) else len(y)
        x0, x1, y0, y1 = last_x + 1, i, last_y + 1, to
        if last_x < 0:
            x0, y0 = max(x0, x1 - GAP), max(y0, y1 - GAP)
        if i == len(x):
            x1, y1 = min(x1, x0 + GAP), min(y1, y0 + GAP)
        if x0 < x1 and y0 < y1 and x1 - x0 <= GAP and y1 - y0 <= GAP:
            _fill(x, y, np.array([x0, x1, y0, y1]), forward, used)
        if i == len(x):
            break
        last_x, last_y = i, forward[i]
        i += 1
