"""Near-duplicate pairs: time, memory and recall beside datasketch and rensa, in one run, each in a process of its own.

Texts are made by recombining short stretches of words of real documents (distinct 4-grams grow with the number of
texts as they do in the documents), a tenth of them are edited copies of others. All methods check their candidates
with the same edit similarity, so precision is 1; recall is against the exact join. The methods take turns, and the
best time of each counts.

    python experiments/benchmarks/reuse_pairs.py [CORPUS] [--texts 10000 100000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pair_methods import LIMITS, METHODS, USUAL_LIMIT
from pair_texts import texts_of

METHODS_FILE = Path(__file__).with_name("pair_methods.py")


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
            command = [sys.executable, str(METHODS_FILE), name, str(source), str(target)]
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
Processes that wanted one of the {cores} processors when the run began: {load:.1f}; where they are more than there are
processors, only CPU seconds can be compared.

"""


def compiling(source: Path) -> float:
    """Seconds that the sketches take on a few texts when nothing has been compiled yet."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, str(METHODS_FILE), "sketches", str(source), f"{cache}/pairs.npy"]
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
    options = parser.parse_args()
    if not any(options.corpus.rglob("*.txt")):
        parser.error(f"no .txt files in {options.corpus}: name a folder of documents to take words from")
    if "sketches" not in options.methods:
        parser.error("the table compares with `sketches`: add it to --methods")
    options.scratch.mkdir(parents=True, exist_ok=True)
    results: dict[int, dict[str, dict[str, float]]] = {}
    load = os.getloadavg()[0]
    first = compiling(texts_of(options.corpus, options.scratch, min(options.texts)))
    facts = {"first": first, "load": load, "cores": os.cpu_count(), "repeat": options.repeat}
    head = HEAD.format(once="exact and datasketch", **facts)
    for n in options.texts:
        results[n] = race(n, texts_of(options.corpus, options.scratch, n), options)
        options.output.write_text(head + table(results), "utf-8")
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
