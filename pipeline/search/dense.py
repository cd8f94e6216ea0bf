"""Cosine search over centred vectors: exact, or through an approximate index; the scores are exact in either case."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pipeline.embedding.centring import centre, fit_mean
from pipeline.search.scan import ByteScan

if TYPE_CHECKING:
    from collections.abc import Callable

PHRASE_SHARE = 0.5
"""Share of the headlines' mean that is subtracted from a phrase; .4 to .6 rank alike."""

WIDE = 0.5
"""Share of all measures that must be allowed before the approximate index may answer; else the search is exact."""

MOST = 1000
"""Measures up to which the approximate index is asked; beyond, its lists would have to be read nearly whole."""

SPARE = 30
"""Candidates beyond twice those wanted: codes of 8 bits confuse neighbours closer than .004 (recall .965 to .999)."""

_CHUNK = 50_000


class Approximate(Protocol):
    """An index that names probable neighbours fast and may miss some."""

    def candidates(self, query: np.ndarray, n: int) -> np.ndarray:
        """Rows that are probably the `n` nearest to a unit query (dim,), int64; fewer where it looked at fewer."""
        ...


class DenseIndex:
    """Centred vectors of all measures, optionally with their headlines' added at a weight.

    Vectors stay where they are (they may be memory-mapped). Exact search holds an int8 copy beside them; with an
    approximate index the copy is made when the first query needs it.
    """

    def __init__(
        self,
        vectors: np.ndarray,
        mean: np.ndarray,
        headlines: np.ndarray | None = None,
        headline_weight: float = 0.1,
        approximate: Callable[[DenseIndex], Approximate | None] | None = None,
    ) -> None:
        self._vectors = vectors
        self.mean = np.asarray(mean, np.float32)
        self._headlines = headlines
        self._headline_weight = headline_weight
        self._phrase_mean = np.float32(PHRASE_SHARE) * (self.mean if headlines is None else fit_mean(headlines))
        self.dim = int(vectors.shape[1])
        self._approximate = approximate(self) if approximate else None
        if self._approximate is None:
            self.scan  # noqa: B018 - made now, so that the first query does not wait

    def __len__(self) -> int:
        """Vectors in the index."""
        return len(self._vectors)

    @cached_property
    def scan(self) -> ByteScan:
        """The int8 copy that exact search reads."""
        return ByteScan(self.rows, len(self), self.dim)

    def rows(self, where: slice | np.ndarray) -> np.ndarray:
        """Centred vectors of some measures with their headlines' part, float32 (k, dim), L2-normalised."""
        headlines = None if self._headlines is None else self._headlines[where]
        return self.query(self._vectors[where], headlines)

    def query(self, vectors: np.ndarray, headlines: np.ndarray | None = None) -> np.ndarray:
        """Raw vectors (k, dim) as this index compares them."""
        centred = centre(vectors, self.mean)
        if headlines is None:
            return centred
        total = centred + np.float32(self._headline_weight) * centre(headlines, self.mean)
        norms = np.linalg.norm(total, axis=-1, keepdims=True)
        found: np.ndarray = total / np.where(norms > 0, norms, np.float32(1))
        return found

    def phrase(self, vectors: np.ndarray) -> np.ndarray:
        """Raw vectors of short texts (k, dim) as this index compares them.

        Phrases lie elsewhere than measures, so the measures' mean is not theirs: half the mean of the headlines serves
        (nDCG@5 over 75 judged topics and questions: .57 with the measures' mean, .78 with this one).
        """
        return centre(vectors, self._phrase_mean)

    def cosines(self, query: np.ndarray, where: np.ndarray) -> np.ndarray:
        """Exact cosines of the query with some measures, float32 (k,).

        A measure's cosine is the same whichever others are asked for; a matrix product's last digit is not.
        """
        found: np.ndarray = np.einsum("ij,j->i", self.rows(where), query)
        return found

    def top(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """As `Look.top`, for a query that is asked once."""
        return self.look(query).top(k, allowed)

    def look(self, query: np.ndarray) -> Look:
        """A query (dim,), L2-normalised, that may be asked several times."""
        return Look(self, query)

    def digest(self) -> str:
        """sha256 over all that `rows` comes from."""
        found = hashlib.sha256(self.mean.tobytes() + np.float64(self._headline_weight).tobytes())
        for part in (self._vectors, *(() if self._headlines is None else (self._headlines,))):
            for start in range(0, len(part), _CHUNK):
                found.update(np.asarray(part[start : start + _CHUNK], np.float32).tobytes())
        return found.hexdigest()

    def probable(self, query: np.ndarray, k: int, allowed: np.ndarray | None, n_allowed: int) -> np.ndarray:
        """Candidates of the approximate index, int64; none where there is none or where it would miss too much.

        The nearest of all measures are asked for and what is not allowed is dropped. So a filter costs candidates, not
        hits: if it forbids just what is near (all of the query's own topic, say), too few are left and the caller
        searches exactly.
        """
        if self._approximate is None or k > MOST or n_allowed < WIDE * len(self):
            return np.zeros(0, np.int64)
        found = self._approximate.candidates(query, 2 * k * len(self) // n_allowed + SPARE)
        return found if allowed is None else found[allowed[found]]


class Look:
    """One query's look at the vectors; all of them are scanned at most once, however often it is asked."""

    def __init__(self, index: DenseIndex, query: np.ndarray) -> None:
        self._index = index
        self._query = query

    def top(self, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The `k` best measures: rows int64 and exact cosines float32, best first, ties by row.

        Exactly the best, unless there is an approximate index and most measures are allowed: then a few may be missed,
        but never do fewer come back.

        Args:
            k: how many; fewer come back when fewer are allowed.
            allowed: boolean (n,) or None for all.
        """
        n_allowed = len(self._index) if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, n_allowed)
        if k == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        candidates = self._index.probable(self._query, k, allowed, n_allowed)
        if len(candidates) < k:
            scores = self._scores if allowed is None else np.where(allowed, self._scores, -np.inf)
            candidates = self._index.scan.near_the_best(scores, k)
        exact = self._index.cosines(self._query, candidates)
        order = np.lexsort((candidates, -exact))[:k]
        return candidates[order], exact[order]

    @cached_property
    def _scores(self) -> np.ndarray:
        return self._index.scan.scores(self._query)
