"""Texts longer than the model's limit, cut into windows of equal length."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def cut(text: str, starts: Sequence[int], capacity: int) -> list[str]:
    """Cut `text` into the fewest windows of at most `capacity` tokens, as equal as can be.

    Args:
        text: the text.
        starts: offset in `text` of the first character of each of its tokens, ascending.
        capacity: tokens a window may have.

    Returns:
        Windows whose concatenation is `text`; one window when it fits. Equal windows: a last one of a few tokens
        would be a vector of a broken sentence.
    """
    n_tokens = len(starts)
    n_windows = max(1, -(-n_tokens // capacity))
    edges = [0, *(starts[n_tokens * i // n_windows] for i in range(1, n_windows)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges)]
