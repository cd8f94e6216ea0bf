"""Near-duplicates among the hits, shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl


def collapse(rows: np.ndarray, texts: pl.Series, top: int, near: float | None) -> list[tuple[int, list[int]]]:
    """The first `top` rows of a ranking that are no near-duplicates of better ones, each with its own.

    Args:
        rows: ranking, best first, int64.
        texts: text of every row of the index.
        top: how many to keep.
        near: edit similarity (1 - Levenshtein distance / longer length) from which a text is a near-duplicate;
            None keeps the first `top` rows as they are.

    Returns:
        (row, rows of its near-duplicates in ranking order); the whole ranking is looked through for duplicates.
    """
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    if near is None:
        return [(row, []) for row in rows[:top].tolist()]
    least = near - 1e-9  # 1 - 2/5 must count as 0.6; the cut-off below is laxer, for rapidfuzz rounds it up
    groups: list[tuple[int, list[int]]] = []
    left, written = rows, np.array(texts.gather(rows).to_list(), object)
    while len(left) and len(groups) < top:
        similarity = cdist(
            written[:1], written, scorer=Levenshtein.normalized_similarity, dtype=np.float64, score_cutoff=near - 0.01
        )[0]
        same = similarity >= least
        same[0] = True
        groups.append((int(left[0]), left[same][1:].tolist()))
        left, written = left[~same], written[~same]
    return groups
