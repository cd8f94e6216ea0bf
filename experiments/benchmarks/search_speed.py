"""How fast and how large search is: `python experiments/benchmarks/search_speed.py --workspace W [--write]`.

Measures are made by recombining the clauses of a workspace's measures (seeded), vectors by blending three of its
vectors with noise, so term frequencies and cosines are those of the genre; queries of vectors are made the same way
and are not among them. Prints one JSON object a size; with `--write` the table goes into `experiments/results`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipeline.embedding.centring import fit_mean
from pipeline.search import Filters, Query
from pipeline.search.approximate import FEWEST, FaissIndex, available
from pipeline.search.dense import DenseIndex
from pipeline.search.index import SearchIndex
from pipeline.settings import SearchParams
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

RESULTS = Path("experiments/results/search-speed.md")

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
    """`n` normalised vectors, each a blend of three real ones, mostly one of them, with noise."""
    found = np.empty((n, vectors.shape[1]), np.float32)
    for start in range(0, n, 50_000):
        size = min(50_000, n - start)
        weights = rng.dirichlet([0.5] * 3, size).astype(np.float32)
        rows = rng.normal(0, 0.005, (size, vectors.shape[1])).astype(np.float32)
        for part in range(3):
            rows += weights[:, [part]] * vectors[rng.integers(0, len(vectors), size)]
        found[start : start + size] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
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


def resident_mb() -> float:
    """Memory this process holds now, what the files it maps share with others left out."""
    fields = dict(line.split(":") for line in Path("/proc/self/status").read_text("utf-8").splitlines())
    return int(fields["RssAnon"].split()[0]) / 1024


def load() -> list[float]:
    """How busy the machine is: processes that run or wait, mean of the last 1 and 5 minutes."""
    return [round(value, 1) for value in os.getloadavg()[:2]]


def exact(vectors: np.ndarray, mean: np.ndarray, queries: np.ndarray) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Exact top-10 by the int8 scan and by one float32 product, whether they agree, and what they found."""
    before, start = resident_mb(), time.perf_counter()
    index = DenseIndex(vectors, mean)
    build_s, held = time.perf_counter() - start, resident_mb() - before
    asked, centred = index.query(queries), index.rows(slice(None))

    def plain(i: int) -> np.ndarray:
        scores = centred @ asked[i]
        best = np.argpartition(-scores, 10)[:10]
        return best[np.lexsort((best, -scores[best]))]

    found = [index.top(query, 10)[0] for query in asked]
    agree = np.mean([set(plain(i)) == set(rows) for i, rows in enumerate(found)])
    return {
        "int8_then_float32": timed(lambda i: index.top(asked[i], 10), len(asked)),
        "float32": timed(plain, len(asked)),
        "same_results": round(float(agree), 4),
        "build_s": round(build_s, 1),
        "memory_mb": round(held),
        "codes_mb": round(index.scan.nbytes / 2**20, 1),
    }, found


def with_faiss(
    vectors: np.ndarray, mean: np.ndarray, queries: np.ndarray, truth: list[np.ndarray], params: SearchParams
) -> dict[str, Any]:
    """Top-10 through the faiss index with float32 scores, and how much of the exact top-10 it finds."""
    before, start = resident_mb(), time.perf_counter()
    index = DenseIndex(
        vectors, mean, approximate=lambda dense: FaissIndex.build(dense, params.lists, params.probes, seed=0)
    )
    build_s, held = time.perf_counter() - start, resident_mb() - before
    asked = index.query(queries)
    found = [index.top(query, 10)[0] for query in asked]
    recalls = [len(np.intersect1d(rows, best)) / len(best) for rows, best in zip(found, truth, strict=True)]
    stored = index._approximate.array().nbytes  # type: ignore[union-attr] # noqa: SLF001 - the size of what is stored
    return {
        "top10": timed(lambda i: index.top(asked[i], 10), len(asked)),
        "top200": timed(lambda i: index.top(asked[i], 200), len(asked)),
        "recall": round(float(np.mean(recalls)), 4),
        "least_recall": round(min(recalls), 1),
        "build_s": round(build_s, 1),
        "memory_mb": round(held),
        "stored_mb": round(stored / 2**20, 1),
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


def measured(workspace: Workspace, n: int, rounds: int, whole_up_to: int) -> dict[str, Any]:
    """Everything about `n` made measures."""
    rng = np.random.default_rng(0)
    real = np.load(workspace.path("features/vectors.npy"))
    vectors, mean = made_vectors(real, n, rng), fit_mean(real)
    queries, params = made_vectors(real, rounds, rng), SearchParams.model_validate({})
    report: dict[str, Any] = {"measures": n, "load": load()}
    report["exact"], truth = exact(vectors, mean, queries)
    if available() and n >= params.lists * FEWEST:
        report["faiss"] = with_faiss(vectors, mean, queries, truth, params)
    report["vectors_peak_mb"] = peak_mb()
    if n <= whole_up_to:
        measures = made_measures(workspace.read("measures"), n, rng)
        start = time.perf_counter()
        index = SearchIndex.build(measures, workspace.read("documents"), vectors, mean, params=params)
        report["build_s"] = round(time.perf_counter() - start, 1)
        report["mean_characters"] = round(float(measures["text"].str.len_chars().mean() or 0), 1)
        report["stored_mb"] = round(sum(array.nbytes for array in index.arrays().values()) / 2**20, 1)
        report["queries"] = whole_queries(index, rounds)
        report["peak_mb"] = peak_mb()
    report["load_after"] = load()
    return report


def table(reports: list[dict[str, Any]]) -> str:
    """The results file."""
    head = ["measures", "search", "p50 ms", "p95 ms", "recall of the exact ten", "build s", "memory MB", "stored MB"]
    rows = []
    for found in reports:
        n, plain, near = f"{found['measures']:,}", found["exact"], found.get("faiss")
        of_scan = [str(plain[name]) for name in ("same_results", "build_s", "memory_mb")]
        rows.append([n, "exact: int8 scan, float32", *_times(plain["int8_then_float32"]), *of_scan, "0"])
        rows.append([n, "exact: one float32 product", *_times(plain["float32"]), "1", "", "", "0"])
        if near:
            kept = [str(near[name]) for name in ("recall", "build_s", "memory_mb", "stored_mb")]
            rows.append([n, "faiss, float32", *_times(near["top10"]), *kept])
        whole = found.get("queries", {})
        rows += [
            [n, f"whole query, {name.replace('_', ' ')}", *_times(of), "", "", "", ""] for name, of in whole.items()
        ]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    sizes = "; ".join(
        f"{r['measures']:,} measures: load of the machine {r['load'][0]} before and {r['load_after'][0]} after, peak "
        f"memory {r['vectors_peak_mb']} MB with the made vectors and their centred copy"
        + (f", {r['peak_mb']} MB with words and pairs, which store {r['stored_mb']} MB" if "queries" in r else "")
        for r in reports
    )
    about = "Top 10 among made vectors of 384 numbers and, for whole queries, made measures, on two threads."
    run = "Run with `python experiments/benchmarks/search_speed.py --workspace W --write`."
    return "\n".join(["# search-speed", "", about, "", *lines, "", f"{sizes}.", "", run, ""])


def _times(found: dict[str, float]) -> list[str]:
    return [str(found["p50_ms"]), str(found["p95_ms"])]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=Path("data"))
    parser.add_argument("--measures", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--whole-up-to", type=int, default=100_000, help="measures up to which whole queries are timed")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    reports = []
    for n in arguments.measures:
        reports.append(measured(Workspace(arguments.workspace), n, arguments.rounds, arguments.whole_up_to))
        print(json.dumps(reports[-1], indent=2), flush=True)
    if arguments.write:
        RESULTS.write_text(table(reports), "utf-8")


if __name__ == "__main__":
    main()
