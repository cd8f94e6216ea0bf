"""How fast and how large search is: `python experiments/benchmarks/search_speed.py --measures 100000`.

Measures are made by recombining the clauses of a workspace's measures (seeded), vectors by mixing its vectors with
noise, so term frequencies and cosines are those of the genre. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipeline.embedding.centring import fit_mean
from pipeline.search import Filters, Query
from pipeline.search.dense import DenseIndex
from pipeline.search.index import SearchIndex
from pipeline.settings import SearchParams
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

CLAUSES = 5
"""Clauses a made measure has: about 200 characters, as real ones have."""


def made_measures(measures: pl.DataFrame, n: int, rng: np.random.Generator) -> pl.DataFrame:
    """`n` measures of recombined clauses, with the other columns of the measures they are made from."""
    clauses = np.array(
        measures["text"].str.split("。").explode().str.strip_chars().drop_nulls().unique().sort().to_list()
    )
    picks = rng.integers(0, len(clauses), (n, CLAUSES))
    texts = ["。".join(clauses[row].tolist()) + "。" for row in picks]
    base = measures[rng.integers(0, len(measures), n)]
    return base.with_columns(
        pl.Series("measure_id", [f"m{i:07d}" for i in range(n)]),
        pl.Series("text", texts),
        pl.Series("headline", [text.split("。")[0] for text in texts]),
    )


def made_vectors(vectors: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` normalised vectors, each a real one with noise."""
    found = np.empty((n, vectors.shape[1]), np.float32)
    for start in range(0, n, 100_000):
        rows = vectors[rng.integers(0, len(vectors), min(100_000, n - start))]
        noisy = rows + rng.normal(0, 0.01, rows.shape).astype(np.float32)
        found[start : start + len(rows)] = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
    return found


def timed(what: Callable[[int], Any], rounds: int) -> dict[str, float]:
    """Milliseconds of `what(i)` for i in rounds, after one warm-up: median and 95th percentile."""
    what(0)
    spent = []
    for i in range(rounds):
        start = time.perf_counter()
        what(i)
        spent.append((time.perf_counter() - start) * 1000)
    return {"p50_ms": round(float(np.median(spent)), 2), "p95_ms": round(float(np.percentile(spent, 95)), 2)}


def peak_mb() -> int:
    """Largest memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def vectors_only(vectors: np.ndarray, mean: np.ndarray, rounds: int) -> dict[str, Any]:
    """Exact top-10 by the int8 scan and by one float32 product, and whether they agree."""
    index = DenseIndex(vectors, mean)
    queries = index.rows(np.arange(0, len(vectors), max(1, len(vectors) // rounds))[:rounds])
    centred = index.rows(slice(None))

    def plain(i: int) -> np.ndarray:
        scores = centred @ queries[i]
        best = np.argpartition(-scores, 10)[:10]
        return best[np.lexsort((best, -scores[best]))]

    agree = np.mean([set(plain(i)) == set(index.top(queries[i], 10)[0]) for i in range(rounds)])
    return {
        "int8_then_float32": timed(lambda i: index.top(queries[i], 10), rounds),
        "float32": timed(plain, rounds),
        "same_results": round(float(agree), 4),
        "int8_mb": round(len(vectors) * (vectors.shape[1] + 4) / 2**20, 1),
    }


def whole_queries(index: SearchIndex, rounds: int) -> dict[str, Any]:
    """Queries through the interface, by measure: plain, filtered, with a quoted term."""
    ids = index.table.measures["measure_id"].gather_every(max(1, len(index) // rounds)).to_list()[:rounds]
    texts = index.table.texts.gather_every(max(1, len(index) // rounds)).to_list()[:rounds]
    vector = np.asarray(index._dense._vectors[:1], np.float32)  # noqa: SLF001 - stands for an encoder

    def encode(_texts: list[str]) -> np.ndarray:
        return vector

    return {
        "by_measure": timed(lambda i: index.search(Query(measure_id=ids[i])), rounds),
        "by_measure_other_issuers": timed(lambda i: index.search(Query(measure_id=ids[i], other_issuers=True)), rounds),
        "by_measure_filtered": timed(
            lambda i: index.search(Query(measure_id=ids[i], filters=Filters(kind="plan", level="county"))), rounds
        ),
        "by_text_without_encoding": timed(lambda i: index.search(Query(text=texts[i][:30]), encode), rounds),
        "quoted": timed(lambda i: index.search(Query(text=f'"{texts[i][2:4]}"'), encode), rounds),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=Path("data"))
    parser.add_argument("--measures", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--vectors-only", action="store_true")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    workspace = Workspace(arguments.workspace)
    real = np.load(workspace.path("features/vectors.npy"))
    vectors, mean = made_vectors(real, arguments.measures, rng), fit_mean(real)
    report: dict[str, Any] = {"measures": arguments.measures}
    report["vectors"] = vectors_only(vectors, mean, arguments.rounds)
    if not arguments.vectors_only:
        measures = made_measures(workspace.read("measures"), arguments.measures, rng)
        start = time.perf_counter()
        index = SearchIndex.build(
            measures, workspace.read("documents"), vectors, mean, params=SearchParams.model_validate({})
        )
        report["build_s"] = round(time.perf_counter() - start, 1)
        report["mean_characters"] = round(float(measures["text"].str.len_chars().mean() or 0), 1)
        report["stored_mb"] = round(sum(array.nbytes for array in index.arrays().values()) / 2**20, 1)
        report["queries"] = whole_queries(index, arguments.rounds)
    report["peak_mb"] = peak_mb()
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
