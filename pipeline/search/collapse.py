"""Near-duplicates among the hits, shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl


def collapse(rows: np.ndarray, texts: pl.Series, top: int, near: float | None) -> list[tuple[int, list[int]]]:
    """The first `top` rows of a ranking that are no near-duplicates of better ones, each with its own.

    Args:
        rows: ranking, best first.
        texts: text of every row of the index.
        top: how many to keep.
        near: edit similarity (1 - Levenshtein distance / longer length) from which a text is a near-duplicate;
            None keeps the first `top` rows as they are.

    Returns:
        (row, rows of its near-duplicates in ranking order); the whole ranking is looked through for duplicates.
    """
    from rapidfuzz.distance import Levenshtein

    if near is None:
        return [(int(row), []) for row in rows[:top]]
    kept: list[tuple[int, str, list[int]]] = []
    for row in rows.tolist():
        text = texts[row]
        for _, other, duplicates in kept:
            if Levenshtein.normalized_similarity(text, other, score_cutoff=near) >= near:
                duplicates.append(row)
                break
        else:
            if len(kept) < top:
                kept.append((row, text, []))
    return [(row, duplicates) for row, _, duplicates in kept]
