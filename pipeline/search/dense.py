"""Exact cosine search: an int8 scan of all vectors, then float32 for those that could be among the best."""

from __future__ import annotations

import functools
import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.embedding.centring import centre, fit_mean

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 50_000
_QUERY_STEPS = 32767
"""The query is rounded to int16: 127 * 32767 * 512 stays below 2**31, so a sum of products fits an int32."""

PHRASE_SHARE = 0.5
"""Share of the headlines' mean that is subtracted from a phrase; .4 to .6 rank alike."""

_MAX_DIM = 512
_ROWS_A_CORE = 10_000
_BLOCK = 256
"""Scores that share a maximum when the best are looked for."""


class DenseIndex:
    """Centred vectors of all measures, optionally with their headlines' added at a weight.

    Vectors stay where they are (they may be memory-mapped); held are an int8 copy (n, dim) and two floats a vector.
    """

    def __init__(
        self, vectors: np.ndarray, mean: np.ndarray, headlines: np.ndarray | None = None, headline_weight: float = 0.1
    ) -> None:
        self._vectors = vectors
        self.mean = np.asarray(mean, np.float32)
        self._headlines = headlines
        self._headline_weight = headline_weight
        self._phrase_mean = np.float32(PHRASE_SHARE) * (self.mean if headlines is None else fit_mean(headlines))
        n, dim = vectors.shape
        self.dim = int(dim)
        self._codes = np.zeros((n, dim), np.int8)
        self._scale = np.zeros(n, np.float32)
        self._error = np.float32(0)
        for start in range(0, n, _CHUNK):
            self._quantise(slice(start, min(start + _CHUNK, n)))

    def __len__(self) -> int:
        """Vectors in the index."""
        return len(self._scale)

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

    def top(
        self, query: np.ndarray, k: int, allowed: np.ndarray | None = None, scan: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The `k` best measures, exactly: rows int64 and cosines float32, best first, ties by row.

        Args:
            query: (dim,), L2-normalised.
            k: how many; fewer come back when fewer are allowed.
            allowed: boolean (n,) or None for all.
            scan: what `scan` gave for this query, if it was already made.
        """
        approximate = self.scan(query) if scan is None else scan
        if allowed is not None:
            approximate = np.where(allowed, approximate, -np.inf)
        k = min(k, len(self) if allowed is None else int(np.count_nonzero(allowed)))
        if k == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        # true and approximate cosine differ by at most the longest rounding error: nothing below can be among the k
        candidates = _near_the_best(approximate, k, 2 * self._error + np.float32(1e-5))
        exact = self.rows(candidates) @ query
        order = np.lexsort((candidates, -exact))[:k]
        return candidates[order], exact[order]

    def cosines(self, query: np.ndarray, where: np.ndarray) -> np.ndarray:
        """Exact cosines of the query with some measures, float32 (k,)."""
        found: np.ndarray = self.rows(where) @ query
        return found

    def _quantise(self, part: slice) -> None:
        rows = self.rows(part)
        scale = np.abs(rows).max(axis=1) / np.float32(127)
        scale = np.where(scale > 0, scale, np.float32(1))
        self._codes[part] = np.rint(rows / scale[:, None])
        self._scale[part] = scale
        errors = np.linalg.norm(rows - self._codes[part] * scale[:, None], axis=1)
        self._error = max(self._error, np.float32(errors.max(initial=0)))

    def scan(self, query: np.ndarray) -> np.ndarray:
        """Approximate cosines of the query with all measures, float32 (n,), off by less than the rounding error."""
        step = float(np.abs(query).max()) / _QUERY_STEPS or 1.0
        codes = np.rint(query / step).astype(np.int16)
        return _kernel(self._codes, codes, self._scale, np.float32(step))


def _near_the_best(scores: np.ndarray, k: int, margin: np.float32) -> np.ndarray:
    """Positions of all scores that are less than `margin` below the `k`-th largest, ascending int64.

    The k-th largest of the blocks' maxima is no larger than the k-th largest score, so only blocks that come up to it
    need a look: of a million scores some thousand (0.5 ms), where partitioning all takes 10 ms.
    """
    n_blocks = len(scores) // _BLOCK
    if n_blocks <= k:
        kth = np.partition(scores, len(scores) - k)[len(scores) - k]
        return np.flatnonzero(scores >= kth - margin)
    whole = scores[: n_blocks * _BLOCK].reshape(n_blocks, _BLOCK)
    maxima = whole.max(axis=1)
    bound = np.partition(maxima, n_blocks - k)[n_blocks - k] - margin
    blocks = np.flatnonzero(maxima >= bound)
    inside = (blocks[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
    positions = np.concatenate([inside, np.arange(n_blocks * _BLOCK, len(scores))])
    values = scores[positions]
    kth = np.partition(values, len(values) - k)[len(values) - k]
    found: np.ndarray = positions[values >= kth - margin]
    return found


def _kernel(codes: np.ndarray, query: np.ndarray, scale: np.ndarray, step: np.float32) -> np.ndarray:
    """Products of int8 rows with an int16 query, each times its scale, float32 (n,), the rows shared between cores."""
    if codes.shape[1] > _MAX_DIM:
        wide: np.ndarray = codes.astype(np.float32) @ query.astype(np.float32) * (scale * step)
        return wide
    found = np.empty(len(codes), np.float32)
    scan = _compiled()
    edges = np.linspace(0, len(codes), max(1, min(_cores(), len(codes) // _ROWS_A_CORE)) + 1).astype(int).tolist()
    parts = [slice(a, b) for a, b in itertools.pairwise(edges)]
    rest = [_pool().submit(scan, codes[part], query, scale[part], step, found[part]) for part in parts[1:]]
    scan(codes[parts[0]], query, scale[parts[0]], step, found[parts[0]])
    for task in rest:
        task.result()
    return found


def _cores() -> int:
    return os.cpu_count() or 1


@functools.cache
def _pool() -> ThreadPoolExecutor:
    """Our own threads: numba's parallel loops may not be entered from two threads at once, as a web server does."""
    return ThreadPoolExecutor(_cores(), thread_name_prefix="search")


@functools.cache
def _compiled() -> Callable[[np.ndarray, np.ndarray, np.ndarray, np.float32, np.ndarray], None]:
    """The scan in machine code; casts keep the sum in int32, or the compiler would widen it and be 5 times slower."""
    import numba

    @numba.njit(nogil=True, cache=True)
    def scan(codes: Any, query: Any, scale: Any, step: Any, found: Any) -> None:
        for row in range(codes.shape[0]):
            total = np.int32(0)
            for column in range(codes.shape[1]):
                total = np.int32(total + np.int32(codes[row, column]) * np.int32(query[column]))
            found[row] = total * (scale[row] * step)

    kernel: Callable[[np.ndarray, np.ndarray, np.ndarray, np.float32, np.ndarray], None] = scan
    return kernel
