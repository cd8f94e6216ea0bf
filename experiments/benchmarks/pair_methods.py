"""Ways to find near-duplicate pairs: ours, datasketch and rensa, all from strings to verified pairs.

    python experiments/benchmarks/pair_methods.py METHOD TEXTS PAIRS

runs one of them in this process, so that memory is its own; TEXTS has a text a line, the pairs go to PAIRS (.npy), the
figures to the shell as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.reuse.candidates import near, unique_pairs
from pipeline.reuse.text import normalise
from pipeline.reuse.verify import edit_similarity
from pipeline.settings import ReuseParams

NEAR = 0.8
FAST, THOROUGH = (25, 5, 3), (32, 4, 2)
"""Bands, rows and characters of a shingle: the peers' usual setting made for Chinese, and one that finds more."""

Setting = tuple[int, int, int]


def ours(texts: list[str], *, exact: bool) -> NDArray[np.int32]:
    """Candidates of our exact join, or of our sketches."""
    return unique_pairs(near(normalise(texts, offsets=False), ReuseParams(), exact=exact), len(texts))


def near_pairs(texts: list[str], pairs: NDArray[np.int32]) -> NDArray[np.int32]:
    """Candidates whose edit similarity is high enough."""
    if not len(pairs):
        return pairs
    rows, inverse = np.unique(pairs, return_inverse=True)
    corpus = normalise([texts[row] for row in rows], offsets=False)
    left, right = inverse.reshape(pairs.shape).astype(np.int32).T
    return pairs[edit_similarity(corpus, left, right, NEAR) >= NEAR]


def rensa(texts: list[str], setting: Setting) -> NDArray[np.int32]:
    """Candidates of rensa's LSH."""
    from rensa import RMinHash, RMinHashLSH

    bands, rows, size = setting
    index = RMinHashLSH(threshold=0.5, num_perm=bands * rows, num_bands=bands)
    hashes = []
    for row, text in enumerate(texts):
        minhash = RMinHash(num_perm=bands * rows, seed=1)
        minhash.update([text[at : at + size] for at in range(len(text) - size + 1)])
        index.insert(row, minhash)
        hashes.append(minhash)
    found = [(row, other) for row, minhash in enumerate(hashes) for other in index.query(minhash) if other > row]
    return np.array(found, np.int32).reshape(-1, 2)


def datasketch(texts: list[str], setting: Setting) -> NDArray[np.int32]:
    """Candidates of datasketch's LSH."""
    from datasketch import MinHash, MinHashLSH

    bands, rows, size = setting
    index = MinHashLSH(num_perm=bands * rows, params=(bands, rows))
    shingles = ([text[at : at + size].encode() for at in range(len(text) - size + 1)] for text in texts)
    hashes = list(MinHash.generator(shingles, num_perm=bands * rows))
    for row, minhash in enumerate(hashes):
        index.insert(row, minhash)
    found = [(row, other) for row, minhash in enumerate(hashes) for other in index.query(minhash) if other > row]
    return np.array(found, np.int32).reshape(-1, 2)


METHODS: dict[str, Callable[[list[str]], NDArray[np.int32]]] = {
    "exact": lambda texts: ours(texts, exact=True),
    "sketches": lambda texts: ours(texts, exact=False),
    "rensa": lambda texts: rensa(texts, FAST),
    "rensa thorough": lambda texts: rensa(texts, THOROUGH),
    "datasketch": lambda texts: datasketch(texts, FAST),
    "datasketch thorough": lambda texts: datasketch(texts, THOROUGH),
}
LIMITS = {"sketches": 10_000_000, "datasketch thorough": 100_000}
"""Most texts a method is run on; 300,000 where none is named. datasketch is slow, so it is run only once."""
USUAL_LIMIT = 300_000


def measure(method: str, source: Path, target: Path) -> dict[str, float]:
    """Run one method in this process; its pairs go to `target`."""
    texts = source.read_text("utf-8").split("\n")
    METHODS[method](texts[:200])
    near_pairs(texts[:2], np.array([[0, 1]], np.int32))
    before, cpu = time.perf_counter(), time.process_time()
    pairs = METHODS[method](texts)
    found = near_pairs(texts, pairs)
    figures = {
        "seconds": time.perf_counter() - before,
        "cpu_seconds": time.process_time() - cpu,
        "candidates": len(pairs),
        "pairs": len(found),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }
    np.save(target, unique_pairs(found, len(texts)))
    return figures


def main() -> int:
    """Run the method that the shell names."""
    method, source, target = sys.argv[1:]
    print(json.dumps(measure(method, Path(source), Path(target))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
