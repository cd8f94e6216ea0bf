"""Affine-gap alignment of the short stretches between and beyond exact matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from pipeline.reuse.text import Codes

MATCH = 3
MISMATCH = -3
GAP_OPEN = -6
GAP_EXTEND = -1
"""A sentence slipped in costs little more than two words, while unrelated text of the same
length on both sides costs a match a character. Two characters that agree beyond a gap do not pay for it, three do."""
_NEVER = -1_000_000


@kernel
def gotoh(x: Codes, y: Codes, ends_free: bool) -> tuple[int, int, int, int, int]:  # noqa: FBT001 compiled code takes no keywords
    """Best alignment of x and y (Gotoh 1982).

    Args:
        x: codes of one side, (n,).
        y: codes of the other, (m,).
        ends_free: align any prefixes of both (an extension) instead of all of both.

    Returns:
        Score, matched characters, aligned columns, and how many codes of x and of y are aligned.
    """
    n, m = len(x), len(y)
    # Row 0..2: states match, gap in y (x goes on), gap in x. Each state carries its score, matches and columns.
    score = np.full((2, 3, m + 1), _NEVER, np.int64)
    facts = np.zeros((2, 3, m + 1, 2), np.int64)
    score[0, 0, 0] = 0
    for j in range(1, m + 1):
        score[0, 2, j] = GAP_OPEN + j * GAP_EXTEND
        facts[0, 2, j, 1] = j
    top, top_matches, top_columns, top_i, top_j = 0, 0, 0, 0, 0
    for i in range(1, n + 1):
        now, was = i % 2, (i - 1) % 2
        score[now] = _NEVER
        score[now, 1, 0] = GAP_OPEN + i * GAP_EXTEND
        facts[now, 1, 0, 0], facts[now, 1, 0, 1] = 0, i
        for j in range(1, m + 1):
            equal = x[i - 1] == y[j - 1]
            state = np.argmax(score[was, :, j - 1])
            score[now, 0, j] = score[was, state, j - 1] + (MATCH if equal else MISMATCH)
            facts[now, 0, j, 0] = facts[was, state, j - 1, 0] + (1 if equal else 0)
            facts[now, 0, j, 1] = facts[was, state, j - 1, 1] + 1
            for gap in (1, 2):
                row, column = (was, j) if gap == 1 else (now, j - 1)
                opened, extended = score[row, 0, column] + GAP_OPEN + GAP_EXTEND, score[row, gap, column] + GAP_EXTEND
                source = 0 if opened >= extended else gap
                score[now, gap, j] = max(opened, extended)
                facts[now, gap, j, 0] = facts[row, source, column, 0]
                facts[now, gap, j, 1] = facts[row, source, column, 1] + 1
            if ends_free and score[now, 0, j] > top:
                top, top_i, top_j = score[now, 0, j], i, j
                top_matches, top_columns = facts[now, 0, j, 0], facts[now, 0, j, 1]
    if ends_free:
        return top, top_matches, top_columns, top_i, top_j
    state = np.argmax(score[n % 2, :, m])
    return score[n % 2, state, m], facts[n % 2, state, m, 0], facts[n % 2, state, m, 1], n, m
