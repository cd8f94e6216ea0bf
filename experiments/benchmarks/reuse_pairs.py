"""Near-duplicate pairs: time, memory and recall beside datasketch and rensa, in one run, each in a process of its own.

Texts are made by recombining short stretches of words of real documents (distinct 4-grams grow with the number of
texts as they do in the documents), a tenth of them are edited copies of others. All methods check their candidates
with the same edit similarity, so precision is 1; recall is against the exact join. The methods take turns, and the
best time of each counts.

    python experiments/benchmarks/reuse_pairs.py [CORPUS] [--texts 10000 100000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import os
import re
import resource
import subprocess
import sys
import tempfile
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


def best(runs: list[dict[str, float]]) -> dict[str, float]:
    """The least of each figure over the runs of one method (candidates and pairs are the same in all)."""
    return {name: min(run[name] for run in runs) for name in runs[0]}


def race(n: int, source: Path, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """All methods on one file of `n` texts, in turns; the best figures of each, with its recall."""
    methods = [name for name in options.methods if n <= LIMITS.get(name, USUAL_LIMIT)]
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in methods}
    for turn in range(options.repeat):
        for name in methods:
            if turn and (name.startswith("datasketch") or name == "exact"):
                continue
            target = options.scratch / f"pairs-{n}-{name.replace(' ', '-')}.npy"
            command = [sys.executable, __file__, str(options.corpus), "--one", name, str(source), str(target)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
            runs[name].append(json.loads(done.stdout))
            print(json.dumps({"texts": n, "method": name, **runs[name][-1]}), file=sys.stderr, flush=True)
    found = {
        name: set(map(tuple, np.load(options.scratch / f"pairs-{n}-{name.replace(' ', '-')}.npy").tolist()))
        for name in methods
    }
    figures = {name: best(runs[name]) for name in methods}
    for name in methods if "exact" in methods else []:
        figures[name]["recall"] = len(found[name] & found["exact"]) / max(len(found["exact"]), 1)
    return figures


def growth(results: dict[int, dict[str, dict[str, float]]], low: int, high: int, figure: str) -> float:
    """The exponent `e` of n^e by which a figure of the sketches grows between two sizes."""
    ratio = results[high]["sketches"][figure] / results[low]["sketches"][figure]
    return math.log(ratio) / math.log(high / low)


def table(results: dict[int, dict[str, dict[str, float]]]) -> str:
    """The results as Markdown."""
    lines = [
        "| texts | method | seconds | CPU seconds | times sketches (CPU) | peak GB | candidates | pairs | recall |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for n, methods in results.items():
        ours_seconds = methods["sketches"]
        for name, row in methods.items():
            wall, cpu = (row[key] / ours_seconds[key] for key in ("seconds", "cpu_seconds"))
            recall = f"{row['recall']:.5f}" if "recall" in row else "not known"
            lines.append(
                f"| {n:,} | {name} | {row['seconds']:.2f} | {row['cpu_seconds']:.2f} | {wall:.1f} ({cpu:.1f}) "
                f"| {row['peak_gb']:.2f} | {row['candidates']:,.0f} | {row['pairs']:,.0f} | {recall} |"
            )
    sizes = sorted(results)
    for low, high in sorted({*itertools.pairwise(sizes), (sizes[0], sizes[-1])} - {(sizes[0], sizes[0])}):
        exponents = [f"{growth(results, low, high, figure):.2f}" for figure in ("seconds", "cpu_seconds")]
        lines.append(f"\nFrom {low:,} to {high:,} texts sketches grow as n^{exponents[0]} (CPU n^{exponents[1]}).")
    return "\n".join(lines) + "\n"


HEAD = """# reuse-pairs

How long does it take to find every pair of texts with an edit similarity of at least 0.8, and are they all found?

Made by `python experiments/benchmarks/reuse_pairs.py`: texts of 40 to 120 words recombined from real documents, every
tenth an edited copy of another. Each method runs in its own process from Python strings to verified pairs; all verify
their candidates with the same edit similarity, so that precision is 1 for all. `exact` is our join that misses
nothing, and recall is the share of its pairs. `sketches` is our search beyond `reuse.exact_up_to` measures. Both use
2 threads for most of their steps; rensa and datasketch use one, so CPU seconds stand beside seconds. Peers: 25 bands
of 5 rows on characters by threes; thorough: 32 bands of 4 rows on characters by twos. The best of {repeat} runs in
turns counts ({once}: one run). Compiling our code is not counted: {first:.0f} s, once after each installation.

"""


def texts_of(options: argparse.Namespace, n: int) -> Path:
    """The file of `n` texts; made once for each corpus."""
    documents = sorted(options.corpus.rglob("*.txt"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in documents)).hexdigest()[:8]
    source: Path = options.scratch / f"texts-{n}-{digest}.txt"
    if not source.exists():
        source.write_text("\n".join(made(words(options.corpus), n)), "utf-8")
    return source


def compiling(source: Path) -> float:
    """Seconds that the sketches take on a few texts when nothing has been compiled yet."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, __file__, "--one", "sketches", str(source), f"{cache}/pairs.npy"]
        before = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "NUMBA_CACHE_DIR": cache})  # noqa: S603
        return time.perf_counter() - before


def main() -> int:
    """Race the methods and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", default=Path("../shared/corpus"))
    parser.add_argument("--texts", type=int, nargs="+", default=[10_000, 100_000, 300_000, 1_000_000])
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--scratch", type=Path, default=Path("build/benchmark"))
    parser.add_argument("--output", type=Path, default=Path("experiments/results/reuse-pairs.md"))
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one[0], Path(options.one[1]), Path(options.one[2]))))
        return 0
    if not any(options.corpus.rglob("*.txt")):
        parser.error(f"no .txt files in {options.corpus}: name a folder of documents to take words from")
    if "sketches" not in options.methods:
        parser.error("the table compares with `sketches`: add it to --methods")
    options.scratch.mkdir(parents=True, exist_ok=True)
    results: dict[int, dict[str, dict[str, float]]] = {}
    first = compiling(texts_of(options, min(options.texts)))
    head = HEAD.format(first=first, repeat=options.repeat, once="exact and datasketch")
    for n in options.texts:
        results[n] = race(n, texts_of(options, n), options)
        options.output.write_text(head + table(results), "utf-8")
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
