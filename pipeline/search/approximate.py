"""Approximate neighbours through faiss (optional extra `ann`): lists of near vectors, of which a query reads a few."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import JucuoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.search.dense import DenseIndex

DISTRIBUTION = "faiss-cpu"
FEWEST = 39
"""Vectors a list from which faiss finds its centre well (its `min_points_per_centroid`); 1024 lists need 40,000."""

_ROUNDS = 10
"""Rounds of k-means, as many as faiss itself takes for lists."""

_CHUNK = 50_000


def available() -> bool:
    """Whether faiss is installed."""
    return importlib.util.find_spec("faiss") is not None


def version() -> str:
    """Name and version of the faiss that is installed.

    Raises:
        JucuoError: when it is not.
    """
    _faiss()
    return f"{DISTRIBUTION}-{importlib.metadata.version(DISTRIBUTION)}"


def _faiss() -> Any:
    """The module, whose stubs do not know what it adds at run time."""
    if not available():
        raise JucuoError(
            "search.vectors is faiss, but faiss is not installed",
            "pip install 'jucuo[ann]', or set search.vectors to exact.",
        )
    return importlib.import_module("faiss")


@dataclass(frozen=True)
class FaissIndex:
    """Vectors in lists around centres, each number rounded to 8 bits (faiss's IVF with SQ8, inner product).

    Attributes:
        index: faiss's own object.
        probes: lists a query reads.
    """

    index: Any
    probes: int

    @classmethod
    def build(cls, dense: DenseIndex, lists: int, probes: int, seed: int) -> FaissIndex:
        """Index the rows of `dense`; the same rows give the same index on one kind of processor.

        Centres are found by seeded spherical k-means on `lists` * 39 rows drawn by the seed. One thread does it all,
        for sums that several threads share are not added in one order. A million rows take 25 s.

        Raises:
            JucuoError: when faiss is not installed.
        """
        faiss = _faiss()
        with _one_thread():
            index = faiss.index_factory(dense.dim, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
            index.cp.seed, index.cp.niter, index.cp.spherical = seed % 2**31, _ROUNDS, True
            sample = np.random.default_rng(seed).choice(len(dense), min(len(dense), lists * FEWEST), replace=False)
            index.train(dense.rows(np.sort(sample)))
            for start in range(0, len(dense), _CHUNK):
                index.add(dense.rows(slice(start, min(start + _CHUNK, len(dense)))))
        return cls(index, probes)

    def candidates(self, query: np.ndarray, n: int) -> np.ndarray:
        """Rows that are probably the `n` nearest to a unit query (dim,), int64."""
        chosen = _faiss().SearchParametersIVF(nprobe=self.probes)
        _, rows = self.index.search(query[None], n, params=chosen)
        found: np.ndarray = rows[0][rows[0] >= 0].astype(np.int64)
        return found

    def array(self) -> np.ndarray:
        """The index as bytes, uint8: faiss's own format."""
        written: np.ndarray = _faiss().serialize_index(self.index)
        return written

    @classmethod
    def of_array(cls, array: np.ndarray, probes: int) -> FaissIndex:
        """The inverse of `array`.

        Raises:
            JucuoError: when faiss is not installed.
        """
        return cls(_faiss().deserialize_index(np.ascontiguousarray(array)), probes)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let faiss compute on one thread."""
    faiss = _faiss()
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)
