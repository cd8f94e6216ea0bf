"""An int8 copy of unit vectors: all of them against one query, closely enough to tell which could be among the best."""

from __future__ import annotations

import functools
import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 50_000
_QUERY_STEPS = 32767
"""The query is rounded to int16: 127 * 32767 * 512 stays below 2**31, so a sum of products fits an int32."""

_MAX_DIM = 512
_ROWS_A_CORE = 10_000
_BLOCK = 256
"""Scores that share a maximum when the best are looked for."""


class ByteScan:
    """Vectors rounded to whole numbers: int8 (n, dim), a step for each, and the largest error made."""

    def __init__(self, rows: Callable[[slice], np.ndarray], n: int, dim: int) -> None:
        self._codes = np.zeros((n, dim), np.int8)
        self._scale = np.zeros(n, np.float32)
        self._error = np.float32(0)
        for start in range(0, n, _CHUNK):
            part = slice(start, min(start + _CHUNK, n))
            self._quantise(part, rows(part))

    @property
    def nbytes(self) -> int:
        """Memory that is held."""
        return self._codes.nbytes + self._scale.nbytes

    def _quantise(self, part: slice, rows: np.ndarray) -> None:
        scale = np.abs(rows).max(axis=1) / np.float32(127)
        scale = np.where(scale > 0, scale, np.float32(1))
        self._codes[part] = np.rint(rows / scale[:, None])
        self._scale[part] = scale
        errors = np.linalg.norm(rows - self._codes[part] * scale[:, None], axis=1)
        self._error = max(self._error, np.float32(errors.max(initial=0)))

    def scores(self, query: np.ndarray) -> np.ndarray:
        """Approximate products of a unit query (dim,) with all vectors, float32 (n,), off by at most half the margin.

        A million of 384 numbers take 35 ms on two idle cores, 100,000 take 1.3. Four rows at a time would take 22 ms
        where there is AVX-512 but 50 where there is only AVX2, an int8 query 42.
        """
        step = float(np.abs(query).max()) / _QUERY_STEPS or 1.0
        codes = np.rint(query / step).astype(np.int16)
        return _kernel(self._codes, codes, self._scale, np.float32(step))

    def near_the_best(self, scores: np.ndarray, k: int) -> np.ndarray:
        """Positions, ascending int64, of all vectors that could be among the `k` best, by their approximate scores.

        A true and an approximate score differ by at most the largest error of a vector and that of the query: what is
        more than twice that below the k-th cannot be among the k.
        """
        return _near_the_best(scores, k, self._margin)

    @property
    def _margin(self) -> np.float32:
        of_query = np.sqrt(self._codes.shape[1]) / (2 * _QUERY_STEPS)
        return np.float32(2 * (self._error + (1 + self._error) * of_query) + 1e-5)


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
