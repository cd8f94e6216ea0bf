"""BM25, which ranks, and cosines of TF-IDF vectors, which mean the same for every query, over the terms of an index."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.search.counts import TermCounts


K1, B = 1.2, 0.75
"""BM25's saturation of a term's count and weight of a text's length (Robertson and Zaragoza 2009)."""


@dataclass(frozen=True)
class TermVector:
    """A query over the terms of an index.

    Attributes:
        ids: terms, int64 (k,), ascending.
        weights: TF-IDF weights, L2-normalised, float32 (k,).
        shares: share of each term in the query's known terms, float32 (k,): what BM25 multiplies.
    """

    ids: np.ndarray
    weights: np.ndarray
    shares: np.ndarray


class LexicalIndex:
    """Texts by their terms.

    BM25 is Lucene's variant, with idf ln(1 + (n - df + 0.5) / (df + 0.5)); on 120 judged queries it ranks better than
    the cosine of TF-IDF vectors (nDCG@5 .82 to .77 over words, .83 to .81 over character pairs). TF-IDF is that of
    scikit-learn's `TfidfVectorizer(sublinear_tf=True)`: (1 + ln tf) * (ln((1 + n) / (1 + df)) + 1).
    """

    def __init__(self, counts: TermCounts) -> None:
        from scipy import sparse

        self.counts = counts
        n, n_terms = len(counts.start) - 1, len(counts.vocabulary)
        frequency = np.bincount(counts.term, minlength=n_terms)
        self.idf = (np.log((1 + n) / (1 + frequency)) + 1).astype(np.float32)
        rarity = np.log1p((n - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        matrix = sparse.csr_array((_saturated(counts, rarity), counts.term, counts.start), shape=(n, n_terms))
        self._postings: Any = matrix.tocsc()

    def __len__(self) -> int:
        """Texts in the index."""
        return int(self._postings.shape[0])

    def vector(self, text: str) -> TermVector:
        """A text over the terms of the index; terms it does not know are left out."""
        ids, counts = np.unique(self.counts.vocabulary.ids(text), return_counts=True)
        return _unit(ids, _term_frequency(counts) * self.idf[ids], counts)

    def combine(self, vectors: Sequence[TermVector], weights: Sequence[float]) -> TermVector:
        """The weighted sum of several queries; terms whose share is not positive in it are dropped."""
        if len(vectors) == 1 and weights[0] > 0:
            return vectors[0]
        total, shares = np.zeros(len(self.idf)), np.zeros(len(self.idf))
        for vector, weight in zip(vectors, weights, strict=True):
            total[vector.ids] += weight * vector.weights
            shares[vector.ids] += weight * vector.shares
        ids = np.flatnonzero((total > 0) & (shares > 0))
        return _unit(ids, total[ids], shares[ids])

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
        """BM25 of every text, float32 (n,), divided by the query's length: comparable within a query only."""
        found = np.zeros(len(self), np.float32)
        if len(query.ids):
            postings = self._postings
            _compiled()(postings.indptr, postings.indices, postings.data, query.ids, query.shares, found)
        return found

    def cosines(self, query: TermVector, rows: np.ndarray) -> np.ndarray:
        """Cosine of the TF-IDF vectors of the query and of some texts, float32 (k,)."""
        found = np.zeros(len(rows), np.float32)
        for i, row in enumerate(rows.tolist()):
            part = slice(self.counts.start[row], self.counts.start[row + 1])
            terms = self.counts.term[part]
            weights = _term_frequency(self.counts.count[part]) * self.idf[terms]
            _, at, asked = np.intersect1d(terms, query.ids, assume_unique=True, return_indices=True)
            norm = float(np.linalg.norm(weights.astype(np.float64)))
            found[i] = weights[at] @ query.weights[asked] / norm if norm else 0.0
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


def _saturated(counts: TermCounts, rarity: np.ndarray) -> np.ndarray:
    """BM25 of each entry of the matrix, float32 (k,)."""
    n = len(counts.start) - 1
    owner = np.repeat(np.arange(n), np.diff(counts.start))
    frequency = counts.count.astype(np.float32)
    lengths = np.bincount(owner, counts.count, minlength=n).astype(np.float32)
    mean = np.float32(lengths.mean() or 1) if n else np.float32(1)
    penalty = np.float32(K1) * (np.float32(1 - B) + np.float32(B) * lengths / mean)
    found: np.ndarray = rarity[counts.term] * frequency * np.float32(K1 + 1) / (frequency + penalty[owner])
    return found


def _unit(ids: np.ndarray, weights: np.ndarray, counts: np.ndarray) -> TermVector:
    norm, total = float(np.sqrt((weights.astype(np.float64) ** 2).sum())), float(counts.sum())
    return TermVector(
        ids,
        (weights / norm if norm else weights).astype(np.float32),
        (counts / total if total else counts).astype(np.float32),
    )
