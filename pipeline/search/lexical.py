"""Cosine of TF-IDF vectors over the terms of an index."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.search.counts import TermCounts


@dataclass(frozen=True)
class TermVector:
    """A query over the terms of an index: ids int64 (k,), ascending, and L2-normalised weights float32 (k,)."""

    ids: np.ndarray
    weights: np.ndarray


class LexicalIndex:
    """TF-IDF as scikit-learn's `TfidfVectorizer(sublinear_tf=True)`: (1 + ln tf) * (ln((1 + n) / (1 + df)) + 1)."""

    def __init__(self, counts: TermCounts) -> None:
        from scipy import sparse

        self.counts = counts
        n, n_terms = len(counts.start) - 1, len(counts.vocabulary)
        frequency = np.bincount(counts.term, minlength=n_terms)
        self.idf = (np.log((1 + n) / (1 + frequency)) + 1).astype(np.float32)
        weights = _term_frequency(counts.count)
        weights *= self.idf[counts.term]
        matrix = sparse.csr_array((weights, counts.term, counts.start), shape=(n, n_terms))
        norms = np.sqrt(matrix.power(2).sum(axis=1, dtype=np.float64))
        weights /= np.repeat(np.where(norms > 0, norms, 1).astype(np.float32), np.diff(counts.start))
        self._postings: Any = matrix.tocsc()

    def __len__(self) -> int:
        """Texts in the index."""
        return int(self._postings.shape[0])

    def vector(self, text: str) -> TermVector:
        """A text over the terms of the index; terms it does not know are left out."""
        ids, counts = np.unique(self.counts.vocabulary.ids(text), return_counts=True)
        return _unit(ids, _term_frequency(counts) * self.idf[ids])

    def combine(self, vectors: Sequence[TermVector], weights: Sequence[float]) -> TermVector:
        """The weighted sum of several queries; what is not positive in it is dropped."""
        if len(vectors) == 1 and weights[0] > 0:
            return vectors[0]
        total = np.zeros(len(self.idf))
        for vector, weight in zip(vectors, weights, strict=True):
            total[vector.ids] += weight * vector.weights
        ids = np.flatnonzero(total > 0)
        return _unit(ids, total[ids])

    def having_all(self, text: str) -> np.ndarray:
        """Positions of the texts that have every term of `text`, ascending int64; all texts if it has no term."""
        ids = np.unique(self.counts.vocabulary.ids(text))
        if len(ids) < self.counts.vocabulary.n_terms(text):
            return np.zeros(0, np.int64)
        start, rows = self._postings.indptr, self._postings.indices
        found = np.arange(len(self))
        for i in ids[np.argsort(np.diff(start)[ids], kind="stable")].tolist():
            found = np.intersect1d(found, rows[start[i] : start[i + 1]], assume_unique=True)
        return found

    def scores(self, query: TermVector) -> np.ndarray:
        """Cosine of the query with every text, float32 (n,)."""
        if not len(query.ids):
            return np.zeros(len(self), np.float32)
        found = np.zeros(len(self), np.float32)
        postings = self._postings
        _compiled()(postings.indptr, postings.indices, postings.data, query.ids, query.weights, found)
        return found


@functools.cache
def _compiled() -> Callable[..., None]:
    """Adds up the postings of a query's terms in machine code; scipy would first copy them out of the matrix."""
    import numba

    @numba.njit(nogil=True, cache=True)
    def add(start: Any, rows: Any, values: Any, ids: Any, weights: Any, found: Any) -> None:
        for i in range(len(ids)):
            for at in range(start[ids[i]], start[ids[i] + 1]):
                found[rows[at]] += weights[i] * values[at]

    kernel: Callable[..., None] = add
    return kernel


def _term_frequency(counts: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1 + np.log(counts.astype(np.float32))
    return found


def _unit(ids: np.ndarray, weights: np.ndarray) -> TermVector:
    norm = float(np.sqrt((weights.astype(np.float64) ** 2).sum()))
    return TermVector(ids, (weights / norm if norm else weights).astype(np.float32))
