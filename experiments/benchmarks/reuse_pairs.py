"""Near-duplicate pairs: time, memory and recall beside datasketch and rensa, each in a process of its own.

Texts are made by recombining short stretches of words of real documents (distinct 4-grams grow with the number of
texts as they do in the documents), a tenth of them are edited copies of others. All methods check their candidates
with the same edit similarity, so precision is 1; recall is against the exact join.

    python experiments/benchmarks/reuse_pairs.py ../shared/corpus --texts 10000 100000
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.reuse.candidates import unique_pairs
from pipeline.reuse.classes import any_digit
from pipeline.reuse.join import join
from pipeline.reuse.text import normalise
from pipeline.reuse.verify import edit_similarity

NEAR = 0.8
FAST, THOROUGH = (25, 5, 3), (32, 4, 2)
"""Bands, rows and characters of a shingle: the peers' usual setting made for Chinese, and one that finds more."""

Setting = tuple[int, int, int]


def words(corpus: Path) -> list[str]:
    """All words of all documents in their order."""
    import jieba

    text = "\n".join(path.read_text("utf-8") for path in sorted(corpus.rglob("*.txt")))
    return [word for word in jieba.cut(text) if re.match(r"[一-鿿]", word)]


def made(vocabulary: list[str], n: int, seed: int = 1) -> list[str]:
    """`n` texts of 40 to 120 words; every tenth is another with up to a quarter of its characters edited."""
    rng = np.random.default_rng(seed)
    originals: list[str] = []
    for _ in range(n - n // 10):
        parts: list[str] = []
        length = int(rng.integers(40, 120))
        while len(parts) < length:
            start = int(rng.integers(0, len(vocabulary) - 6))
            parts += vocabulary[start : start + int(rng.integers(1, 6))]
        originals.append("".join(parts))
    letters = "".join(vocabulary[:50_000])
    copies = []
    for _ in range(n // 10):
        text = list(originals[rng.integers(len(originals))])
        for _ in range(int(len(text) * rng.uniform(0, 0.25))):
            at, kind, letter = int(rng.integers(len(text))), rng.integers(3), letters[rng.integers(len(letters))]
            text[at : at + (0 if kind == 0 else 1)] = [] if kind == 1 else [letter]
        copies.append("".join(text))
    texts = originals + copies
    return [texts[k] for k in rng.permutation(n)]


def ours(texts: list[str], rarest: int | None) -> NDArray[np.int32]:
    """Candidates of our join."""
    corpus = normalise(texts)
    return unique_pairs(join(any_digit(corpus.codes), corpus.starts, NEAR, rarest=rarest), len(texts))


def near_pairs(texts: list[str], pairs: NDArray[np.int32]) -> NDArray[np.int32]:
    """Candidates whose edit similarity is high enough."""
    if not len(pairs):
        return pairs
    rows, inverse = np.unique(pairs, return_inverse=True)
    corpus = normalise([texts[row] for row in rows])
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
    "exact": lambda texts: ours(texts, None),
    "ours": lambda texts: ours(texts, 12),
    "rensa": lambda texts: rensa(texts, FAST),
    "rensa-thorough": lambda texts: rensa(texts, THOROUGH),
    "datasketch": lambda texts: datasketch(texts, FAST),
    "datasketch-thorough": lambda texts: datasketch(texts, THOROUGH),
}


def measure(method: str, source: Path, target: Path) -> dict[str, float]:
    """Run one method in this process; its pairs go to `target`."""
    texts = source.read_text("utf-8").split("\n")
    METHODS[method](texts[:200])
    before, cpu, idle = time.perf_counter(), time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pairs = METHODS[method](texts)
    near = near_pairs(texts, pairs)
    figures = {
        "seconds": time.perf_counter() - before,
        "cpu_seconds": time.process_time() - cpu,
        "candidates": len(pairs),
        "pairs": len(near),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "texts_gb": idle / 1e6,
    }
    np.save(target, unique_pairs(near, len(texts)))
    return figures


def main() -> int:
    """Print one line of JSON for each size and method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--texts", type=int, nargs="+", default=[10_000])
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--scratch", type=Path, default=Path("build/benchmark"))
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one[0], Path(options.one[1]), Path(options.one[2]))))
        return 0
    options.scratch.mkdir(parents=True, exist_ok=True)
    vocabulary = words(options.corpus)
    for n in options.texts:
        source = options.scratch / f"texts-{n}.txt"
        source.write_text("\n".join(made(vocabulary, n)), "utf-8")
        found: dict[str, set[tuple[int, int]]] = {}
        for method in options.methods:
            target = options.scratch / f"pairs-{n}-{method}.npy"
            command = [sys.executable, __file__, str(options.corpus), "--one", method, str(source), str(target)]
            figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603
            found[method] = set(map(tuple, np.load(target).tolist()))
            if "exact" in found:
                figures["recall"] = len(found[method] & found["exact"]) / max(len(found["exact"]), 1)
            print(json.dumps({"texts": n, "method": method, **figures}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
