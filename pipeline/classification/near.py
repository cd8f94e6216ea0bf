"""How close a text is to the labelled measures of each category: a vote of nearest neighbours, as one number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.inputs import Vectors

NEIGHBOURS = 3
"""Closest measures of a category that count (out of fold: 1, 2, 5 and 8 were worse)."""
SCALE = 10.0
"""Cosines differ by hundredths; in tenths the stack's regularisation treats them like the log-odds beside them."""


@dataclass(frozen=True)
class Near:
    """Labelled measures and the codebook's worked examples, the measures first.

    `vectors` (m, dim) float16, centred and normalised; `labels` (m, k); `level`: what the closeness to any category is
    on average.
    """

    vectors: NDArray[np.float16]
    labels: NDArray[np.bool_]
    level: float

    @classmethod
    def of(cls, vectors: Vectors, labels: NDArray[np.bool_]) -> Near:
        """Keep them, and find the level: the closeness of each to the others, averaged."""
        kept = vectors.astype(np.float16)
        similarity = _cosines(kept, kept)
        np.fill_diagonal(similarity, -np.inf)
        full = np.flatnonzero(labels.sum(axis=0) > NEIGHBOURS)
        totals = [_top(similarity[:, labels[:, column]]).mean() / NEIGHBOURS for column in full]
        return cls(kept, labels, float(np.mean(totals)) if totals else 0.0)

    def closeness(self, vectors: Vectors) -> NDArray[np.float64]:
        """(n, k): mean cosine to the three closest of each category above the level, times SCALE.

        A missing neighbour counts as one at the level: a category without examples gets 0, which says nothing.
        """
        similarity = _cosines(vectors, self.vectors) - np.float32(self.level)
        found = np.zeros((len(vectors), self.labels.shape[1]))
        for column in np.flatnonzero(self.labels.any(axis=0)):
            found[:, column] = _top(similarity[:, self.labels[:, column]])
        return found * (SCALE / NEIGHBOURS)


def _cosines(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.asarray(a.astype(np.float32) @ b.astype(np.float32).T)


def _top(similarity: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n,) sum of the largest few of each row."""
    surplus = similarity.shape[1] - NEIGHBOURS
    best = np.partition(similarity, surplus, axis=1)[:, surplus:] if surplus > 0 else similarity
    return np.asarray(best.sum(axis=1, dtype=np.float64))
